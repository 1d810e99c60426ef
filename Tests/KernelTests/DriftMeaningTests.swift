import Compiler
import Drift
import Foundation
import Gate
import Nftables
import Policy
import TestSupport
import Testing

/// The judge on rulesets that a kernel runs: those of other programs, and the gate's own after somebody's edits, with traffic.
@Suite("the judge of live rules", .serialized)
struct DriftMeaningTests {
    private static let here = URL(filePath: #filePath).deletingLastPathComponent()
    private static let programs = here.appending(path: "Rulesets")

    static func judge(_ lab: GateLab, _ yaml: String) throws -> (LiveRuleset, PolicyComparison.Outcome) {
        let live = try lab.inServer { try RulesetReader().read() }
        let now = Instant(seconds: Int64(Date().timeIntervalSince1970))
        let outcome = PolicyComparison(
            live, policy: try GateLab.policy(yaml), options: CompileOptions(now: now)
        ).run()
        return (live, outcome)
    }

    @Test(
        "the rules of another program are judged beside the gate, and nothing stays undecided",
        arguments: [
            // What each does with the gate's port, which the client may reach.
            ("docker-iptables-nft", ""), ("docker-nftables", "over-restrictive"), ("firewalld", "over-restrictive"),
            ("libvirt", ""),
            ("kube-proxy", ""), ("fail2ban", ""), ("workstation", "over-restrictive"),
        ])
    func programs(name: String, expected: String) throws {
        let lab = try GateLab()
        let yaml = GateLab.policyText(protocol: "tcp")
        try lab.apply(yaml)
        try lab.server.loadForeign(
            String(contentsOf: Self.programs.appending(path: "\(name).nft"), encoding: .utf8))
        let (live, outcome) = try Self.judge(lab, yaml)
        #expect(live.unread == [])
        #expect(outcome.undecided == [])
        #expect(Set(outcome.differences.map(\.kind.rawValue)) == Set(expected.isEmpty ? [] : [expected]))
        if name == "docker-nftables" {
            // The judge does not know which addresses are this host's: nobody asks it at its container's.
            #expect(outcome.differences.allSatisfy { $0.packet[.destination] == 0xac11_0002 })
        }
        let share = ModelShare(of: LiveRuleset(tables: live.tables.filter { $0.name != "portgate" }))
        print(
            "\(name): \(share.expressions) expressions, \(Int((share.exact * 100).rounded()))% modelled exactly; \(share.opaque)"
        )
        // Rejected by firewalld's zone, let in by the others while their rates are kept.
        try lab.server.serve("tcp/8443")
        let isIn = name != "firewalld"
        #expect(try lab.client.connect("10.99.1.1", 8443).isKeptOut == !isIn)
    }

    @Test("a ruleset with every expression is judged, and what is not modelled is named")
    func every() throws {
        let lab = try GateLab()
        let yaml = GateLab.policyText(protocol: "tcp")
        try lab.apply(yaml)
        let file = Self.here.deletingLastPathComponent().appending(path: "GateTests/Rulesets/every-expression.nft")
        try lab.server.loadForeign(String(contentsOf: file, encoding: .utf8))
        let (live, outcome) = try Self.judge(lab, yaml)
        let share = ModelShare(of: live)
        for name in ["limit", "quota", "numgen", "hash", "synproxy", "extension header or option"] {
            #expect((share.opaque[name] ?? 0) > 0, "\(name)")
        }
        print(
            "every expression: \(outcome.differences.count) differences, undecided \(outcome.undecided), "
                + "\(Int((share.exact * 100).rounded()))% modelled exactly; \(share.opaque)")
    }

    // MARK: Planted edits, with traffic

    static let settings = GateLab.policyText(protocol: "tcp", cidrs: "10.99.1.0/24")

    /// The address that a difference names, as text.
    static func source(_ difference: PolicyComparison.Difference) -> String {
        let address = UInt32(truncatingIfNeeded: difference.packet[.source])
        return [24, 16, 8, 0].map { String(address >> UInt32($0) & 255) }.joined(separator: ".")
    }

    /// Gives a host an address and asks the server from there.
    private static func ask(_ lab: GateLab, _ host: LabNamespace, from source: String) throws
        -> ClientOutcome
    {
        try host.address("\(source)/32", on: "lo")
        try lab.server.ip("route", "replace", "\(source)/32", "via", host === lab.client ? "10.99.1.2" : "10.99.2.2")
        return try host.connect(host === lab.client ? "10.99.1.1" : "10.99.2.1", 8443, source: source)
    }

    private func set(_ live: LiveRuleset) throws -> String {
        try #require(
            live.table(.inet, "portgate")?.sets.first { $0.name.hasPrefix("pg_s4") }?.name)
    }

