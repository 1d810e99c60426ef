/// Finds lines in bytes that become more. Each byte is looked at once, whatever the pieces they arrive in.
struct LineScanner: Hashable, Sendable {
    /// Where the line begins that is looked for.
    private(set) var start = 0
    private var seen = 0

    /// Returns the place of the next line without its end, LF or CR LF; nil until it is there as a whole.
    mutating func next(in bytes: [UInt8], available: Int) -> Range<Int>? {
        while seen < available {
            seen += 1
            guard bytes[seen - 1] == UInt8(ascii: "\n") else { continue }
            var end = seen - 1
            if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
            defer { start = seen }
            return start..<end
        }
        return nil
    }
}
