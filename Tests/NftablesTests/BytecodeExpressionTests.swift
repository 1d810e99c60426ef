import Nftables
import Testing

/// Expressions that no recording has, and such as are not understood.
@Suite("Reading expressions")
struct BytecodeExpressionTests {
    private typealias Message = BytecodeMessage

    private static func read(_ expressions: [UInt8], after messages: [(type: UInt16, payload: [UInt8])] = [])
        -> [LiveExpression]?
    {
        var decoder = RulesetDecoder()
        for (type, payload) in [Message.table, Message.chain] + messages + [Message.rule(expressions)] {
            decoder.take(type: type, payload: payload)
        }
        return decoder.ruleset.tables.first?.chains.first?.rules.first?.expressions
    }

    private static let zero = LiveRegister(number: 1).unsafelyUnwrapped
    private static let four = LiveRegister(number: 9).unsafelyUnwrapped

    typealias Known = (name: String, attributes: [UInt8], expected: LiveExpression)

    private static func u16(_ type: UInt16, _ number: UInt16) -> [UInt8] { Message.number(type, number) }
    private static func u32(_ type: UInt16, _ number: UInt32) -> [UInt8] { Message.number(type, number) }
    private static func u64(_ type: UInt16, _ number: UInt64) -> [UInt8] { Message.number(type, number) }
    private static func all(_ parts: [UInt8]...) -> [UInt8] { Array(parts.joined()) }

    private static let queue: [Known] = [
        ("queue", all(u16(1, 3), u16(2, 4), u16(3, 1)), .queue(first: 3, total: 4, flags: 1, from: nil)),
        ("queue", u32(4, 9), .queue(first: 0, total: 1, flags: 0, from: four)),
    ]
    private static let plain: [Known] = [
        ("flow_offload", Message.text(1, "fast"), .flowOffload("fast")),
        ("tunnel", all(u32(1, 1), u32(2, 1), u32(3, 0)), .tunnel(key: 1, mode: 0, into: zero)),
        ("last", all(u32(1, 1), u64(2, 77)), .last),
        ("socket", all(u32(1, 3), u32(2, 1), u32(3, 2)), .socket(key: 3, level: 2, into: zero)),
        ("quota", all(u64(1, 5), u32(2, 3)), .quota(bytes: 5, flags: 1)),
    ]
    private static let bits: [Known] = [
        (
            "bitwise", all(u32(1, 1), u32(2, 9), u32(3, 4), u32(6, 4), u32(8, 10)),
            .bitwise(
                from: zero, into: four, length: 4,
                .registers(operation: 4, second: LiveRegister(number: 10).unsafelyUnwrapped))
        )
    ]
    private static let tables: [Known] = [
        (
            "match", all(Message.text(1, "tcp"), u32(2, 0), Message.attribute(3, [1, 2, 3])),
            .match(name: "tcp", revision: 0, info: [1, 2, 3])
        ),
        (
            "target", all(Message.text(1, "LOG"), u32(2, 2), Message.attribute(3, [])),
            .target(name: "LOG", revision: 2, info: [])
        ),
    ]

    private static func verdict(_ attributes: [UInt8]...) -> [UInt8] {
        u32(1, 0) + Message.attribute(2, Message.attribute(2, Array(attributes.joined())))
    }
    private static let verdicts: [Known] = [
        ("immediate", verdict(u32(1, 0xffff_fffd), u32(3, 9)), .verdict(.jump("chain id 9"))),
        ("immediate", verdict(u32(1, 0x50003)), .verdict(.queue(0x50003))),
        ("immediate", verdict(u32(1, 0x50000)), .verdict(.unknown(0x50000))),
    ]

    @Test("expressions that the recording does not have", arguments: queue + plain + bits + tables + verdicts)
    func known(_ known: Known) {
        #expect(Self.read(Message.expression(known.name, known.attributes)) == [known.expected])
    }

    private static let notUnderstood: [(name: String, attributes: [UInt8])] = [
        // A kind that does not exist yet.
        ("inner", u32(1, 1)),
        // Attributes that a newer kernel has.
        ("meta", all(u32(1, 1), u32(2, 1), u32(4, 1))),
        ("counter", u32(9, 1)),
        // A register that does not exist, one that is too near to the end, the verdict's where data is.
        ("meta", all(u32(1, 24), u32(2, 1))),
        ("meta", all(u32(1, 5), u32(2, 1))),
        ("cmp", all(u32(1, 23), u32(2, 1), Message.data(3, [1, 2, 3, 4, 5]))),
        ("meta", all(u32(1, 0), u32(2, 1))),
        // Values that no kernel has.
        ("cmp", all(u32(1, 1), u32(2, 6), Message.data(3, [1]))),
        ("lookup", all(Message.text(1, "s"), u32(2, 1), u32(5, 2))),
        ("payload", all(u32(1, 1), u32(2, 5), u32(3, 0), u32(4, 1))),
        // Lengths.
        ("cmp", all(u32(1, 1), u32(2, 1), Message.data(3, []))),
        ("cmp", all(u64(1, 1), u32(2, 1), Message.data(3, [1]))),
        ("cmp", all(u32(1, 1), u32(2, 1), Message.data(3, [UInt8](repeating: 1, count: 65)))),
        // Twice the same, one that is missing, and one that breaks off.
        ("meta", all(u32(1, 1), u32(1, 1), u32(2, 1))),
        ("meta", u32(1, 1)),
        ("meta", all(u32(1, 1), u32(2, 1), [9, 0, 1, 0])),
    ]

    @Test("what is not understood is kept whole in its place", arguments: notUnderstood)
    func unknown(name: String, attributes: [UInt8]) {
        let read = Self.read(Message.expression(name, attributes) + Message.expression("notrack", []))
        #expect(read == [.unknown(name: name, attributes: attributes), .notrack])
    }

    @Test("a list that breaks off keeps what came, and the rest of it")
    func broken() {
        let rest: [UInt8] = [200, 0, 1, 0, 7]
        #expect(
            Self.read(Message.expression("notrack", []) + rest) == [.notrack, .unknown(name: "", attributes: rest)])
    }

    @Test("a lookup in a verdict map that takes no verdict is not taken for one that does")
    func keyOnly() {
        let set = Self.all(
            Message.start, Message.text(2, "v"), Self.u32(3, 8), Self.u32(5, 2), Self.u32(6, 0xffff_ff00))
        let key = Self.all(Message.text(1, "v"), Self.u32(2, 1))
        let verdict = key + Self.u32(3, 0)
        #expect(
            Self.read(Message.expression("lookup", key), after: [(9, set)]) == [
                .unknown(name: "lookup", attributes: key)
            ])
        #expect(
            Self.read(Message.expression("lookup", verdict), after: [(9, set)]) == [
                .lookup(set: "v", from: Self.zero, into: nil, negated: false)
            ])
    }

    @Test("names that are equal text and other bytes stay different")
    func names() {
        var decoder = RulesetDecoder()
        for bytes: [UInt8] in [[0xc3, 0xa9], [0x65, 0xcc, 0x81], [0xff], [0xfe], [0xef, 0xbf, 0xbd]] {
            decoder.take(type: 0, payload: [1, 0, 0, 0] + Message.attribute(1, bytes + [0]))
        }
        #expect(Set(decoder.ruleset.tables.map(\.name)).count == 5)
        #expect(decoder.ruleset.unread.isEmpty)
    }
}
