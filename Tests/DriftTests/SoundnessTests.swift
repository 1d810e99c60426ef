import Nftables
import PacketSpace
import Policy
import Testing

@testable import Drift

/// What a judgement must not take for granted: each of these would be silently wrong otherwise.
@Suite struct SoundnessTests {
    // MARK: Sets

    @Test("sets of the same name in two tables are two sets")
    func namesakes() throws {
        let holds = Self.lookup("seen", negated: false)
        let lacks = Self.lookup("seen", negated: true)
        let one = Self.table("one", Self.base(0, -300, [holds + [.verdict(.drop)]]), sets: [Self.sources("seen")])
        let two = Self.table("two", Self.base(0, -290, [lacks + [.verdict(.drop)]]), sets: [Self.sources("seen")])
        // Were they one, nobody would be let in for sure.
        let found = try Self.compared([one, two]).differences
        #expect(found.contains { $0.kind == .overRestrictive })
        #expect(found.allSatisfy { $0.isConditional })
    }

    @Test("a foreign set with a name of the gate's is not the gate's")
    func impostor() throws {
        let limit = Self.update("pg_x", negated: true)
        let table = Self.table(
            "other", Self.base(0, -300, [Self.source + [limit, .verdict(.drop)]]), sets: [Self.sources("pg_x")])
        // A set of the gate's own has room, whenever it matters; of this one it is not known.
        let found = try Self.compared([table]).differences
        #expect(found.contains { $0.kind == .overRestrictive && $0.isConditional })
    }

    @Test("what a rule puts into a set, a later one finds there")
    func remembered() throws {
        let update = Self.update("seen", negated: false)
        let table = Self.table(
            "other",
            Self.base(0, -300, [Self.source + [update], Self.lookup("seen", negated: true) + [.verdict(.drop)]]),
            sets: [Self.sources("seen")])
        let found = try Self.compared([table]).differences
        #expect(!found.isEmpty)
        for difference in found {
            guard case .conditional(let words) = difference.certainty else {
                Issue.record("\(difference.words)")
                continue
            }
            #expect(words.contains { $0.hasPrefix("not: @seen has room") }, "\(words)")
        }
    }

    @Test("behind hundreds of rules of others the one that matters is found, by hook and by policy")
    func longTable() throws {
        // 203.0.113.0/24 may come to 8443; what others do to other sources and other ports changes nothing.
        func rules(_ deciding: [LiveExpression]) -> [[LiveExpression]] {
            var rules = (0..<300).map { number -> [LiveExpression] in
                let from =
                    Self.source + [.compare(.equal, Self.first, [10, 0, UInt8(number / 256), UInt8(number % 256)])]
                return (number % 3 == 0 ? Self.asks(UInt16(1_000 + number)) : from)
                    + [.verdict(number % 2 == 0 ? .accept : .drop)]
            }
            rules.insert(deciding, at: 150)
            return rules
        }
        let known = Self.source + [.compare(.equal, Self.first, [203, 0, 113, 9])]
        for (hook, priority) in [(UInt32(0), Int32(-300)), (1, 10)] {
            let harmless = Self.table("site", Self.base(hook, priority, rules(known + [.verdict(.accept)])))
            #expect(try Self.compared([harmless]).isEqual)
            let dropping = Self.table("site", Self.base(hook, priority, rules(known + [.verdict(.drop)])))
            let found = try Self.compared([dropping])
            #expect(found.undecided == [])
            #expect(found.differences.map(\.kind) == [.overRestrictive], "\(found.differences.map(\.words))")
            #expect(found.differences.first?.sources == IntervalList(0xcb00_7109, 0xcb00_7109))
            #expect(found.differences.first?.trace.responsible?.handle == 151)
            var closed = Self.base(hook, priority, rules(Self.asks(8_443) + [.verdict(.accept)]))
            closed.hook?.policy = 0
            #expect(try Self.compared([Self.table("site", closed)]).isEqual)
            closed.rules.remove(at: 150)
            let shut = try Self.compared([Self.table("site", closed)]).differences
            #expect(shut.contains { $0.kind == .overRestrictive && $0.trace.responsible?.handle == nil })
        }
    }

