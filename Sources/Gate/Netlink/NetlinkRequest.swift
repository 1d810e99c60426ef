/// A netlink message being put together: the header of netlink(7), a fixed part, then attributes.
struct NetlinkRequest {
    /// NLM_F_REQUEST.
    static let request: UInt16 = 0x1
    /// NLM_F_ROOT | NLM_F_MATCH: everything there is.
    static let dump: UInt16 = 0x300

    /// The message type.
    let type: UInt16
    /// The flags of the header.
    let flags: UInt16
    private var body: [UInt8] = []

    /// Creates a message without content.
    init(type: UInt16, flags: UInt16) {
        self.type = type
        self.flags = flags
    }

    /// Appends bytes of the fixed part.
    mutating func append(_ bytes: [UInt8]) { body += bytes }

    /// Appends an attribute, padded to four bytes. The payload is ours and short.
    mutating func append(attribute: UInt16, _ payload: [UInt8]) {
        let length = UInt16(clamping: payload.count + 4)
        body += Self.native(length) + Self.native(attribute) + payload
        while body.count % 4 != 0 { body.append(0) }
    }

    /// Appends a text attribute with its ending zero byte.
    mutating func append(attribute: UInt16, text: String) { append(attribute: attribute, Array(text.utf8) + [0]) }

    /// Returns the message with its header.
    func bytes(sequence: UInt32) -> [UInt8] {
        let length = UInt32(clamping: 16 + body.count)
        return Self.native(length) + Self.native(type) + Self.native(flags) + Self.native(sequence)
            + Self.native(UInt32(0)) + body
    }

    /// Returns a number's bytes in the host's order.
    static func native<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number) { Array($0) }
    }

    /// Returns a number's bytes in network order.
    static func network<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] { native(number.bigEndian) }
}
