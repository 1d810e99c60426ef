import Glibc
import Nftables

/// Reads and changes the elements of sets of table `inet portgate` over netlink, at a cost that grows with what is read or
/// changed and with nothing else. libnftables reads a whole set to add one element.
struct SetElements: ~Copyable {
    /// Why a transaction was not made.
    enum Refusal: Error, Hashable {
        /// The socket failed; nothing is known of what the kernel did.
        case socket(NetlinkSocket.Failure)
        /// ERESTART: the ruleset is at another generation than the one expected.
        case generationMoved
        /// The kernel refused a part: an action, the set, the element when it is known, and the errno.
        case refused(action: SetBatch.Action, set: SetHandle, element: SetElement?, errno: Int32)
        /// The kernel refused the whole.
        case refusedWhole(errno: Int32)
    }

    var socket: NetlinkSocket
    var sequence: UInt32 = 0x7000_0000

    /// Opens a socket in the network namespace of the calling thread.
    init(timeoutMilliseconds: Int32 = 30_000) throws(NetlinkSocket.Failure) {
        socket = try NetlinkSocket(family: 12, timeoutMilliseconds: timeoutMilliseconds)
    }

    /// Opens a socket for a change.
    static func opened() throws(Refusal) -> SetElements {
        do throws(NetlinkSocket.Failure) { return try SetElements() } catch { throw .socket(error) }
    }

    /// Reads all elements of a set.
    ///
    /// - Throws: `interrupted` when the ruleset changed on the way.
    mutating func dump(_ set: SetHandle) throws(NetlinkSocket.Failure) -> [SetElement] {
        // NFT_MSG_GETSETELEM for family inet.
        var request = NetlinkRequest(type: 10 << 8 | 13, flags: NetlinkRequest.request | NetlinkRequest.dump)
        request.append([1, 0, 0, 0])
        request.append(attribute: 1, text: "portgate")
        request.append(attribute: 2, text: set.name)
        var dump = SetDump(of: set)
        try socket.dump(request) { message throws(NetlinkReply.Malformed) in
            guard message.type == 10 << 8 | 12 else { return }
            guard message.payload.count >= 4 else { throw .length }
            try dump.take(UnsafeRawBufferPointer(rebasing: message.payload[4...]))
        }
        return dump.elements
    }

    /// Tells whether a set holds exactly these elements, by asking for their marks: the kernel answers with the nearest ones.
    mutating func holds(_ elements: ArraySlice<SetElement>, in set: SetHandle) throws(NetlinkSocket.Failure) -> Bool {
        // Each mark is answered by a message of a page, and all of them wait in the socket's buffer.
        let most = 16
        var rest = elements
        while !rest.isEmpty {
            let answer = try marks(of: rest.prefix(most), in: set)
            guard let answer, answer.isExactly(rest.prefix(most)) else { return false }
            rest = rest.dropFirst(most)
        }
        return true
    }

    private mutating func marks(
        of elements: ArraySlice<SetElement>, in set: SetHandle
    ) throws(NetlinkSocket.Failure) -> SetDump? {
        var writer = NetlinkWriter()
        for element in elements { SetBatch.marks(of: element, in: set, to: &writer) }
        return try ask(writer.bytes, of: set)
    }

    /// Asks for marks; nil when one of them has nothing near.
    private mutating func ask(_ marks: [UInt8], of set: SetHandle) throws(NetlinkSocket.Failure) -> SetDump? {
        // NFT_MSG_GETSETELEM without NLM_F_DUMP: one answer for each mark, or ENOENT.
        var request = NetlinkRequest(type: 10 << 8 | 13, flags: NetlinkRequest.request | 0x4)
        request.append([1, 0, 0, 0])
        request.append(attribute: 1, text: "portgate")
        request.append(attribute: 2, text: set.name)
        request.append(attribute: 3 | 0x8000, marks)
        var dump = SetDump(of: set)
        do throws(NetlinkSocket.Failure) {
            try socket.dump(request) { message throws(NetlinkReply.Malformed) in
                guard message.type == 10 << 8 | 12 else { return }
                guard message.payload.count >= 4 else { throw .length }
                try dump.take(UnsafeRawBufferPointer(rebasing: message.payload[4...]))
            }
        } catch {
            if case .system("netlink", ENOENT) = error { return nil }
            throw error
        }
        return dump
    }