    @Test("a map's element for all other keys has its own data")
    func catchAll() throws {
        var map = LiveSet(name: "marks", flags: .map, keyLength: 4, dataLength: 4)
        map.elements.append(key: [203, 0, 113, 7])
        map.elements.details[0] = LiveSet.Detail(data: [0, 0, 0, 1])
        map.elements.append(key: [0, 0, 0, 0], flags: 2)
        map.elements.details[1] = LiveSet.Detail(data: [0, 0, 0, 0])
        let rule: [LiveExpression] =
            Self.source + [
                .lookup(set: "marks", from: Self.first, into: Self.first, negated: false),
                .compare(.equal, Self.first, [0, 0, 0, 1]), .verdict(.drop),
            ]
        let found = try Self.compared([Self.table("t", Self.base(0, -300, [rule]), sets: [map])]).differences
        #expect(found.map(\.sources) == [IntervalList(0xcb00_7107, 0xcb00_7107)])
    }

    // MARK: Translation

    @Test("a port that is translated here is judged by the number that was asked for", arguments: ["host", "both"])
    func redirected(reach: String) throws {
        for (asked, target) in [(UInt16(8443), UInt16(9999)), (9999, 8443)] {
            let redirect: [LiveExpression] =
                Self.asks(asked) + [
                    .immediate(Self.first, [UInt8(target >> 8), UInt8(target & 255)]),
                    .redirect(portFrom: Self.first, portTo: nil, flags: 0),
                ]
            let outcome = try Self.compared(
                [Self.table("nat", Self.base(0, -100, type: "nat", [redirect]))], reach: reach)
            #expect(outcome.undecided == [])
            #expect(outcome.differences.map(\.words) == [], "\(asked) to \(target)")
        }
    }

    @Test("a port that is gated behind this host is compared where it leads")
    func forwarded() throws {
        let nat = Self.table("nat", Self.base(0, -100, type: "nat", [Self.asks(8443) + Self.toContainer]))
        #expect(try Self.compared([nat], reach: "forwarded").differences.map(\.words) == [])
        let open = try Self.compared([nat], reach: "forwarded", withGate: false).differences
        #expect(open.contains { $0.kind == .overPermissive && !$0.isConditional })
        // There is an output interface by then.
        let name = [UInt8]("docker0".utf8) + [UInt8](repeating: 0, count: 9)
        let filter = Self.table(
            "filter",
            Self.base(
                2, 0,
                [
                    [
                        .meta(key: MetaKey.outputInterfaceName.rawValue, into: Self.first),
                        .compare(.equal, Self.first, name), .verdict(.drop),
                    ]
                ]))
        let kept = try Self.compared([nat, filter], reach: "forwarded").differences
        #expect(kept.contains { $0.kind == .overRestrictive && !$0.isConditional })
    }

    @Test("what cannot be asked of this host is not missed")
    func addresses() throws {
        let raw = Self.table(
            "raw",
            Self.base(
                0, -300,
                [
                    [
                        .payload(base: .network, offset: 16, length: 4, into: Self.first),
                        .compare(.equal, Self.first, [172, 17, 0, 2]), .verdict(.drop),
                    ]
                ]), family: .ip)
        #expect(try Self.compared([raw]).differences.count == 1)
        #expect(try Self.compared([raw], addresses: [0xc000_0201]).differences.isEmpty)
        #expect(try Self.compared([raw], addresses: [0xc000_0201, 0xac11_0002]).differences.count == 1)
    }

    // MARK: Hooks and packets

    @Test("a chain of no device is met by nobody")
    func deviceless() throws {
        var table = Self.table("idle", Self.base(0, 0, [[.verdict(.drop)]]), family: .netdev)
        #expect(try Self.compared([table]).differences.isEmpty)
        table.chains = [Self.base(0, 0, devices: ["eth0"], [[.verdict(.drop)]])]
        #expect(try Self.compared([table]).differences.contains { $0.kind == .overRestrictive })
    }

