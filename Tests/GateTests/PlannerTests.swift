import Gate
import Nftables
import Policy
import Testing

/// What a plan says of two policies.
@Suite("Planner")
struct PlannerTests {
    private let planner = Planner(now: GateSample.now)

    private func plan(from old: [Port]?, to new: [Port]) -> Plan {
        let live = old.map { GateSample.table($0) }
        return planner.plan(declared: GateSample.table(new), live: live, recorded: live)
    }

    @Test("on a host without a gate everything is added, the ports first and their rules below them")
    func first() {
        let plan = plan(
            from: nil,
            to: [GateSample.port("db", 5432, rules: [GateSample.rule("billing", ["10.0.0.0/8", "fd00::/8"])])])
        #expect(
            plan.text == """
                + port db: tcp 5432: refused by reject, of refused traffic 10/second per source is logged
                    + rule db/billing: allows IPv4 10.0.0.0/8 (16777216 addresses), IPv6 fd00::/8

                2 to add, 0 to change, 0 to remove

                """)
        #expect(plan.changesAccess)
        #expect(!plan.isNothing)
    }

    @Test("the same policy is nothing to do")
    func nothing() {
        let ports = [GateSample.port("db", 5432, rules: [GateSample.rule("billing", ["10.0.0.0/8"])])]
        let plan = plan(from: ports, to: ports)
        #expect(plan.isNothing)
        #expect(!plan.changesAccess)
        #expect(plan.text == "nothing to do: what is live is what is declared\n")
    }

    @Test("sources that come and go are counted in addresses and named as blocks, by family")
    func sources() {
        let plan = plan(
            from: [GateSample.port("db", 5432, rules: [GateSample.rule("billing", ["10.0.0.0/30", "10.9.0.7/32"])])],
            to: [GateSample.port("db", 5432, rules: [GateSample.rule("billing", ["10.0.0.0/29", "fd00::/64"])])])
        #expect(
            plan.changes.map(\.details) == [
                [
                    .sources(
                        family: "IPv4", added: .init(blocks: 1, addresses: 4, sample: ["10.0.0.4/30"]),
                        removed: .init(blocks: 1, addresses: 1, sample: ["10.9.0.7"])),
                    .sources(
                        family: "IPv6", added: .init(blocks: 1, addresses: nil, sample: ["fd00::/64"]), removed: nil),
                ]
            ])
        #expect(plan.summary == "0 to add, 1 to change, 0 to remove")
    }

    @Test("a port that goes is said to be open from then on")
    func removed() {
        let plan = plan(
            from: [GateSample.port("db", 5432), GateSample.port("web", 8443)], to: [GateSample.port("db", 5432)])
        #expect(
            plan.text.contains("- port web: tcp 8443\n    no longer gated: whatever listens there is open to everyone"))
        #expect(plan.summary == "0 to add, 0 to change, 1 to remove")
    }

    @Test("what a port says of refusals, logs and numbers is told when it changes")
    func portChanges() {
        var new = GateSample.port("db", 5433)
        new.otherwise = .drop
        new.log.denied = .none
        let plan = plan(from: [GateSample.port("db", 5432)], to: [new])
        #expect(
            plan.changes.flatMap(\.details) == [
                .said(label: "ports", from: "tcp 5432", to: "tcp 5433"),
                .said(label: "refusal", from: "reject", to: "drop"),
                .said(label: "refused, logged", from: "10/second per source", to: "nothing"),
            ])
    }

    @Test("an expiry and a window that come are told with their moments")
    func timeChanges() {
        let old = GateSample.rule("billing", ["10.0.0.0/8"])
        var limited = old
        limited.expires = Instant(seconds: GateSample.now.seconds + 86_400)
        var windowed = old
        windowed.windows = .only([GateSample.name("business")])
        let expiry = plan(
            from: [GateSample.port("db", 5432, rules: [old])], to: [GateSample.port("db", 5432, rules: [limited])])
        #expect(
            expiry.changes.flatMap(\.details) == [
                .said(label: "expires", from: "never", to: "2026-11-22T12:00:00Z")
            ])
        let policy = GateSample.policy([GateSample.port("db", 5432, rules: [windowed])])
        let window = Planner(now: GateSample.now, policy: policy).plan(
            declared: GateSample.table(policy), live: GateSample.table([GateSample.port("db", 5432, rules: [old])]),
            recorded: nil)
        guard case .said("windows", "always", let words)? = window.changes.first?.details.first else {
            Issue.record("no windows in \(window.changes)")
            return
        }
        #expect(words.hasPrefix("in business: "))
        #expect(words.contains("the first until 2026-11-23T18:00:00Z from 2026-11-23T08:00:00Z"))
    }

    @Test("windows rendered further ahead change nobody's access")
    func renewal() {
        var rule = GateSample.rule("billing", ["10.0.0.0/8"])
        rule.windows = .only([GateSample.name("business")])
        let policy = GateSample.policy([GateSample.port("db", 5432, rules: [rule])])
        let later = Instant(seconds: GateSample.now.seconds + 10 * 86_400)
        let live = GateSample.table(policy)
        let plan = Planner(now: later, policy: policy).plan(
            declared: GateSample.table(policy, now: later), live: live, recorded: live)
        #expect(!plan.isNothing)
        #expect(!plan.changesAccess)
        #expect(plan.changes.isEmpty)
        #expect(plan.renewals == ["windows are rendered until 2028-01-05T00:00:00Z (live: 2027-12-26T00:00:00Z)"])
    }

    @Test("a rehearsal's shifted clock is loud, and is no change of windows")
    func rehearsal() {
        var rule = GateSample.rule("billing", ["10.0.0.0/8"])
        rule.windows = .only([GateSample.name("business")])
        let policy = GateSample.policy([GateSample.port("db", 5432, rules: [rule])])
        let plan = planner.plan(
            declared: GateSample.table(policy, offset: 7200), live: GateSample.table(policy), recorded: nil)
        #expect(plan.changes.isEmpty)
        #expect(plan.clockOffset == 7200)
        #expect(plan.text.hasPrefix("REHEARSAL: the policy's clock is 0 d 2 h 0 min 0 s behind the host's"))
        #expect(plan.clockMove == "the policy's clock is shifted by 7200 s (live: 0 s)")
        #expect(plan.renewals.isEmpty)
        #expect(plan.changesAccess)
    }

    @Test("what another hand changed is told apart from what the policy changes")
    func alterations() throws {
        let declared = GateSample.table([
            GateSample.port("db", 5432, rules: [GateSample.rule("billing", ["10.0.0.0/8"])])
        ])
        var live = declared
        let index = try #require(live.chains.firstIndex { $0.name == "pg_p_db" })
        live.chains[index].rules.insert(Rule([.verdict(.accept)]), at: 0)
        let plan = planner.plan(declared: declared, live: live, recorded: declared)
        #expect(plan.alterations.map(\.object) == ["chain pg_p_db"])
        #expect(plan.changesAccess)
        #expect(plan.summary == "0 to add, 0 to change, 0 to remove; 1 changed by another hand")
    }

    @Test("two tables differ in some named object exactly when they are not equal")
    func deviationsAreComplete() throws {
        let table = GateSample.table([GateSample.port("db", 5432, rules: [GateSample.rule("billing", ["10.0.0.0/8"])])])
        #expect(TableDeviation.between(expected: table, found: table).isEmpty)
        var altered: [Table] = []
        for index in table.chains.indices {
            var copy = table
            copy.chains[index].rules.append(Rule([.verdict(.accept)]))
            altered.append(copy)
            if table.chains[index].rules.isEmpty { continue }
            copy = table
            copy.chains[index].rules[0].comment = "another"
            altered.append(copy)
        }
        for index in table.sets.indices {
            var copy = table
            copy.sets.remove(at: index)
            altered.append(copy)
        }
        for index in table.maps.indices {
            var copy = table
            copy.maps[index].elements = []
            altered.append(copy)
        }
        var dormant = table
        dormant.isDormant = true
        altered.append(dormant)
        for copy in altered { #expect(!TableDeviation.between(expected: table, found: copy).isEmpty) }
        #expect(altered.count > 10)
    }

    @Test("a table whose chains lead in circles is read to its end")
    func circles() {
        let jump = Rule([.verdict(.jump("pg_p_a"))])
        let chains = [Chain(name: "pg_p_a", rules: Array(repeating: jump, count: 8))]
        let element = VerdictMap.Element(transport: 6, first: 1, last: 1, verdict: .goto("pg_p_a"))
        let live = Table(name: "portgate", maps: [VerdictMap(name: "pg_remote", elements: [element])], chains: chains)
        let plan = planner.plan(declared: GateSample.table([GateSample.port("db", 5432)]), live: live, recorded: nil)
        #expect(plan.changes.contains { $0.port == "a" && $0.action == .remove })
    }
}
