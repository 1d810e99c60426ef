/// Reads the packets of a datagram of an NFLOG group, one after the other, copying nothing.
public struct NflogDecoder {
    /// What stands in a datagram.
    public enum Item: Hashable, Sendable {
        /// A packet.
        case packet(NflogPacket)
        /// The kernel lost messages, and says so (NLMSG_OVERRUN).
        case overrun
        /// A message of another kind.
        case other
        /// Bytes that are no message, or a message that contradicts itself. What follows it can still be read, when there is.
        case malformed
    }

    /// NFNL_SUBSYS_ULOG and NFULNL_MSG_PACKET.
    private static let packet: UInt16 = 4 << 8
    private var messages: NetlinkWalk
    private var isEnded = false

    /// Begins at the start of a datagram of so many bytes.
    public init(byteCount: Int) { messages = NetlinkWalk(over: ByteRange(start: 0, count: byteCount)) }

    /// Returns what comes next; nil at the end.
    public mutating func next(in datagram: RawSpan) -> Item? {
        guard !isEnded else { return nil }
        guard let message = messages.next(in: datagram) else {
            isEnded = true
            return messages.isMalformed ? .malformed : nil
        }
        switch message.type {
        case Self.packet:
            var packet = NflogPacket()
            return Self.read(message.body, in: datagram, into: &packet) ? .packet(packet) : .malformed
        case 4: return .overrun
        default: return .other
        }
    }

    private static func read(_ body: ByteRange, in bytes: RawSpan, into packet: inout NflogPacket) -> Bool {
        // struct nfgenmsg: the family, the version, and the group in network byte order.
        guard body.count >= 4 else { return false }
        packet.group = bytes.network16(at: body.start + 2)
        var walk = AttributeWalk(over: ByteRange(start: body.start + 4, count: body.count - 4))
        while let attribute = walk.next(in: bytes) {
            guard take(attribute, in: bytes, into: &packet) else { return false }
        }
        return !walk.isMalformed
    }

    /// Takes over an attribute; false when it is shorter than what it is for. Those that are not known mean nothing.
    private static func take(_ attribute: NetlinkAttribute, in bytes: RawSpan, into packet: inout NflogPacket) -> Bool {
        let value = attribute.value
        switch attribute.type {
        case 1:
            guard value.count >= 4 else { return false }
            packet.hardwareProtocol = bytes.network16(at: value.start)
            packet.hook = bytes.byte(at: value.start + 2)
        case 3:
            guard value.count >= 16 else { return false }
            packet.time = time(
                seconds: bytes.network64(at: value.start), microseconds: bytes.network64(at: value.start + 8))
        case 8:
            guard value.count >= 12 else { return false }
            guard bytes.network16(at: value.start) == 6 else { return true }
            packet.hardwareAddress = bytes.network64(at: value.start + 4) >> 16
        case 9: packet.payload = value
        case 10:
            // Up to its zero byte.
            var count = 0
            while count < value.count, bytes.byte(at: value.start + count) != 0 { count += 1 }
            packet.prefix = ByteRange(start: value.start, count: count)
        case 2, 4, 5, 11, 12, 13, 14:
            guard value.count >= 4 else { return false }
            let number = bytes.network32(at: value.start)
            switch attribute.type {
            case 2: packet.mark = number
            case 4: packet.inInterface = number
            case 5: packet.outInterface = number
            case 11: packet.user = number
            case 12: packet.sequence = number
            case 13: packet.globalSequence = number
            default: packet.userGroup = number
            }
        default: break
        }
        return true
    }

    /// Returns nanoseconds since 1970; nil for what is no time of this clock.
    private static func time(seconds: UInt64, microseconds: UInt64) -> Int64? {
        // The year 2261 is the last whole one that fits.
        guard seconds > 0, seconds < 9_200_000_000, microseconds < 1_000_000 else { return nil }
        return Int64(seconds) * 1_000_000_000 + Int64(microseconds) * 1_000
    }
}
