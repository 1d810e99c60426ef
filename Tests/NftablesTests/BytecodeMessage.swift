/// Netlink messages and attributes put together for tests.
enum BytecodeMessage {
    /// An attribute, padded to four bytes.
    static func attribute(_ type: UInt16, _ payload: [UInt8]) -> [UInt8] {
        let length = UInt16(4 + payload.count)
        let bytes = [UInt8(length & 255), UInt8(length >> 8), UInt8(type & 255), UInt8(type >> 8)] + payload
        return bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
    }

    static func text(_ type: UInt16, _ text: String) -> [UInt8] { attribute(type, Array(text.utf8) + [0]) }

    static func number<Number: FixedWidthInteger>(_ type: UInt16, _ number: Number) -> [UInt8] {
        attribute(type, (0..<Number.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) })
    }

    /// NFTA_LIST_ELEM with an expression.
    static func expression(_ name: String, _ attributes: [UInt8]) -> [UInt8] {
        attribute(1 | 0x8000, text(1, name) + attribute(2 | 0x8000, attributes))
    }

    /// NFTA_DATA_VALUE in an attribute.
    static func data(_ type: UInt16, _ bytes: [UInt8]) -> [UInt8] { attribute(type | 0x8000, attribute(1, bytes)) }

    /// The beginning of each message: struct nfgenmsg, and a table of family inet named t.
    static let start: [UInt8] = [1, 0, 0, 0] + text(1, "t")

    static let table: (type: UInt16, payload: [UInt8]) = (0, start)
    static let chain: (type: UInt16, payload: [UInt8]) = (3, start + text(3, "c"))

    static func rule(_ expressions: [UInt8]) -> (type: UInt16, payload: [UInt8]) {
        (6, start + text(2, "c") + attribute(4 | 0x8000, expressions))
    }
}
