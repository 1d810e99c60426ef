/// Numbers of two bytes as text.
enum Hexadecimal {
    private static let upper: [UInt8] = Array("0123456789ABCDEF".utf8)
    private static let lower: [UInt8] = Array("0123456789abcdef".utf8)

    /// Returns `0xABCD`.
    static func text(_ number: UInt16) -> String {
        var bytes: [UInt8] = Array("0x".utf8)
        for shift in [12, 8, 4, 0] { bytes.append(upper[Int(number >> UInt16(shift) & 15)]) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends `abcd`.
    static func append(_ number: UInt16, to bytes: inout [UInt8]) {
        append(UInt8(number >> 8), to: &bytes)
        append(UInt8(number & 255), to: &bytes)
    }

    /// Appends `ab`.
    static func append(_ byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(lower[Int(byte >> 4)])
        bytes.append(lower[Int(byte & 15)])
    }
}
