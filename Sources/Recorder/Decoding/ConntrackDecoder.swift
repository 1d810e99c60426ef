/// Reads the events of a datagram of conntrack, or of an answer to a dump, copying nothing.
public struct ConntrackDecoder {
    /// What stands in a datagram.
    public enum Item: Hashable, Sendable {
        /// An event.
        case event(ConntrackEvent)
        /// The end of a dump, with the error it ended with or 0.
        case done(errno: Int32)
        /// The kernel lost messages, and says so (NLMSG_OVERRUN).
        case overrun
        /// A message of another kind.
        case other
        /// Bytes that are no message, or a message that contradicts itself.
        case malformed
    }

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
        // NFNL_SUBSYS_CTNETLINK: IPCTNL_MSG_CT_NEW with NLM_F_CREATE and NLM_F_EXCL when it is new, IPCTNL_MSG_CT_DELETE.
        case 1 << 8, 1 << 8 | 2:
            var event = ConntrackEvent()
            event.kind = message.type & 0xff == 2 ? .destroy : message.flags & 0x600 != 0 ? .new : .update
            return Self.read(message.body, in: datagram, into: &event) ? .event(event) : .malformed
        case 2, 3:
            guard message.body.count >= 4 else { return .malformed }
            let code = Int32(bitPattern: datagram.native32(at: message.body.start))
            return .done(errno: code == .min ? .max : -code)
        case 4: return .overrun
        default: return .other
        }
    }

    private static func read(_ body: ByteRange, in bytes: RawSpan, into event: inout ConntrackEvent) -> Bool {
        guard body.count >= 4 else { return false }
        var hasOriginal = false
        var walk = AttributeWalk(over: ByteRange(start: body.start + 4, count: body.count - 4))
        while let attribute = walk.next(in: bytes) {
            let value = attribute.value
            switch attribute.type {
            case 1:
                guard tuple(value, in: bytes, into: &event.original) else { return false }
                hasOriginal = true
            case 2: guard tuple(value, in: bytes, into: &event.reply) else { return false }
            case 3:
                guard value.count >= 4 else { return false }
                event.status = bytes.network32(at: value.start)
            case 4: guard protocolInformation(value, in: bytes, into: &event) else { return false }
            case 8:
                guard value.count >= 4 else { return false }
                event.mark = bytes.network32(at: value.start)
            case 9, 10:
                var count = ConntrackEvent.Count()
                guard counters(value, in: bytes, into: &count) else { return false }
                if attribute.type == 9 { event.originalCount = count } else { event.replyCount = count }
            case 12:
                guard value.count >= 4 else { return false }
                event.identifier = bytes.network32(at: value.start)
            case 18:
                guard value.count >= 2 else { return false }
                event.zone = bytes.network16(at: value.start)
            case 20: guard times(value, in: bytes, into: &event) else { return false }
            default: break
            }
        }
        return hasOriginal && !walk.isMalformed
    }

    private static func tuple(_ range: ByteRange, in bytes: RawSpan, into tuple: inout FlowTuple) -> Bool {
        var walk = AttributeWalk(over: range)
        while let attribute = walk.next(in: bytes) {
            var inner = AttributeWalk(over: attribute.value)
            switch attribute.type {
            case 1:
                while let part = inner.next(in: bytes) {
                    let size = part.type <= 2 ? 4 : 16
                    guard part.value.count >= size else { return false }
                    switch part.type {
                    case 1: tuple.source = FlowAddress(v4: bytes.network32(at: part.value.start))
                    case 2: tuple.destination = FlowAddress(v4: bytes.network32(at: part.value.start))
                    case 3: tuple.source = FlowAddress(bits: bytes.network128(at: part.value.start))
                    case 4: tuple.destination = FlowAddress(bits: bytes.network128(at: part.value.start))
                    default: break
                    }
                }
            case 2:
                while let part = inner.next(in: bytes) {
                    guard part.value.count >= (part.type == 2 || part.type == 3 ? 2 : 1) else { return false }
                    switch part.type {
                    case 1: tuple.transport = bytes.byte(at: part.value.start)
                    case 2: tuple.sourcePort = bytes.network16(at: part.value.start)
                    case 3: tuple.destinationPort = bytes.network16(at: part.value.start)
                    default: break
                    }
                }
            default: break
            }
            guard !inner.isMalformed else { return false }
        }
        return !walk.isMalformed
    }

    private static func protocolInformation(
        _ range: ByteRange, in bytes: RawSpan, into event: inout ConntrackEvent
    ) -> Bool {
        var walk = AttributeWalk(over: range)
        while let attribute = walk.next(in: bytes) {
            guard attribute.type == 1 else { continue }
            var inner = AttributeWalk(over: attribute.value)
            while let part = inner.next(in: bytes) {
                guard part.value.count >= 1 else { return false }
                let number = bytes.byte(at: part.value.start)
                switch part.type {
                case 1: event.tcpState = number
                // struct nf_ct_tcp_flags: the flags, and a mask.
                case 4: event.originalFlags = number
                case 5: event.replyFlags = number
                default: break
                }
            }
            guard !inner.isMalformed else { return false }
        }
        return !walk.isMalformed
    }

    private static func counters(
        _ range: ByteRange, in bytes: RawSpan, into count: inout ConntrackEvent.Count
    ) -> Bool {
        var walk = AttributeWalk(over: range)
        while let attribute = walk.next(in: bytes) {
            switch attribute.type {
            case 1, 2:
                guard attribute.value.count >= 8 else { return false }
                let number = bytes.network64(at: attribute.value.start)
                if attribute.type == 1 { count.packets = number } else { count.bytes = number }
            default: break
            }
        }
        return !walk.isMalformed
    }

    private static func times(_ range: ByteRange, in bytes: RawSpan, into event: inout ConntrackEvent) -> Bool {
        var walk = AttributeWalk(over: range)
        while let attribute = walk.next(in: bytes) {
            switch attribute.type {
            case 1, 2:
                guard attribute.value.count >= 8 else { return false }
                // What is no time of this clock is none.
                let number = Int64(exactly: bytes.network64(at: attribute.value.start))
                let time = number.flatMap { $0 > 0 && $0 < 9_200_000_000_000_000_000 ? $0 : nil }
                if attribute.type == 1 { event.start = time } else { event.stop = time }
            default: break
            }
        }
        return !walk.isMalformed
    }
}
