/// Reads numbers of a fixed count of digits and single separators from the front of a short text.
struct DigitScanner {
    private let bytes: [UInt8]
    private var next = 0

    /// Creates a scanner. Only the first 64 bytes are kept, and none of the texts read here is that long.
    init(_ text: some StringProtocol) { bytes = Array(text.utf8.prefix(64)) }

    /// Whether everything has been read.
    var isAtEnd: Bool { next == bytes.count }

    /// The next byte, which stays.
    var peek: UInt8? { next < bytes.count ? bytes[next] : nil }

    /// Reads exactly `digits` decimal digits (at most nine); reads nothing when there are fewer.
    mutating func number(digits: Int) -> Int? {
        guard next + digits <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[next..<next + digits] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        next += digits
        return value
    }

    /// Reads one character when it is the next.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let peek, UInt32(peek) == character.value else { return false }
        next += 1
        return true
    }

    /// Reads all digits that follow and returns how many they were.
    mutating func skipDigits() -> Int {
        let start = next
        while let peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(peek) { next += 1 }
        return next - start
    }
}
