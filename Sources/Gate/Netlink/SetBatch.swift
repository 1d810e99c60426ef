/// One transaction that changes the elements of sets of table `inet portgate`, as bytes for the kernel.
///
/// Message and attribute numbers are those of linux/netfilter/nfnetlink.h and nf_tables.h; nft 1.0.6 sends the same.
struct SetBatch {
    /// What a message does.
    enum Action: String {
        /// NFT_MSG_NEWSETELEM.
        case add
        /// NFT_MSG_DELSETELEM.
        case remove
    }

    /// A message of the batch, for telling what the kernel refused.
    struct Part {
        let action: Action
        let set: SetHandle
        /// The elements in it, in order.
        let elements: ArraySlice<SetElement>
        /// Where each of them begins, counted from the beginning of the message.
        var offsets: [Int] = []
    }

    /// NLM_F_REQUEST, NLM_F_ACK, NLM_F_CREATE.
    private static let (request, acknowledge, create): (UInt16, UInt16, UInt16) = (0x1, 0x4, 0x400)
    private static let subsystem: UInt16 = 10 << 8
    private static let inet: UInt8 = 1
    /// NFNL_SUBSYS_NFTABLES.
    private static let resource: UInt16 = 10
    /// Elements of a message: their attribute is at most 65,535 bytes long, and one interval takes at most 88.
    static let elementsPerMessage = 700

    /// The bytes: the beginning, the messages, the end.
    private(set) var bytes: [UInt8]
    /// The messages by their sequence number, which counts from ``firstSequence`` + 1.
    private(set) var parts: [Part] = []
    /// The sequence number of the beginning of the batch.
    let firstSequence: UInt32

    /// Puts a batch together; with a generation the kernel refuses it when the ruleset is at another one.
    init(_ changes: [SetChange], expecting generation: UInt32?, firstSequence: UInt32) {
        self.firstSequence = firstSequence
        var writer = NetlinkWriter()
        let begin = writer.openMessage(
            type: 0x10, flags: Self.request, sequence: firstSequence, resource: Self.resource)
        if let generation { writer.attribute(1, generation) }
        writer.closeMessage(begin)
        var last: Int?
        for change in changes {
            let steps: [(Action, [SetElement])] = [
                (.add, change.toleratesAbsence ? change.removed : []), (.remove, change.removed), (.add, change.added),
            ]
            for (action, elements) in steps {
                Self.append(action, elements, change.set, &writer, &parts, &last, firstSequence)
            }
        }
        if let last, let part = parts.last {
            // Its acknowledgement comes after every error: with it, the answer is complete.
            writer.setFlags(Self.flags(part.action) | Self.acknowledge, ofMessageAt: last)
        }
        let end = writer.openMessage(
            type: 0x11, flags: Self.request, sequence: firstSequence &+ UInt32(parts.count) &+ 1,
            resource: Self.resource)
        writer.closeMessage(end)
        bytes = writer.bytes
    }

    private static func flags(_ action: Action) -> UInt16 { action == .add ? request | create : request }

    private static func append(
        _ action: Action, _ elements: [SetElement], _ set: SetHandle, _ writer: inout NetlinkWriter,
        _ parts: inout [Part], _ last: inout Int?, _ firstSequence: UInt32
    ) {
        var rest = elements[...]
        while !rest.isEmpty {
            var part = Part(action: action, set: set, elements: rest.prefix(elementsPerMessage))
            rest = rest.dropFirst(elementsPerMessage)
            let start = writer.openMessage(
                type: subsystem | (action == .add ? 12 : 14), flags: flags(action),
                sequence: firstSequence &+ UInt32(parts.count) &+ 1, family: inet)
            writer.attribute(1, text: "portgate")
            writer.attribute(2, text: set.name)
            let list = writer.open(3)
            for element in part.elements {
                part.offsets.append(writer.bytes.count - start)
                write(element, of: set, to: &writer)
            }
            writer.close(list)
            writer.closeMessage(start)
            parts.append(part)
            last = start
        }
    }

    /// Writes an element: for an interval its first value, and the first value behind it with NFT_SET_ELEM_INTERVAL_END. An
    /// interval up to the greatest value has no end; nft wants to be told so, to list it as such.
    private static func write(_ element: SetElement, of set: SetHandle, to writer: inout NetlinkWriter) {
        let isOpen = set.isInterval && element.last >= set.key.greatest
        let item = writer.open(1)
        key(element.first, of: set, to: &writer)
        if let timeout = element.timeoutMilliseconds { writer.attribute(4, timeout) }
        // NFTNL_UDATA_SET_ELEM_FLAGS, 4 bytes: NFTNL_SET_ELEM_F_INTERVAL_OPEN, in the host's order.
        if isOpen { writer.attribute(6, bytes: [1, 4] + NetlinkRequest.native(UInt32(1))) }
        writer.close(item)
        guard set.isInterval, !isOpen else { return }
        let end = writer.open(1)
        writer.attribute(3, UInt32(1))
        key(element.last + 1, of: set, to: &writer)
        writer.close(end)
    }

    /// Writes an element as a question for its marks: the beginning nearest to its last value, which tells whether it is one
    /// piece, and its end.
    static func marks(of element: SetElement, in set: SetHandle, to writer: inout NetlinkWriter) {
        mark(at: element.last, isEnd: false, of: set, to: &writer)
        guard set.isInterval, element.last < set.key.greatest else { return }
        mark(at: element.last + 1, isEnd: true, of: set, to: &writer)
    }

    /// Writes a value, or the end of an interval before it, as a question for the mark nearest to it.
    static func mark(at value: UInt128, isEnd: Bool, of set: SetHandle, to writer: inout NetlinkWriter) {
        let item = writer.open(1)
        if isEnd { writer.attribute(3, UInt32(1)) }
        key(value, of: set, to: &writer)
        writer.close(item)
    }

    private static func key(_ value: UInt128, of set: SetHandle, to writer: inout NetlinkWriter) {
        let data = writer.open(1)
        switch set.key.size {
        case 1: writer.attribute(1, UInt8(truncatingIfNeeded: value))
        case 4: writer.attribute(1, UInt32(truncatingIfNeeded: value))
        case 8:
            let number = UInt64(truncatingIfNeeded: value)
            writer.attribute(1, set.isBigEndian ? number : number.bigEndian)
        default: writer.attribute(1, value)
        }
        writer.close(data)
    }
}
