import Nftables
import TestSupport
import Testing

/// Bytes that no kernel sends: always a value, never a crash.
@Suite("Ruleset decoder, hostile bytes")
struct BytecodeHostileTests {
    private typealias Message = BytecodeMessage

    @discardableResult
    private static func decoded(_ messages: [(type: UInt16, payload: [UInt8])]) -> LiveRuleset {
        var decoder = RulesetDecoder()
        for (type, payload) in messages { decoder.take(type: type, payload: payload) }
        return used(decoder)
    }

    /// Reads what was decoded, as whoever asked for it does.
    @discardableResult
    private static func used(_ decoder: RulesetDecoder) -> LiveRuleset {
        for table in decoder.ruleset.tables {
            for set in table.sets { _ = set.intervals() }
            // The rule that came last is the one that was bent.
            for chain in table.chains { _ = chain.rules.last?.description }
        }
        return decoder.ruleset
    }

    /// Hands over each message of the recorded dump with what was read of those before it.
    private static func eachMessage(_ body: (RulesetDecoder, UInt16, [UInt8]) -> Void) {
        var decoder = RulesetDecoder()
        for (type, payload) in BytecodeRecording.messages {
            body(decoder, type, payload)
            decoder.take(type: type, payload: payload)
        }
    }

    @Test("a message that is cut short at any byte")
    func truncated() {
        Self.eachMessage { before, type, payload in
            for length in 0..<payload.count {
                var decoder = before
                decoder.take(type: type, payload: Array(payload.prefix(length)))
                #expect(Self.used(decoder).tables.count <= 1)
            }
        }
    }

    @Test("lengths that lie", arguments: [0, 3, 5, 0xffff] as [UInt16])
    func lengths(lie: UInt16) {
        Self.eachMessage { before, type, payload in
            for place in stride(from: 4, to: payload.count - 1, by: 4) {
                var payload = payload
                (payload[place], payload[place + 1]) = (UInt8(lie & 255), UInt8(lie >> 8))
                var decoder = before
                decoder.take(type: type, payload: payload)
                Self.used(decoder)
            }
        }
    }

    @Test("expressions in expressions without end")
    func nesting() throws {
        var expression = Message.expression("notrack", [])
        for _ in 0..<1_000 {
            let inner = Message.text(1, "s") + Message.number(3, UInt32(0)) + Message.number(4, UInt32(1))
            let next = Message.expression("dynset", inner + Message.attribute(10 | 0x8000, expression))
            guard next.count < 60_000 else { break }
            expression = next
        }
        let ruleset = Self.decoded([Message.table, Message.chain, Message.rule(expression)])
        #expect(try #require(ruleset.tables.first?.chains.first?.rules.first).description.contains("not understood"))
    }

    @Test("a set whose keys are longer than registers is not read, and said")
    func keys() {
        for length: UInt32 in [0, 65, .max] {
            let ruleset = Self.decoded([
                Message.table, (9, Message.start + Message.text(2, "s") + Message.number(5, length)),
            ])
            #expect(ruleset.tables.first?.sets.isEmpty == true)
            #expect(ruleset.unread.count == 1)
        }
    }

    @Test("an element that is none is said of its set")
    func elements() throws {
        let set: (UInt16, [UInt8]) = (9, Message.start + Message.text(2, "s") + Message.number(5, UInt32(4)))
        for element in [
            Message.data(1, [1, 2, 3]), Message.number(3, UInt32(0)),
            Message.number(3, UInt32(4)) + Message.data(1, [1, 2, 3, 4]),
            Message.data(1, [1, 2, 3, 4]) + Message.data(10, [1]),
        ] {
            let list = Message.attribute(
                3, Message.attribute(1, Message.data(1, [9, 9, 9, 9])) + Message.attribute(1, element))
            let ruleset = Self.decoded([Message.table, set, (12, Message.start + Message.text(2, "s") + list)])
            let read = try #require(ruleset.tables.first?.sets.first)
            #expect(read.elements.count == 1)
            #expect(read.unreadElements != nil)
            #expect(read.intervals() == nil)
        }
    }

    @Test("messages of what was never listed, listed twice, or of another kind are told, and not without end")
    func strangers() {
        let ruleset = Self.decoded(
            [Message.chain, Message.table, Message.table, (99, Message.start), (3, [1])]
                + [(type: UInt16, payload: [UInt8])](repeating: Message.rule([]), count: 1_000))
        #expect(ruleset.tables.count == 1)
        #expect((5...100).contains(ruleset.unread.count))
    }

    @Test("random changes", arguments: 0..<20 as Range<UInt64>)
    func mutations(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            var messages = BytecodeRecording.messages
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                let index = Int.random(in: 0..<messages.count, using: &generator)
                let place = Int.random(in: 0..<messages[index].payload.count, using: &generator)
                switch UInt8.random(in: 0..<4, using: &generator) {
                case 0: messages[index].payload[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                case 1: messages[index].payload[place] = UInt8.random(in: 0...255, using: &generator)
                case 2: messages[index].payload.removeSubrange(place...)
                default: messages.swapAt(index, Int.random(in: 0..<messages.count, using: &generator))
                }
                if messages[index].payload.isEmpty { messages[index].payload = [1] }
            }
            Self.decoded(messages)
        }
    }

    @Test("intervals are what the nearest mark says of every key", arguments: 0..<50 as Range<UInt64>)
    func intervals(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var set = LiveSet(name: "s", flags: .interval, keyLength: 1)
        var marks: [(key: UInt8, isEnd: Bool)] = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
            (UInt8.random(in: 0...255, using: &generator), Bool.random(using: &generator))
        }
        switch seed % 3 {
        case 0: marks.sort { ($0.key, $0.isEnd ? 0 : 1) < ($1.key, $1.isEnd ? 0 : 1) }
        case 1: marks.sort { ($0.key, $0.isEnd ? 0 : 1) > ($1.key, $1.isEnd ? 0 : 1) }
        default: break
        }
        for mark in marks { set.elements.append(key: [mark.key], flags: mark.isEnd ? 1 : 0) }
        let found = try #require(set.intervals())
        #expect(zip(found, found.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound })
        for key in UInt8.min...UInt8.max {
            let nearest = marks.filter { $0.key <= key }.map(\.key).max()
            let holds = marks.contains { $0.key == nearest && !$0.isEnd }
            #expect(found.contains { $0.contains(UInt128(key)) } == holds, "\(key)")
        }
    }
}
