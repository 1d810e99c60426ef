import Nftables
import TestSupport
import Testing

@testable import Gate

/// The bytes of a change, and answers to it that cannot be trusted.
@Suite("Set batch")
struct SetBatchTests {
    private static let set = SetHandle("pg_v4", key: .ipv4, isInterval: true)

    private static func answer(_ bytes: [UInt8], to batch: SetBatch) throws -> (BatchAnswer, complete: Bool) {
        var answer = BatchAnswer(to: batch)
        var isComplete = false
        try bytes.withUnsafeBytes { raw in
            var walk = NetlinkBytes(raw)
            while let message = try walk.nextMessage() {
                let ends = try answer.take(message)
                isComplete = isComplete || ends
            }
        }
        return (answer, isComplete)
    }

    private static func error(_ code: Int32, sequence: UInt32, flags: UInt16 = 0, _ more: [UInt8] = []) -> [UInt8] {
        var request = NetlinkRequest(type: 2, flags: flags)
        request.append(NetlinkRequest.native(-code) + [UInt8](repeating: 0, count: 16) + more)
        return request.bytes(sequence: sequence)
    }

    @Test("an interval is its first value and, as an end, the value behind it; nft sends the same")
    func bytes() throws {
        let batch = SetBatch(
            [SetChange(Self.set, added: [SetElement(0x0a00_0000, 0x0aff_ffff), SetElement(0xcb00_7100, 0xffff_ffff)])],
            expecting: 7, firstSequence: 0)
        let messages = try NetlinkReply.messages(in: batch.bytes)
        #expect(messages.map(\.type) == [0x10, 0xa0c, 0x11])
        #expect(messages.map(\.sequence) == [0, 1, 2])
        #expect(Array(messages[0].payload) == [0, 0, 0, 10, 8, 0, 1, 0, 0, 0, 0, 7])
        #expect(messages[1].flags == 0x405)
        let attributes = try NetlinkReply.attributes(in: messages[1].payload.dropFirst(4))
        // As strace shows them of nft 1.0.6, but for the types of the list's items, which the kernel does not read.
        let recorded: [UInt8] =
            [0x10, 0, 1, 0x80, 0x0c, 0, 1, 0x80, 8, 0, 1, 0, 0x0a, 0, 0, 0]
            + [0x18, 0, 1, 0x80, 8, 0, 3, 0, 0, 0, 0, 1, 0x0c, 0, 1, 0x80, 8, 0, 1, 0, 0x0b, 0, 0, 0]
            + [0x1c, 0, 1, 0x80, 0x0c, 0, 1, 0x80, 8, 0, 1, 0, 0xcb, 0, 0x71, 0, 0x0a, 0, 6, 0, 1, 4, 1, 0, 0, 0, 0, 0]
        #expect(attributes[3].map(Array.init) == recorded)
    }

    @Test("many elements are spread over messages, whose lengths fit")
    func chunks() throws {
        let elements = (0..<5_000).map { SetElement(UInt128($0) * 4 << 90, UInt128($0) * 4 << 90 + 1) }
        let set = SetHandle("pg_v6", key: .ipv6, isInterval: true)
        let batch = SetBatch([SetChange(set, removed: elements, added: elements)], expecting: nil, firstSequence: 9)
        let messages = try NetlinkReply.messages(in: batch.bytes)
        #expect(messages.count == 2 + 3 * 8)
        #expect(messages.allSatisfy { $0.payload.count < 65_536 })
        #expect(messages.filter { $0.flags & 4 != 0 }.map(\.sequence) == [9 + 24])
        #expect(batch.parts.map(\.action) == Array("aaaaaaaarrrrrrrraaaaaaaa").map { $0 == "a" ? .add : .remove })
    }

    @Test("the first refusal counts, and names the element that the kernel points at")
    func refusals() throws {
        let elements = [SetElement(1 as UInt32), SetElement(5 as UInt32)]
        let batch = SetBatch([SetChange(Self.set, added: elements)], expecting: 1, firstSequence: 40)
        let offset = try #require(batch.parts.first?.offsets.last)
        var place = NetlinkWriter()
        place.attribute(2, UInt32(offset + 8).byteSwapped)
        let pointed = try Self.answer(Self.error(17, sequence: 41, flags: 0x300, place.bytes), to: batch)
        #expect(
            pointed.0.refusal == .refused(action: .add, set: Self.set, element: elements[1], errno: 17))
        #expect(pointed.complete)
        let moved = try Self.answer(Self.error(85, sequence: 40), to: batch)
        #expect(moved.0.refusal == .generationMoved)
        #expect(moved.complete)
        let whole = try Self.answer(Self.error(0, sequence: 41) + Self.error(12, sequence: 40), to: batch)
        #expect(whole.0.refusal == .refusedWhole(errno: 12))
        let fine = try Self.answer(Self.error(0, sequence: 41), to: batch)
        #expect(fine.0.refusal == nil && fine.complete)
        // What answers somebody else's request says nothing.
        let foreign = try Self.answer(Self.error(85, sequence: 4) + Self.error(0, sequence: 4_000), to: batch)
        #expect(foreign.0.refusal == nil && !foreign.complete)
    }

    @Test("random answers and dumps are read or refused, never more")
    func noise() {
        var random = SeededGenerator(seed: 991)
        let batch = SetBatch([SetChange(Self.set, added: [SetElement(1 as UInt32)])], expecting: 1, firstSequence: 0)
        var refused = 0
        for _ in 0..<20_000 {
            var bytes = (0..<Int.random(in: 0...96, using: &random)).map { _ in
                Bool.random(using: &random) ? UInt8.random(in: 0...32, using: &random) : 0
            }
            if bytes.count > 16, Bool.random(using: &random) {
                bytes.replaceSubrange(0..<6, with: [UInt8(bytes.count), 0, 0, 0, 2, 0])
            }
            do { _ = try Self.answer(bytes, to: batch) } catch { refused += 1 }
            for key in SetHandle.Key.allCases {
                var dump = SetDump(of: SetHandle("pg_x", key: key, isInterval: Bool.random(using: &random)))
                bytes.withUnsafeBytes { raw in
                    do throws(NetlinkReply.Malformed) {
                        try dump.take(raw)
                        _ = dump.elements
                    } catch { refused += 1 }
                }
            }
            bytes.withUnsafeBytes { raw in
                _ = try? ConnectionMarks.connection(in: raw, markedWith: 0, mask: 1)
            }
        }
        #expect(refused > 10_000)
    }

    @Test("marks that a foreign hand left are read as the kernel looks them up")
    func oddMarks() throws {
        // An end without a beginning, a beginning without an end, and a last interval without one.
        var writer = NetlinkWriter()
        let list = writer.open(3)
        for (value, isEnd) in [(0, true), (10, false), (20, false), (30, true), (30, false)] as [(UInt32, Bool)] {
            let item = writer.open(1)
            if isEnd { writer.attribute(3, UInt32(1)) }
            let key = writer.open(1)
            writer.attribute(1, value)
            writer.close(key)
            writer.close(item)
        }
        writer.close(list)
        var dump = SetDump(of: Self.set)
        try writer.bytes.withUnsafeBytes { try dump.take($0) }
        #expect(dump.elements == [SetElement(10, 19), SetElement(20, 29), SetElement(30, 0xffff_ffff)])
    }
}
