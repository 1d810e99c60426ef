/// Bytes and bits in hexadecimal as a policy writes them.
enum Hexadecimal {
    /// Reads pairs of digits, with spaces between pairs or none, or returns nil.
    static func octets(parsing text: String) -> [UInt8]? {
        var result: [UInt8] = []
        var high: UInt8?
        for byte in text.utf8 {
            if byte == UInt8(ascii: " ") {
                guard high == nil else { return nil }
                continue
            }
            guard let digit = digit(byte) else { return nil }
            if let first = high {
                result.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return high == nil ? result : nil
    }

    /// Reads `0x` and up to eight digits, or a decimal number, or returns nil.
    static func mask(parsing text: String) -> UInt32? {
        guard text.hasPrefix("0x") else {
            return WholeNumber.parse(text.utf8).flatMap { UInt32(exactly: $0) }
        }
        let digits = text.utf8.dropFirst(2)
        guard (1...8).contains(digits.count) else { return nil }
        var value: UInt32 = 0
        for byte in digits {
            guard let digit = digit(byte) else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    /// Reads `02:00:5e:10:00:01`, or returns nil.
    static func hardwareAddress(parsing text: String) -> UInt64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6 else { return nil }
        var value: UInt64 = 0
        for part in parts {
            let digits = Array(part.utf8)
            guard digits.count == 2, let high = digit(digits[0]), let low = digit(digits[1]) else { return nil }
            value = value << 8 | UInt64(high << 4 | low)
        }
        return value
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
