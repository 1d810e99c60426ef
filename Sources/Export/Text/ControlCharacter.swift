/// Control characters of ASCII, which formats of lines cannot hold: shown by their numbers.
enum ControlCharacter {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Whether a byte is one.
    static func isHidden(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7f }

    /// Appends `\x1b`.
    static func append(_ byte: UInt8, to bytes: inout [UInt8]) {
        bytes += [UInt8(ascii: "\\"), UInt8(ascii: "x"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
