/// Puts netlink messages one behind another, with attributes inside attributes. Lengths are filled in when a part is closed.
struct NetlinkWriter {
    /// NLA_F_NESTED.
    private static let nested: UInt16 = 0x8000

    /// What is written so far.
    private(set) var bytes: [UInt8] = []

    /// Opens a message with its struct nfgenmsg, and returns where it begins.
    mutating func openMessage(
        type: UInt16, flags: UInt16, sequence: UInt32, family: UInt8 = 0, resource: UInt16 = 0
    ) -> Int {
        let start = bytes.count
        number(UInt32(0))
        number(type)
        number(flags)
        number(sequence)
        number(UInt32(0))
        number(family)
        number(UInt8(0))
        number(resource.bigEndian)
        return start
    }

    /// Closes a message. Attributes are padded, so it is.
    mutating func closeMessage(_ start: Int) {
        patch(UInt32(clamping: bytes.count - start), at: start)
    }

    /// Sets flags of a message that is already written.
    mutating func setFlags(_ flags: UInt16, ofMessageAt start: Int) { patch(flags, at: start + 6) }

    /// Opens an attribute that holds others, and returns where it begins.
    mutating func open(_ attribute: UInt16) -> Int {
        let start = bytes.count
        number(UInt16(0))
        number(attribute | Self.nested)
        return start
    }

    /// Closes an attribute. It may not hold more than 65,535 bytes.
    mutating func close(_ start: Int) {
        let length = bytes.count - start
        precondition(length <= Int(UInt16.max), "an attribute holds at most 65535 bytes")
        patch(UInt16(length), at: start)
    }

    /// Writes an attribute of a number in network byte order.
    mutating func attribute<Number: FixedWidthInteger>(_ type: UInt16, _ value: Number) {
        let size = MemoryLayout<Number>.size
        number(UInt16(4 + size))
        number(type)
        number(value.bigEndian)
        pad()
    }

    /// Writes an attribute of bytes, of which there may be at most 65,531.
    mutating func attribute(_ type: UInt16, bytes content: some Collection<UInt8>) {
        precondition(content.count <= Int(UInt16.max) - 4, "an attribute holds at most 65535 bytes")
        number(UInt16(4 + content.count))
        number(type)
        bytes += content
        pad()
    }

    /// Writes an attribute of text with its ending zero byte.
    mutating func attribute(_ type: UInt16, text: String) { attribute(type, bytes: Array(text.utf8) + [0]) }

    /// Writes a number in the host's byte order.
    mutating func number<Number: FixedWidthInteger>(_ value: Number) {
        withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
    }

    private mutating func pad() { while bytes.count % 4 != 0 { bytes.append(0) } }

    private mutating func patch<Number: FixedWidthInteger>(_ value: Number, at offset: Int) {
        withUnsafeBytes(of: value) { source in
            for (index, byte) in source.enumerated() { bytes[offset + index] = byte }
        }
    }
}