    @Test("a connection that offers ECN begins like any other")
    func congestion() throws {
        let rule: [LiveExpression] = [
            .payload(base: .transport, offset: 13, length: 1, into: Self.first),
            .compare(.equal, Self.first, [0xc2]), .verdict(.drop),
        ]
        let found = try Self.compared([Self.table("t", Self.base(0, -300, [rule]))]).differences
        #expect(found.contains { $0.kind == .overRestrictive && $0.packet[.flags] == 0xc2 })
    }

    @Test("an expression that nobody knows may decide")
    func unknown() throws {
        let rule: [LiveExpression] = [.unknown(name: "novel", attributes: [1, 2])]
        let found = try Self.compared([Self.table("t", Self.base(0, -300, [rule]))]).differences
        #expect(found.contains { $0.kind == .overRestrictive && $0.isConditional })
    }

    @Test("chains that lead to each other many times over do not keep the judge for ever")
    func bomb() throws {
        var chains = (0..<14).map { depth in
            LiveChain(
                name: "b\(depth)",
                rules: (0..<60).map {
                    LiveRule(handle: UInt64($0 + 1), expressions: [.verdict(.jump("b\(depth + 1)"))])
                })
        }
        chains.append(LiveChain(name: "b14"))
        var table = Self.table("bomb", Self.base(0, -300, [[.verdict(.jump("b0"))]]))
        table.chains += chains
        let ruleset = LiveRuleset(tables: [table])
        let trace = PlainMachine(Program(ruleset) { _, _ in false })
            .judge(PlainPacket(context: PacketContext(family: .v4)), on: .arriving)
        #expect(trace.isCut && !trace.isAccepted && trace.rulesMet == PlainMachine.mostRules + 1)
        #expect(try Self.compared([table]).differences.isEmpty)
        // What is dropped behind them nobody can try: it is said, and is no finding.
        table.chains[0].rules.append(LiveRule(expressions: Self.asks(8443) + [.verdict(.drop)]))
        let outcome = try Self.compared([table])
        #expect(outcome.differences.isEmpty)
        #expect(outcome.undecided.contains { $0.contains("more rules than one look may run") })
    }

    // MARK: Targets of xtables

    @Test("targets of xtables are read by the layout of their data")
    func targets() {
        func read(_ name: String, _ revision: UInt32, _ info: [UInt8]) -> CompatTarget {
            CompatTarget(name, revision, info, .v4)
        }
        let mark = Quantity.meta(MetaKey.mark.rawValue)
        #expect(read("MARK", 2, [0, 0x40, 0, 0, 0, 0x40, 0, 0]) == .bits(mark, clear: 0x4000, turn: 0x4000))
        #expect(read("MARK", 1, [0]) == .value(mark))
        #expect(read("CT", 2, [1, 0, 0, 0]) == .notrack)
        #expect(read("CT", 2, [0, 0, 0, 0]) == .passes)
        #expect(read("CT", 9, [0, 0, 0, 0]) == .unknown)
        let connection = Quantity.connection(ConnectionKeyNumber.mark.rawValue, nil)
        let numbers: [UInt8] = [7, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0]
        #expect(read("CONNMARK", 1, numbers + [0, 0, 0, 0]) == .bits(connection, clear: 255, turn: 7))
        #expect(read("CONNMARK", 2, numbers + [0, 3, 0, 0]) == .value(connection))
        #expect(read("CONNMARK", 2, numbers + [0, 0, 2, 0]) == .value(mark))
        let address: [UInt8] = [10, 0, 0, 2] + [UInt8](repeating: 0, count: 12)
        let range: [UInt8] = [3, 0, 0, 0] + address + address + [0x1f, 0x90, 0x1f, 0x90, 0, 0]
        #expect(
            read("DNAT", 2, range)
                == .destinationTranslation(
                    isRedirect: false, address: .fixed([10, 0, 0, 2]), port: .fixed([0x1f, 0x90])))
        #expect(
            read("DNAT", 2, Array(range.prefix(20)))
                == .destinationTranslation(isRedirect: false, address: .unknown, port: .unknown))
        let old: [UInt8] = [1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 80, 0, 90]
        #expect(
            read("REDIRECT", 0, old)
                == .destinationTranslation(isRedirect: true, address: .unknown, port: .unknown))
        #expect(read("NETMAP", 0, old) == .unknown)
    }

    @Test("every cut of a target's data is read")
    func cuts() {
        for name in ["MARK", "CONNMARK", "CT", "DNAT", "REDIRECT", "SNAT", "CLASSIFY"] {
            for revision in UInt32(0)...3 {
                for count in 0..<48 {
                    for family in [AddressFamily.v4, .v6] {
                        _ = CompatTarget(name, revision, [UInt8](repeating: 255, count: count), family)
                    }
                }
            }
        }
    }
}

