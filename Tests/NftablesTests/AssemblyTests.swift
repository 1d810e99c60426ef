import Nftables
import Testing

/// What statements and objects become, written out. That nft makes the same of their text, tests with a kernel prove.
@Suite("Assembling a table")
struct AssemblyTests {
    private static let first: LiveRegister = register(0)
    private static let accept = LiveExpression.verdict(.accept)

    private static func register(_ word: UInt32) -> LiveRegister {
        guard let register = LiveRegister(number: 8 + word) else { preconditionFailure("no such register") }
        return register
    }

    private static func load(_ key: MetaKey) -> LiveExpression { .meta(key: key.rawValue, into: first) }

    private static func load(
        ct key: ConnectionKeyNumber, direction: UInt8? = nil, into word: UInt32 = 0
    ) -> LiveExpression { .connection(key: key.rawValue, direction: direction, into: register(word)) }

    private static func payload(
        _ base: LivePayloadBase, _ offset: Int, _ length: Int, into word: UInt32 = 0
    ) -> LiveExpression { .payload(base: base, offset: offset, length: length, into: register(word)) }

    private static func compare(_ comparison: LiveComparison, _ bytes: UInt8...) -> LiveExpression {
        .compare(comparison, first, bytes)
    }

    private static func equal(_ bytes: UInt8...) -> LiveExpression { .compare(.equal, first, bytes) }

    private static func mask(_ mask: [UInt8], _ xor: [UInt8]? = nil) -> LiveExpression {
        .bitwise(
            from: first, into: first, length: mask.count,
            .mask(mask: mask, xor: xor ?? [UInt8](repeating: 0, count: mask.count)))
    }

    private static func lookup(_ set: String, negated: Bool = false) -> LiveExpression {
        .lookup(set: set, from: first, into: nil, negated: negated)
    }

    private static func swap(_ size: Int, length: Int? = nil) -> LiveExpression {
        .byteOrder(from: first, into: first, size: size, length: length ?? size)
    }

    private static func dynamic(
        _ set: String, _ operation: UInt32, timeout: UInt64?, _ expressions: [LiveExpression] = []
    ) -> LiveExpression {
        .dynamicSet(
            set: set, operation: operation, key: first, data: nil, timeoutMilliseconds: timeout, negated: false,
            expressions: expressions)
    }

    private static let isIPv4: [LiveExpression] = [load(.family), equal(2)]
    private static let isIPv6: [LiveExpression] = [load(.family), equal(10)]
    private static let isTCP: [LiveExpression] = [load(.transport), equal(6)]
    private static let isEthernet: [LiveExpression] = [load(.inputInterfaceType), equal(1, 0)]
    private static let connection: [LiveExpression] = [load(ct: .id), payload(.transport, 0, 2, into: 1)]

    private static func flags(_ mask: UInt8, _ value: UInt8) -> [LiveExpression] {
        isTCP + [payload(.transport, 13, 1), self.mask([mask]), equal(value)]
    }

    /// A table with what the statements refer to, and a chain of one rule.
    private static func table(_ statements: [Statement], comment: String? = nil) -> Table {
        let element = VerdictMap.Element(transport: 6, first: 80, last: 80, verdict: .drop)
        return Table(
            name: "portgate", counters: [NamedCounter(name: "pg_n", comment: "of what")],
            sets: [
                NamedSet(name: "pg_4", content: .ipv4([])), NamedSet(name: "pg_6", content: .ipv6([])),
                NamedSet(name: "pg_t", content: .time([])), NamedSet(name: "pg_g", content: .cgroups),
                NamedSet(name: "pg_d4", content: .dynamic(family: .v4, size: 1, timeoutSeconds: 1)),
                NamedSet(name: "pg_d6", content: .dynamic(family: .v6, size: 1, timeoutSeconds: 1)),
                NamedSet(name: "pg_k", content: .connections(sequence: false, size: 1, timeoutSeconds: 1)),
                NamedSet(name: "pg_ks", content: .connections(sequence: true, size: 1, timeoutSeconds: 1)),
                NamedSet(name: "pg_p", content: .timedProtocols()),
                NamedSet(name: "pg_pr", content: .timedProtocols(refreshedForSeconds: 1)),
            ],
            maps: [
                VerdictMap(name: "pg_r", elements: [element]),
                VerdictMap(name: "pg_h", elements: [element], takesRanges: false),
            ],
            chains: [Chain(name: "pg_x", rules: [Rule(statements, comment: comment)])])
    }

