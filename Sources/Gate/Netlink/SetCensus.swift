import Glibc
import Nftables

/// Questions by which it is certain that an interval set holds some elements and nothing else, without reading it: the kernel
/// walks over all that it told before for each part of a dump, and a million elements take it a minute.
///
/// Each element is asked for at its last value, for the mark that stands below it, and for its end; and each gap between
/// them at its last value, where there must be nothing. So no beginning and no end can stand where none is expected but an
/// interval inside of a gap, and that is two marks more. Their number the kernel tells (NFTA_SET_COUNT) as half of all marks,
/// rounded down (nft_rbtree_usize), among which is one at zero when no interval begins there.
struct SetCensus {
    /// Elements of one turn. Each answer takes a page, and all of a turn wait in the socket's buffer.
    static let perTurn = 12

    private let set: SetHandle
    private let elements: [SetElement]

    /// Prepares the questions. The elements are in order and disjoint; none of them reaches up to the greatest value, as such
    /// a one has no end.
    init?(of elements: [SetElement], in set: SetHandle) {
        guard set.isInterval, let last = elements.last, last.last < set.key.greatest else { return nil }
        self.set = set
        self.elements = elements
    }

    /// Asks all of it; false when one answer is another one than expected.
    func holds(through sets: inout SetElements) throws(NetlinkSocket.Failure) -> Bool {
        var start = 0
        while start < elements.count {
            let turn = start..<min(start + Self.perTurn, elements.count)
            guard try holds(turn, through: &sets) else { return false }
            start = turn.upperBound
        }
        return true
    }

    private func holds(_ turn: Range<Int>, through sets: inout SetElements) throws(NetlinkSocket.Failure) -> Bool {
        sets.sequence &+= 0x100
        let first = sets.sequence
        var (writer, next, last) = (NetlinkWriter(), first, 0)
        var gaps: Set<UInt32> = []
        func ask(_ write: (inout NetlinkWriter) -> Void) {
            // NFT_MSG_GETSETELEM without NLM_F_DUMP: an answer for each mark, or ENOENT. The last is acknowledged.
            last = writer.openMessage(type: 10 << 8 | 13, flags: NetlinkRequest.request, sequence: next, family: 1)
            writer.attribute(1, text: "portgate")
            writer.attribute(2, text: set.name)
            let list = writer.open(3)
            write(&writer)
            writer.close(list)
            writer.closeMessage(last)
            next &+= 1
        }
        func askGap(from low: UInt128, to high: UInt128) {
            guard low <= high else { return }
            gaps.insert(next)
            ask { SetBatch.mark(at: high, isEnd: false, of: set, to: &$0) }
        }
        if turn.lowerBound == 0, elements[0].first > 0 { askGap(from: 0, to: elements[0].first - 1) }
        for index in turn {
            let element = elements[index]
            ask { SetBatch.marks(of: element, in: set, to: &$0) }
            let high = index + 1 < elements.count ? elements[index + 1].first - 1 : set.key.greatest
            askGap(from: element.last + 1, to: high)
        }
        writer.setFlags(NetlinkRequest.request | 0x4, ofMessageAt: last)
        try sets.socket.send(writer.bytes)

        var dump = SetDump(of: set)
        var missing: Set<UInt32> = []
        var isDone = false
        while !isDone {
            isDone = try sets.socket.eachMessage { message throws(NetlinkSocket.Failure) in
                // Sequence numbers go round; what is not of this turn is no answer to it.
                guard message.sequence &- first < next &- first else { return false }
                do throws(NetlinkReply.Malformed) {
                    guard message.type == NetlinkReply.Message.error else {
                        guard message.payload.count >= 4 else { throw .length }
                        try dump.take(UnsafeRawBufferPointer(rebasing: message.payload[4...]))
                        return false
                    }
                    guard message.payload.count >= 4 else { throw .length }
                } catch { throw .malformed }
                switch message.payload.loadUnaligned(as: Int32.self) {
                case 0: break
                case -ENOENT: missing.insert(message.sequence)
                case let code: throw .system(call: "netlink", errno: code == .min ? .max : -code)
                }
                return message.sequence == next &- 1
            }
        }
        return missing == gaps && dump.isExactly(elements[turn])
    }
}
