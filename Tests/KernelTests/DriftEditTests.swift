import Drift
import Foundation
import Nftables
import TestSupport
import Testing

/// A gate that somebody edits by hand, in many ways one after another: whatever the judge says of first packets, the kernel does.
@Suite("the judge of edited gates", .serialized)
final class DriftEditTests {
    private let lab: GateLab
    /// How many witnesses the kernel was asked about.
    private var confirmed = 0

    init() throws {
        lab = try GateLab()
        try lab.server.serve("tcp/8443")
        try lab.countBehindTheGate()
        try lab.apply(DriftMeaningTests.settings)
    }

    // MARK: Steps

    private func nft(_ commands: String) throws { try lab.server.check("/usr/sbin/nft", commands) }

    /// Takes all edits back.
    private func restore() throws {
        try nft("delete table inet portgate")
        try lab.apply(DriftMeaningTests.settings)
    }

    private func live() throws -> LiveTable {
        let (live, _) = try DriftMeaningTests.judge(lab, DriftMeaningTests.settings)
        return try #require(live.table(.inet, "portgate"))
    }

    /// Whether a question from an address comes by the gate.
    private func passes(_ source: String) throws -> Bool {
        let host = source.hasPrefix("10.99.1.") ? lab.client : lab.intruder
        let (way, server) = host === lab.client ? ("10.99.1.2", "10.99.1.1") : ("10.99.2.2", "10.99.2.1")
        let isNew = source != way
        if isNew {
            try host.address("\(source)/32", on: "lo")
            try lab.server.ip("route", "add", "\(source)/32", "via", way)
        }
        defer {
            if isNew {
                try? lab.server.ip("route", "delete", "\(source)/32", "via", way)
                try? host.ip("address", "delete", "\(source)/32", "dev", "lo")
            }
        }
        try nft("reset counter ip seen asked")
        _ = try host.connect(server, 8443, source: source)
        return try lab.hasCountedBehindTheGate()
    }

    /// Judges, and asks the kernel for each witness; returns how many deviations there were.
    private func confirm(_ edit: String) throws -> Int {
        let (_, outcome) = try DriftMeaningTests.judge(lab, DriftMeaningTests.settings)
        #expect(outcome.undecided == [], "\(edit)")
        let remote = outcome.differences.filter { $0.family == .v4 && !$0.isOwn }
        for difference in remote {
            let source = DriftMeaningTests.source(difference)
            // Nobody else has the server's own address, nor that of its whole network.
            guard !["10.99.1.0", "10.99.1.1", "10.99.2.0", "10.99.2.1"].contains(source) else { continue }
            confirmed += 1
            #expect(
                try passes(source) == (difference.kind == .overPermissive),
                "\(edit): \(source), \(difference.kind.rawValue)")
        }
        // Who is not named is judged as declared.
        if !remote.contains(where: { $0.kind == .overRestrictive }) {
            #expect(try passes("10.99.1.2"), "\(edit): the client is kept out, and that was not said")
        }
        if !remote.contains(where: { $0.kind == .overPermissive }) {
            #expect(try !passes("10.99.2.2"), "\(edit): the intruder is let in, and that was not said")
        }
        return outcome.differences.count
    }

    /// The chains that a question from outside meets.
    private func asked(_ table: LiveTable) -> [LiveChain] {
        table.chains.filter { chain in
            ["pg_gate", "pg_arriving"].contains(chain.name)
                || ["pg_p_", "pg_r_", "pg_d_", "pg_a_"].contains { chain.name.hasPrefix($0) }
        }
    }

    // MARK: Edits

    @Test("each rule taken away, and each put behind the others: what is said is what the kernel does")
    func rules() throws {
        var edits = 0
        var effects = 0
        for chain in asked(try live()) {
            for index in chain.rules.indices {
                for moves in [false, true] where !moves || chain.rules.count > 1 {
                    // Handles are new after each restoration.
                    let handle = try #require(
                        try live().chains.first { $0.name == chain.name }?.rules[index].handle)
                    let lines = try lab.server.check(
                        "/usr/sbin/nft", "-nn", "-a", "list", "chain", "inet", "portgate", chain.name)
                    let line = try #require(
                        lines.split(separator: "\n").first { $0.hasSuffix(" # handle \(handle)") })
                    let text = line.trimmingCharacters(in: .whitespaces)
                        .replacingOccurrences(of: " # handle \(handle)", with: "")
                    var commands = "delete rule inet portgate \(chain.name) handle \(handle)"
                    if moves { commands += "; add rule inet portgate \(chain.name) \(text)" }
                    try nft(commands)
                    let edit = "\(moves ? "last" : "away"): \(chain.name) \(text)"
                    effects += try confirm(edit) > 0 ? 1 : 0
                    edits += 1
                    try restore()
                }
            }
        }
        print("edited gates: \(edits) edits of rules, \(effects) with an effect, \(confirmed) witnesses tried")
        #expect(edits > 10 && effects > 3 && effects < edits && confirmed > 1)
    }

    @Test("networks widened and narrowed by a bit, ports moved, policies flipped, other tables: likewise")
    func others() throws {
        let set = try #require(try live().sets.first { $0.name.hasPrefix("pg_s4") }?.name)
        let gate = "inet portgate"
        func other(_ hook: String, _ rule: String, policy: String = "accept") -> String {
            "table ip other {\n chain edit {\n type filter hook \(hook); policy \(policy);\n \(rule)\n }\n}\n"
        }
        let edits: [(commands: String, hasEffect: Bool)] = [
            ("delete element \(gate) \(set) { 10.99.1.0/24 }; add element \(gate) \(set) { 10.99.0.0/23 }", true),
            ("delete element \(gate) \(set) { 10.99.1.0/24 }; add element \(gate) \(set) { 10.99.1.0/31 }", true),
            (
                "delete element \(gate) \(set) { 10.99.1.0/24 }; add element \(gate) \(set) { 10.99.1.0/25, 10.99.1.128/25 }",
                false
            ),
            ("flush set \(gate) \(set)", true),
            ("delete element \(gate) pg_remote { tcp . 8443 }", true),
            ("add chain \(gate) pg_gate { policy drop; }", false),
            ("flush chain \(gate) pg_gate", true),
            ("insert rule \(gate) pg_gate tcp dport 8443 ip saddr 10.99.2.2 accept", true),
            ("insert rule \(gate) pg_gate tcp dport 9443 accept", false),
            (other("input priority 5", "tcp dport 8443 ip saddr 10.99.1.2 drop"), true),
            (other("prerouting priority -400", "ip saddr 10.99.1.2 notrack"), false),
            (other("prerouting priority -150", "ip saddr 10.99.2.2 ct mark set 0xa1000000"), false),
            (other("input priority 5", "", policy: "drop"), true),
        ]
        for (commands, hasEffect) in edits {
            do { try lab.server.loadForeign(commands) } catch {
                Issue.record("\(commands): \(error)")
                continue
            }
            let effects = try confirm(commands)
            if hasEffect { #expect(effects > 0, "\(commands)") }
            _ = try lab.server.run(["/usr/sbin/nft", "delete", "table", "ip", "other"])
            try restore()
        }
        print("edited gates: \(edits.count) other edits, \(confirmed) witnesses tried")
        #expect(confirmed > 4)
    }
}
