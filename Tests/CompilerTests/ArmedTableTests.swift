import Compiler
import Nftables
import Policy
import TestSupport
import Testing

/// Two generations in one table: whichever the switch names decides alone, and as it would by itself.
@Suite("Table.armed") struct ArmedTableTests {
    private static func compile(_ yaml: String) throws -> (Policy, Table) {
        let policy = try Gates.policy(yaml)
        return (policy, try #require(PolicyCompiler.compile(policy, options: CompileOptions(now: Gates.now)).table))
    }

    @Test(
        "A03: armed it judges every attempt as the new table, else as the old one",
        arguments: 1...40 as ClosedRange<UInt64>)
    func judgesLikeEither(seed: UInt64) throws {
        let (oldPolicy, old) = try Self.compile(PolicyGenerator.yaml(seed: seed))
        let (newPolicy, new) = try Self.compile(PolicyGenerator.yaml(seed: seed + 1000))
        var both = TableEvaluator(try TableParser.parse(Table.armed(old: old, new: new).rendered()))
        var random = SeededGenerator(seed: seed)
        var different = 0
        for policy in [oldPolicy, newPolicy] {
            for sample in AttemptSampler(policy: policy, now: Gates.now).attempts(60, using: &random) {
                let packet = Packet(sample.attempt, user: sample.user, group: sample.group)
                both.isArmed = false
                let before = try TableEvaluator(old).outcome(of: packet)
                #expect(try both.outcome(of: packet) == before, "seed \(seed) \(sample)")
                both.isArmed = true
                let after = try TableEvaluator(new).outcome(of: packet)
                #expect(try both.outcome(of: packet) == after, "seed \(seed) \(sample)")
                if before != after { different += 1 }
            }
        }
        #expect(different > 0)
    }

    @Test("A03: without an old table nothing is judged when the time is over")
    func fallsBackToNothing() throws {
        let (policy, new) = try Self.compile(PolicyGenerator.yaml(seed: 7))
        var alone = TableEvaluator(Table.armed(old: nil, new: new))
        var random = SeededGenerator(seed: 7)
        for sample in AttemptSampler(policy: policy, now: Gates.now).attempts(100, using: &random) {
            let packet = Packet(sample.attempt, user: sample.user, group: sample.group)
            alone.isArmed = false
            #expect(try alone.outcome(of: packet) == TableEvaluator.Outcome(fate: .accepted))
            alone.isArmed = true
            #expect(try alone.outcome(of: packet) == TableEvaluator(new).outcome(of: packet))
        }
    }

    /// A table of one base chain.
    private static func table(
        _ name: String, _ point: Chain.HookPoint, _ policy: Chain.BasePolicy, _ rules: [Rule], extra: [Chain] = []
    ) -> Table {
        let hook = Chain.Hook(point: point, priority: -150, policy: policy)
        return Table(name: "portgate", chains: [Chain(name: name, hook: hook, rules: rules)] + extra)
    }

    @Test("base chains that differ in hook, policy or name are each judged as they would be alone")
    func differentBases() throws {
        let tcp = Rule([.transport(6), .verdict(.accept)])
        let hand = Rule([.transport(17), .verdict(.return)])
        let refusing = Self.table("pg_gate", .prerouting, .drop, [tcp, hand])
        let open = Self.table("pg_gate", .prerouting, .accept, [Rule([.transport(6), .verdict(.drop)]), hand])
        let elsewhere = Self.table("pg_gate", .output, .drop, [tcp])
        let other = Self.table(
            "pg_third", .output, .accept, [Rule([.verdict(.goto("pg_gate"))])],
            extra: [
                Chain(name: "pg_gate", rules: [Rule([.transport(6), .verdict(.drop)])])
            ])
        let tables = [refusing, open, elsewhere, other]
        for old in tables {
            for new in tables {
                var both = TableEvaluator(Table.armed(old: old, new: new))
                try both.table.validate()
                for hook in [Chain.HookPoint.prerouting, .output] {
                    for transport in [6, 17, 132] as [UInt8] {
                        var packet = Packet(
                            source: .v4(IPv4Address(bits: 1)), transport: transport, port: 22, second: 1)
                        packet.hook = hook
                        both.isArmed = false
                        #expect(try both.outcome(of: packet) == TableEvaluator(old).outcome(of: packet))
                        both.isArmed = true
                        #expect(try both.outcome(of: packet) == TableEvaluator(new).outcome(of: packet))
                    }
                }
            }
        }
    }

    @Test("sets and counters of the same content are there once, others beside each other, whatever they are called")
    func sharesObjects() throws {
        func table(_ first: UInt32, comment: String?) -> Table {
            Table(
                name: "portgate",
                counters: [NamedCounter(name: "pg_c", comment: comment), NamedCounter(name: "pg_same")],
                sets: [
                    NamedSet(name: "pg_s", content: .ipv4([Range32(first, first)])),
                    NamedSet(name: "pg_same", content: .ipv4([Range32(9, 9)])),
                ],
                chains: [
                    Chain(
                        name: "pg_" + String(repeating: "x", count: 124),
                        rules: [
                            Rule([.sourceInSet(family: .v4, set: "pg_s"), .counter("pg_c"), .verdict(.accept)]),
                            Rule([.sourceInSet(family: .v4, set: "pg_same"), .counter("pg_same"), .verdict(.drop)]),
                        ])
                ])
        }
        let both = Table.armed(old: table(1, comment: nil), new: table(2, comment: "other"))
        try both.validate()
        #expect(both.sets.map(\.name).sorted() == ["pg_armed", "pg_n/s", "pg_s", "pg_same"])
        #expect(both.counters.map(\.name).sorted() == ["pg_c", "pg_n/c", "pg_same"])
        let added = try #require(both.chains.last)
        #expect(added.name == "pg_n/1")
        #expect(
            added.rules.map(\.statements) == [
                [.sourceInSet(family: .v4, set: "pg_n/s"), .counter("pg_n/c"), .verdict(.accept)],
                [.sourceInSet(family: .v4, set: "pg_same"), .counter("pg_same"), .verdict(.drop)],
            ])
    }
}