// MARK: - Rules by hand

extension SoundnessTests {
    fileprivate static let first = LiveRegister(offset: 0).unsafelyUnwrapped

    fileprivate static let source: [LiveExpression] = [.payload(base: .network, offset: 12, length: 4, into: first)]

    fileprivate static let toContainer: [LiveExpression] = [
        .immediate(first, [172, 17, 0, 2]),
        .nat(
            type: 1, family: 2, addressFrom: first, addressTo: nil, portFrom: nil, portTo: nil, flags: 0),
    ]

    fileprivate static func asks(_ port: UInt16) -> [LiveExpression] {
        [
            .meta(key: MetaKey.transport.rawValue, into: first), .compare(.equal, first, [6]),
            .payload(base: .transport, offset: 2, length: 2, into: first),
            .compare(.equal, first, [UInt8(port >> 8), UInt8(port & 255)]),
        ]
    }

    fileprivate static func lookup(_ set: String, negated: Bool) -> [LiveExpression] {
        source + [.lookup(set: set, from: first, into: nil, negated: negated)]
    }

    fileprivate static func update(_ set: String, negated: Bool) -> LiveExpression {
        .dynamicSet(
            set: set, operation: 1, key: first, data: nil, timeoutMilliseconds: nil, negated: negated, expressions: [])
    }

    fileprivate static func sources(_ name: String) -> LiveSet { LiveSet(name: name, flags: .dynamic, keyLength: 4) }

    fileprivate static func base(
        _ hook: UInt32, _ priority: Int32, type: String = "filter", devices: [String] = [], _ rules: [[LiveExpression]]
    ) -> LiveChain {
        LiveChain(
            name: "base",
            hook: LiveChain.Hook(number: hook, priority: priority, type: type, policy: 1, devices: devices),
            rules: rules.enumerated().map { LiveRule(handle: UInt64($0 + 1), expressions: $1) })
    }

    fileprivate static func table(
        _ name: String, _ chain: LiveChain, family: LiveFamily = .ip, sets: [LiveSet] = []
    ) -> LiveTable {
        LiveTable(family: family, name: name, chains: [chain], sets: sets)
    }

    /// Holds tables beside a gate that lets 203.0.113.0/24 reach 8443/tcp against its policy.
    fileprivate static func compared(
        _ tables: [LiveTable], reach: String = "both", withGate: Bool = true, addresses: [UInt32]? = nil
    ) throws -> PolicyComparison.Outcome {
        let both = reach == "both" ? "" : "reach: [\(reach)]"
        var declared = try Declared(
            """
            version: 1
            name: web
            owner: web
            ports:
              - name: https
                port: 8443
                protocol: tcp
                \(both)
                allow:
                  - name: office
                    cidrs: [203.0.113.0/24]
            """)
        if !withGate { declared.live.tables = [] }
        declared.live.tables += tables
        var comparison = PolicyComparison(declared.live, policy: declared.policy, options: declared.options)
        if let addresses {
            comparison.hostAddresses = AddressSet(v4: IntervalSet(addresses.map { Interval($0, $0) }), v6: .empty)
        }
        return comparison.run()
    }
}

extension PolicyComparison.Difference {
    fileprivate var isConditional: Bool { if case .conditional = certainty { true } else { false } }
}