    @Test("an element that somebody added lets the witness in, one that was removed keeps it out")
    func elements() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443")
        try lab.apply(Self.settings)
        let (live, before) = try Self.judge(lab, Self.settings)
        #expect(before.differences.isEmpty && before.undecided == [])
        let name = try set(live)
        try lab.server.check("/usr/sbin/nft", "add element inet portgate \(name) { 10.99.40.0/24 }")
        let (_, opened) = try Self.judge(lab, Self.settings)
        let open = try #require(
            opened.differences.first { $0.kind == .overPermissive && $0.family == .v4 && !$0.isOwn })
        let guest = Self.source(open)
        #expect(guest.hasPrefix("10.99.40."))
        #expect(try Self.ask(lab, lab.intruder, from: guest) == .connected)
        try lab.server.check("/usr/sbin/nft", "delete element inet portgate \(name) { 10.99.40.0/24 }")
        #expect(try lab.intruder.connect("10.99.2.1", 8443, source: guest).isKeptOut)
        try lab.server.check("/usr/sbin/nft", "delete element inet portgate \(name) { 10.99.1.0/24 }")
        let (_, closed) = try Self.judge(lab, Self.settings)
        let shut = try #require(
            closed.differences.first { $0.kind == .overRestrictive && $0.family == .v4 && !$0.isOwn })
        let host = Self.source(shut)
        #expect(host.hasPrefix("10.99.1."))
        #expect(try lab.client.connect("10.99.1.1", 8443).isKeptOut)
    }

    @Test("an accept before the gate's rules lets the witness's question in")
    func accept() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443")
        try lab.apply(Self.settings)
        try lab.countBehindTheGate()
        #expect(try lab.intruder.connect("10.99.2.1", 8443).isKeptOut)
        #expect(try !lab.hasCountedBehindTheGate())
        try lab.server.check("/usr/sbin/nft", "insert rule inet portgate pg_gate ip saddr 10.99.2.0/24 accept")
        let (_, outcome) = try Self.judge(lab, Self.settings)
        let open = try #require(outcome.differences.first { $0.kind == .overPermissive && !$0.isOwn })
        #expect(open.trace.responsible?.chain == "pg_gate")
        #expect(Self.source(open).hasPrefix("10.99.2."))
        _ = try lab.intruder.connect("10.99.2.1", 8443)
        #expect(try lab.hasCountedBehindTheGate())
    }

    @Test("a drop behind the gate keeps the witness out")
    func drop() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443")
        try lab.apply(Self.settings)
        #expect(try lab.client.connect("10.99.1.1", 8443) == .connected)
        try lab.server.loadForeign(
            """
            table ip other {
                chain in {
                    type filter hook input priority 10
                    ip saddr 10.99.1.2 tcp dport 8443 drop
                }
            }
            """
        )
        let (_, outcome) = try Self.judge(lab, Self.settings)
        let shut = try #require(outcome.differences.first { $0.kind == .overRestrictive && !$0.isOwn })
        #expect(Self.source(shut) == "10.99.1.2")
        #expect(shut.trace.responsible?.table == "other")
        #expect(try lab.client.connect("10.99.1.1", 8443) == .timedOut)
    }
}