    private typealias Row = (Statement, [LiveExpression])

    private static let packets: [Row] = [
        (.sourceInSet(family: .v4, set: "pg_4"), isIPv4 + [payload(.network, 12, 4), lookup("pg_4")]),
        (.sourceInSet(family: .v6, set: "pg_6"), isIPv6 + [payload(.network, 8, 16), lookup("pg_6")]),
        (.destinationInSet(family: .v4, set: "pg_4"), isIPv4 + [payload(.network, 16, 4), lookup("pg_4")]),
        (.destinationInSet(family: .v6, set: "pg_6"), isIPv6 + [payload(.network, 24, 16), lookup("pg_6")]),
        (.destinationIsLoopbackV4, isIPv4 + [payload(.network, 16, 1), equal(127)]),
        (
            .destinationIsLoopbackV6,
            isIPv6 + [payload(.network, 24, 16), equal(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)]
        ),
        (.family(.v4), isIPv4), (.family(.v6), isIPv6), (.protocolInSet("pg_p"), [load(.family), lookup("pg_p")]),
        (.transport(17), [load(.transport), equal(17)]),
        (
            .inputInterface("lo", negated: false),
            [load(.inputInterfaceName), equal(0x6c, 0x6f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)]
        ),
        (
            .outputInterface("lo", negated: true),
            [
                load(.outputInterfaceName),
                compare(.notEqual, 0x6c, 0x6f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
            ]
        ),
        (.destinationType([.local]), [.route(result: 3, flags: 2, into: first), equal(2, 0, 0, 0)]),
        (.sourceType([.local, .multicast]), [.route(result: 3, flags: 1, into: first), lookup("__set0")]),
        (.noRouteBack(sameInterface: false), [.route(result: 1, flags: 1, into: first), equal(0, 0, 0, 0)]),
        (.noRouteBack(sameInterface: true), [.route(result: 1, flags: 9, into: first), equal(0, 0, 0, 0)]),
        (.linkAddress(0x0102_0304_0506), isEthernet + [payload(.link, 6, 6), equal(1, 2, 3, 4, 5, 6)]),
        (.hasPayload, [payload(.inner, 0, 1), compare(.greaterOrEqual, 0)]),
        (.payload(PayloadMatch(offset: 9, bytes: [1, 2, 3])), [payload(.inner, 9, 3), equal(1, 2, 3)]),
        (
            .payload(PayloadMatch(offset: 9, mask: [0xff, 0xf0], bytes: [1, 0x20])),
            [payload(.inner, 9, 2), mask([0xff, 0xf0]), equal(1, 0x20)]
        ),
        (.tcpFlags(.opening), flags(0x17, 0x02)), (.tcpFlags(.openingAnswer), flags(0x12, 0x12)),
        (.tcpFlags(.synchronizing), flags(0x02, 0x02)), (.tcpFlags(.reset), flags(0x04, 0x04)),
        (.tcpFlags(.urgent), flags(0x20, 0x20)),
    ]

    private static let hosts: [Row] = [
        (.timeInSet("pg_t"), [load(.time), swap(8), lookup("pg_t")]),
        (.timeBefore(1), [load(.time), swap(8), compare(.less, 0, 0, 0, 0, 0x3b, 0x9a, 0xca, 0)]),
        (.socketUser([1000]), [load(.socketUser), equal(0xe8, 3, 0, 0)]),
        (.socketUser([0, 1]), [load(.socketUser), lookup("__set0")]),
        (.socketGroup([1]), [load(.socketGroup), equal(1, 0, 0, 0)]),
        (.socketHasOwner, [load(.socketUser), swap(4), compare(.greaterOrEqual, 0, 0, 0, 0)]),
        (.securityRequest(258), [.ipsec(key: 5, direction: 0, index: 0, into: first), equal(2, 1, 0, 0)]),
        (.securityIndex(258), [.ipsec(key: 6, direction: 0, index: 0, into: first), equal(0, 0, 1, 2)]),
        (.cgroupInSet(level: 3, set: "pg_g"), [.socket(key: 3, level: 3, into: first), lookup("pg_g")]),
    ]

    private static let connections: [Row] = [
        (.originalSourceInSet(family: .v4, set: "pg_4"), [load(ct: .sourceV4, direction: 0), lookup("pg_4")]),
        (.originalSourceInSet(family: .v6, set: "pg_6"), [load(ct: .sourceV6, direction: 0), lookup("pg_6")]),
        (
            .connectionState([.established, .new]),
            [load(ct: .state), mask([10, 0, 0, 0]), compare(.notEqual, 0, 0, 0, 0)]
        ),
        (
            .connectionPacketsOutside(1...258),
            [
                load(ct: .packets), swap(8),
                .range(first, from: [0, 0, 0, 0, 0, 0, 0, 1], to: [0, 0, 0, 0, 0, 0, 1, 2], negated: true),
            ]
        ),
        (.connectionUnconfirmed, [load(ct: .status), mask([8, 0, 0, 0]), equal(0, 0, 0, 0)]),
        (.destinationTranslated, [load(ct: .status), mask([32, 0, 0, 0]), compare(.notEqual, 0, 0, 0, 0)]),
        (.connectionDirection(.reply), [load(ct: .direction), equal(1)]),
        (.connectionMark(mask: .max, value: 258), [load(ct: .mark), equal(2, 1, 0, 0)]),
        (
            .connectionMark(mask: 0xff00, value: 0x100),
            [load(ct: .mark), mask([0, 0xff, 0, 0]), equal(0, 1, 0, 0)]
        ),
        (.connectionKnown(.client, set: "pg_k", negated: false), isTCP + connection + [lookup("pg_k")]),
        (
            .connectionKnown(.server, set: "pg_k", negated: true),
            isTCP + [load(ct: .id), payload(.transport, 2, 2, into: 1), lookup("pg_k", negated: true)]
        ),
        (
            .connectionKnown(.clientSequence, set: "pg_ks", negated: false),
            isTCP + connection + [payload(.transport, 4, 4, into: 2), lookup("pg_ks")]
        ),
        (
            .connectionKnown(.serverAcknowledges, set: "pg_ks", negated: false),
            isTCP + [
                load(ct: .id), payload(.transport, 2, 2, into: 1), payload(.transport, 8, 4, into: 2), lookup("pg_ks"),
            ]
        ),
    ]

    private static let actions: [Row] = [
        (.counter("pg_n"), [.object(type: 1, name: "pg_n")]),
        (
            .log(prefix: "a b", group: 7, snaplen: 64, queueThreshold: nil),
            [.log(prefix: "a b", group: 7, snapLength: 64, queueThreshold: nil, level: nil, flags: 0)]
        ),
        (
            .meter(set: "pg_d4", family: .v4, limit: Limit(over: true, count: 9, unit: "minute", burst: 4)),
            isIPv4 + [
                payload(.network, 12, 4),
                dynamic(
                    "pg_d4", 1, timeout: nil, [.limit(rate: 9, unitSeconds: 60, burst: 4, type: 0, flags: 1)]),
            ]
        ),
        (
            .meter(set: "pg_d6", family: .v6, limit: Limit(over: false, count: 1, unit: "day", burst: 5)),
            isIPv6 + [
                payload(.network, 8, 16),
                mask([255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0]),
                dynamic(
                    "pg_d6", 1, timeout: nil, [.limit(rate: 1, unitSeconds: 86400, burst: 5, type: 0, flags: 0)]),
            ]
        ),
        (
            .setConnectionMark(mask: 0xff00, value: 0x100),
            [
                load(ct: .mark), mask([0xff, 0, 0xff, 0xff], [0, 1, 0, 0]),
                .connectionWrite(key: 3, direction: nil, from: first),
            ]
        ),
        (
            .remember(.client, set: "pg_k", timeoutSeconds: 2, refreshes: false),
            isTCP + connection + [dynamic("pg_k", 0, timeout: 2000)]
        ),
        (
            .remember(.clientSequence, set: "pg_ks", timeoutSeconds: 2, refreshes: true),
            isTCP + connection + [payload(.transport, 4, 4, into: 2), dynamic("pg_ks", 1, timeout: 2000)]
        ),
        (
            .refreshProtocol(set: "pg_pr", timeoutSeconds: 2),
            [load(.family), dynamic("pg_pr", 1, timeout: 2000)]
        ),
        (
            .setReset,
            isTCP + [
                payload(.transport, 12, 2), mask([0xff, 0], [0, 4]),
                .payloadWrite(
                    base: .transport, offset: 12, length: 2, from: first, checksumType: 1, checksumOffset: 16,
                    checksumFlags: 0),
            ]
        ),
        (.stripMultipath, [.extensionHeaderWrite(operation: 1, type: 30, offset: 0, length: 0, from: nil)]),
    ]

    private static let ends: [([Statement], [LiveExpression])] = [
        ([.verdict(.accept)], [accept]), ([.verdict(.drop)], [.verdict(.drop)]),
        ([.verdict(.return)], [.verdict(.return)]), ([.verdict(.jump("pg_y"))], [.verdict(.jump("pg_y"))]),
        ([.verdict(.goto("pg_y"))], [.verdict(.goto("pg_y"))]),
        ([.dispatch(map: "pg_h")], [load(.transport), payload(.transport, 2, 2, into: 1), lookup("pg_h")]),
        // nft turns one byte round in groups of two: nothing happens.
        (
            [.dispatch(map: "pg_r")],
            [load(.transport), swap(2, length: 1), payload(.transport, 2, 2, into: 1), lookup("pg_r")]
        ),
        ([.dispatchSource(map: "pg_h")], [load(.transport), payload(.transport, 0, 2, into: 1), lookup("pg_h")]),
        (
            [.transport(6), .dispatchAsked(map: "pg_h")],
            isTCP + [load(.transport), load(ct: .destinationPort, direction: 0, into: 1), lookup("pg_h")]
        ),
        ([.transport(6), .rejectReset], isTCP + [.reject(type: 1, code: 0)]),
        ([.rejectProhibited], [.reject(type: 2, code: 3)]),
    ]

    private static let statements: [Row] = packets + hosts + connections + actions

    @Test("a statement becomes what nft makes of it", arguments: statements)
    func eachStatement(statement: Statement, expressions: [LiveExpression]) throws {
        let rule = try Self.table([statement, .verdict(.accept)]).assembled().chains[0].rules[0]
        #expect(rule.expressions == expressions + [Self.accept], "\(statement)")
    }

    @Test("the end of a rule becomes what nft makes of it", arguments: ends)
    func eachEnd(statements: [Statement], expressions: [LiveExpression]) throws {
        var table = Self.table(statements)
        table.chains.append(Chain(name: "pg_y"))
        #expect(try table.assembled().chains[0].rules[0].expressions == expressions, "\(statements)")
    }

    @Test("what a match depends on is asked for once, by the Ethertype behind a link address")
    func dependencies() throws {
        func expressions(_ statements: [Statement]) throws -> [LiveExpression] {
            try Self.table(statements).assembled().chains[0].rules[0].expressions
        }
        let source = Statement.sourceInSet(family: .v4, set: "pg_4")
        let addresses = [Self.payload(.network, 12, 4), Self.lookup("pg_4")]
        #expect(try expressions([source, source]) == Self.isIPv4 + addresses + addresses)
        #expect(
            try expressions([.linkAddress(0x0102_0304_0506), source])
                == Self.isEthernet + [Self.payload(.link, 6, 8), Self.equal(1, 2, 3, 4, 5, 6, 8, 0)] + addresses)
        #expect(
            try expressions([source, .linkAddress(0x0102_0304_0506)])
                == Self.isIPv4 + addresses + Self.isEthernet
                + [Self.payload(.link, 6, 6), Self.equal(1, 2, 3, 4, 5, 6)])
    }

    @Test("comparisons of adjacent payload are joined as nft joins them")
    func joining() throws {
        func loads(_ statements: [Statement]) throws -> [String] {
            try Self.table(statements).assembled().chains[0].rules[0].expressions.compactMap {
                switch $0 {
                case .payload(_, let offset, let length, _): "\(offset)+\(length)"
                case .object: "counter"
                default: nil
                }
            }
        }
        func bytes(_ offset: Int, _ count: Int) -> Statement {
            .payload(PayloadMatch(offset: offset, bytes: [UInt8](repeating: 1, count: count)))
        }
        #expect(try loads([bytes(2, 2), bytes(0, 2)]) == ["0+4"])
        #expect(try loads([bytes(0, 2), .family(.v4), bytes(2, 1)]) == ["0+3"])
        // Loads of 4 bytes are quicker apart.
        #expect(try loads([bytes(0, 4), bytes(4, 4)]) == ["0+4", "4+4"])
        #expect(try loads([bytes(0, 5), bytes(5, 4), bytes(9, 7), bytes(16, 1)]) == ["0+16", "16+1"])
        #expect(try loads([bytes(0, 1), bytes(2, 1)]) == ["0+1", "2+1"])
        // Two before an action are joined there; one alone is joined across it.
        let count = Statement.counter("pg_n")
        #expect(try loads([bytes(0, 1), bytes(1, 1), count, bytes(2, 1)]) == ["0+2", "counter", "2+1"])
        #expect(try loads([bytes(0, 1), count, bytes(1, 1)]) == ["0+2", "counter"])
    }

    @Test("lists in rules become sets behind the named ones, numbered through the table")
    func anonymousSets() throws {
        var table = Self.table([.socketUser([1, 258]), .destinationType([.local, .broadcast]), .verdict(.drop)])
        table.chains.append(Chain(name: "pg_y", rules: [Rule([.socketGroup([0, .max])])]))
        let assembled = try table.assembled()
        let sets = assembled.sets.suffix(3)
        #expect(sets.map(\.name) == ["__set0", "__set1", "__set2"])
        #expect(sets.allSatisfy { $0.flags == [.anonymous, .constant] && $0.size == 2 && $0.keyLength == 4 })
        #expect(sets.first?.elements.keys == [1, 0, 0, 0, 2, 1, 0, 0])
        #expect(assembled.chains[1].rules[0].expressions == [Self.load(.socketGroup), Self.lookup("__set2")])
    }

    @Test("names, comments, hooks and counters are taken over")
    func objects() throws {
        var table = Self.table([.verdict(.drop)], comment: "db/rule")
        table.comment = "whose"
        table.chains[0].hook = Chain.Hook(point: .postrouting, priority: -150, policy: .drop)
        let assembled = try table.assembled()
        #expect(assembled.family == .inet && assembled.name == "portgate" && assembled.comment == "whose")
        #expect(assembled.objects == [LiveObject(type: 1, name: "pg_n", comment: "of what")])
        #expect(assembled.chains[0].hook == LiveChain.Hook(number: 4, priority: -150, policy: 0))
        #expect(assembled.chains[0].flags == 1)
        #expect(assembled.chains[0].rules[0].comment == "db/rule")
        let numbers = try Chain.HookPoint.allCases.map { point in
            table.chains[0].hook?.point = point
            return try table.assembled().chains[0].hook?.number
        }
        #expect(numbers == [0, 1, 2, 3, 4])
    }

    @Test("what cannot be rendered, and what nft refuses, is an error")
    func errors() {
        func error(of table: Table) -> AssemblyError? {
            do throws(AssemblyError) {
                _ = try table.assembled()
                return nil
            } catch { return error }
        }
        #expect(error(of: Self.table([.unknown("quota 5 mbytes")])) == .notRenderable(.foreign(in: "pg_x")))
        var table = Self.table([.verdict(.accept)])
        table.foreign = [ForeignObject(kind: "quota", name: "q", text: "quota q { }")]
        #expect(error(of: table) == .notRenderable(.foreign(in: "portgate")))
        let v4 = Statement.sourceInSet(family: .v4, set: "pg_4")
        let conflict = AssemblyError.conflictingProtocols(chain: "pg_x", rule: 0)
        #expect(error(of: Self.table([v4, .destinationInSet(family: .v6, set: "pg_6")])) == conflict)
        #expect(error(of: Self.table([.family(.v6), .originalSourceInSet(family: .v4, set: "pg_4")])) == conflict)
    }
}
