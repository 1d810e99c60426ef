/// Numbers as they stand in registers.
enum RegisterBytes {
    /// The bytes of a number that the kernel loads in the host's order: the least significant first.
    static func host(_ value: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
        (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    /// The bytes of a number in network order: the most significant first.
    static func network(_ value: some FixedWidthInteger & UnsignedInteger) -> [UInt8] { host(value).reversed() }

    /// A name in a register of 16 bytes, filled with zeros.
    static func name(_ name: String) -> [UInt8] {
        let bytes = Array(name.utf8.prefix(16))
        return bytes + [UInt8](repeating: 0, count: 16 - bytes.count)
    }
}

extension LiveRegister {
    /// The first register, NFT_REG_1.
    static let first = LiveRegister(word: 0)

    /// The 4-byte register of a number, 0...15: NFT_REG32_00 and those behind it.
    init(word: Int) {
        guard let register = LiveRegister(number: 8 + UInt32(word)) else {
            preconditionFailure("a key of portgate fits nft's registers")
        }
        self = register
    }
}
