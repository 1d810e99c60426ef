import Nftables
import Testing

/// What a recorded dump says.
@Suite("Ruleset decoder")
struct BytecodeDecoderTests {
    private static func decoded() -> LiveRuleset {
        var decoder = RulesetDecoder()
        for (type, payload) in BytecodeRecording.messages { decoder.take(type: type, payload: payload) }
        return decoder.ruleset
    }

    @Test("tables, chains and rules of a recorded dump")
    func rules() throws {
        let ruleset = Self.decoded()
        #expect(ruleset.unread.isEmpty)
        let table = try #require(ruleset.table(.inet, "t"))
        #expect(table.comment == "c")
        #expect(table.chains.map(\.name) == ["x", "i"])
        #expect(table.chains[1].hook == LiveChain.Hook(number: 1, priority: -5, policy: 0))
        #expect(table.chains[0].rules.map(\.expressions) == [[.verdict(.return)]])
        let rules = table.chains[1].rules
        #expect(rules.map(\.comment) == [nil, "why", nil, nil])
        let zero = try #require(LiveRegister(number: 1))
        #expect(
            rules[0].expressions == [
                .meta(key: 16, into: zero), .compare(.equal, zero, [6]),
                .payload(base: .transport, offset: 2, length: 2, into: zero),
                .lookup(set: "v", from: zero, into: nil, negated: false),
            ])
        #expect(
            rules[1].expressions == [
                .meta(key: 15, into: zero), .compare(.equal, zero, [2]),
                .payload(base: .network, offset: 12, length: 4, into: zero),
                .lookup(set: "s", from: zero, into: nil, negated: false), .counter, .verdict(.drop),
            ])
        #expect(
            rules[2].expressions.suffix(3) == [
                .dynamicSet(
                    set: "l", operation: 1, key: zero, data: nil, timeoutMilliseconds: 90_000, negated: false,
                    expressions: [.limit(rate: 10, unitSeconds: 1, burst: 5, type: 0, flags: 1)]),
                .log(prefix: "p", group: nil, snapLength: nil, queueThreshold: nil, level: 4, flags: 0),
                .reject(type: 0, code: 3),
            ])
        #expect(
            rules[3].expressions == [
                .meta(key: 3, into: zero),
                .bitwise(from: zero, into: zero, length: 4, .mask(mask: [255, 0, 0, 0], xor: [0, 0, 0, 0])),
                .compare(.equal, zero, [16, 0, 0, 0]), .object(type: 2, name: "q"), .verdict(.accept),
            ])
    }

    @Test("sets, their elements and objects of a recorded dump")
    func sets() throws {
        let table = try #require(Self.decoded().table(.inet, "t"))
        #expect(table.sets.map(\.name) == ["s", "b", "l", "v"])
        #expect(table.sets.allSatisfy { $0.unreadElements == nil })
        #expect(table.sets[0].intervals() == [0x0a00_0000...0x0aff_ffff, 0xffff_ff00...0xffff_ffff])
        #expect(table.sets[1].fieldLengths == [4, 2])
        #expect(Array(table.sets[1].elements.keyEnd(at: 0)) == [10, 255, 255, 255, 0, 89, 0, 0])
        #expect(table.sets[2].timeoutMilliseconds == 300_000)
        #expect(table.sets[2].size == 9)
        #expect(table.sets[2].elements.details[0]?.timeoutMilliseconds == 3_600_000)
        #expect(table.sets[3].isVerdictMap)
        #expect(table.sets[3].intervals() == [0...0xffff])
        #expect(Set(table.sets[3].elements.details.values.compactMap(\.verdict)) == [.accept, .drop, .jump("x")])
        // NFTA_QUOTA_BYTES and NFTA_QUOTA_FLAGS; what was used is not told.
        #expect(
            table.objects == [
                LiveObject(
                    type: 2, name: "q", data: [12, 0, 1, 0, 0, 0, 0, 0, 0x1f, 0x40, 0, 0, 8, 0, 2, 0, 0, 0, 0, 1])
            ])
    }

    @Test("text of bytecode")
    func text() throws {
        let table = try #require(Self.decoded().table(.inet, "t"))
        #expect(
            table.chains[1].rules[0].description
                == "[ meta load l4proto => r0 ] [ cmp eq r0 0x06 ] [ payload load 2b @ transport header + 2 => r0 ] "
                + "[ lookup r0 set v ]")
        let hostile = LiveRule(expressions: [
            .log(
                prefix: "\u{1b}[2J\n\u{202e}é\"", group: nil, snapLength: nil, queueThreshold: nil, level: nil, flags: 0
            ),
            .verdict(.jump("a\u{7}b")),
            .lookup(set: "[ ]\\", from: try #require(LiveRegister(offset: 0)), into: nil, negated: true),
            .unknown(name: "\u{0}\u{9b}", attributes: [1, 2, 3]),
        ])
        #expect(hostile.description.utf8.allSatisfy { (0x20..<0x7f).contains($0) })
        #expect(
            hostile.description
                == #"[ log prefix \x1b\x5b2J\x0a\xe2\x80\xae\xc3\xa9\x22 ] [ immediate jump -> a\x07b ] "#
                + #"[ lookup r0 set \x5b \x5d\x5c inverted ] [ \x00\xc2\x9b not understood, 3b ]"#)
    }
}