    /// Makes changes in one transaction: all of them, or none. With a generation, only when the ruleset is still at it.
    mutating func change(_ changes: [SetChange], expecting generation: UInt32?) throws(Refusal) {
        sequence &+= 0x0010_0000
        let batch = SetBatch(changes, expecting: generation, firstSequence: sequence)
        guard !batch.parts.isEmpty else { return }
        socket.prepareForTransaction(bytes: batch.bytes.count)
        do throws(NetlinkSocket.Failure) {
            try socket.send(batch.bytes)
        } catch { throw .socket(error) }
        var answer = BatchAnswer(to: batch)
        while true {
            let isComplete: Bool
            do throws(NetlinkSocket.Failure) {
                isComplete = try socket.eachMessage { message throws(NetlinkSocket.Failure) in
                    do throws(NetlinkReply.Malformed) { return try answer.take(message) } catch { throw .malformed }
                }
            } catch { throw answer.refusal ?? .socket(error) }
            guard isComplete else { continue }
            // A refusal of the commit itself follows what was said of the messages; all of it is there already.
            while socket.hasMore {
                do throws(NetlinkSocket.Failure) {
                    _ = try socket.eachMessage { message throws(NetlinkSocket.Failure) in
                        do throws(NetlinkReply.Malformed) { _ = try answer.take(message) } catch { throw .malformed }
                        return false
                    }
                } catch { throw answer.refusal ?? .socket(error) }
            }
            if let refusal = answer.refusal { throw refusal }
            return
        }
    }
}

/// What the kernel said to a batch: the first refusal counts, as later ones often follow from it.
struct BatchAnswer {
    private let batch: SetBatch
    private(set) var refusal: SetElements.Refusal?

    init(to batch: SetBatch) { self.batch = batch }

    /// Takes a message; returns whether the answer is complete: the last part was acknowledged, or something was refused
    /// that ends it.
    mutating func take(_ message: NetlinkBytes.Message) throws(NetlinkReply.Malformed) -> Bool {
        guard message.type == NetlinkReply.Message.error else { return false }
        let index = Int(truncatingIfNeeded: message.sequence &- batch.firstSequence) - 1
        guard index >= -1, index <= batch.parts.count else { return false }
        guard message.payload.count >= 4 else { throw .length }
        let negative = message.payload.loadUnaligned(as: Int32.self)
        let code = negative == .min ? Int32.max : -negative
        if code == 0 { return index == batch.parts.count - 1 }
        let isPart = batch.parts.indices.contains(index)
        if refusal == nil {
            if isPart {
                let part = batch.parts[index]
                let element = try Self.offset(in: message).flatMap { Self.element(at: $0, of: part) }
                refusal = .refused(
                    action: part.action, set: part.set, element: element ?? Self.only(part.elements), errno: code)
            } else {
                refusal = code == ERESTART ? .generationMoved : .refusedWhole(errno: code)
            }
        }
        // What concerns the whole, or the last part, is the last that is said.
        return !isPart || index == batch.parts.count - 1
    }

    /// Returns where in the message the kernel saw the mistake (NLMSGERR_ATTR_OFFS), when it says so.
    private static func offset(in message: NetlinkBytes.Message) throws(NetlinkReply.Malformed) -> Int? {
        // NLM_F_ACK_TLVS; struct nlmsgerr is an errno and a header, and with NLM_F_CAPPED nothing of the message itself.
        guard message.flags & 0x200 != 0, message.flags & 0x100 != 0, message.payload.count >= 20 else { return nil }
        var attributes = NetlinkBytes(UnsafeRawBufferPointer(rebasing: message.payload[20...]))
        while let attribute = try attributes.nextAttribute() {
            guard attribute.type == 2, attribute.payload.count == 4 else { continue }
            return Int(attribute.payload.loadUnaligned(as: UInt32.self))
        }
        return nil
    }

    private static func element(at offset: Int, of part: SetBatch.Part) -> SetElement? {
        guard let index = part.offsets.lastIndex(where: { $0 <= offset }) else { return nil }
        return part.elements[part.elements.startIndex + index]
    }

    private static func only(_ elements: ArraySlice<SetElement>) -> SetElement? {
        elements.count == 1 ? elements.first : nil
    }
}
