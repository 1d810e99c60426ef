import TestSupport
import Testing

/// What `portgate drift` says of a live kernel in which somebody changed rules by hand.
@Suite("drift after a foreign hand", .serialized)
struct DriftTamperingTests {
    private static let meaning = ["PG301", "PG302", "PG303", "PG304", "PG306", "PG307"]

    /// The findings of meaning: what is let through, kept out, or recorded otherwise.
    private func judged(_ bench: DriftBench) throws -> [[String: Any]] {
        try bench.findings().filter { Self.meaning.contains($0["code"] as? String ?? "") }
    }

    private func words(_ finding: [String: Any]) -> String { "\(finding["code"] ?? "") \(finding["message"] ?? "")" }

    @Test("a gate as applied is judged whole, and nothing of meaning is found")
    func clean() throws {
        let bench = try DriftBench()
        let found = try bench.findings()
        #expect(found.filter { Self.meaning.contains($0["code"] as? String ?? "") }.map(words) == [])
        #expect(!found.contains { $0["code"] as? String == "PG340" }, "\(found.map(words))")
        // Without a path the policy as it was recorded stands in.
        let recorded = try bench.host.run(bench.command(["drift", "-o", "json"]))
        #expect(recorded.output.contains("PG313") && !recorded.output.contains("PG340"), "\(recorded)")
    }

    @Test(
        "I05, I06: what a hand changes in the gate is found with a packet, whatever its comment says",
        arguments: [
            (
                [
                    "insert rule inet portgate pg_p_ssh ip saddr 198.51.100.7 goto pg_a_ssh/admins comment \"ssh gate.yaml:5\""
                ],
                "PG301", "198.51.100.7"
            ),
            (["add element inet portgate pg_s4_ssh/admins { 10.2.0.0/16 }"], "PG301", "10.2."),
            (
                ["add rule inet portgate pg_live drop", "insert rule inet portgate pg_gate ip saddr 10.1.2.0/24 drop"],
                "PG302", "10.1.2."
            ),
            (
                ["flush chain inet portgate pg_d_ssh", "add rule inet portgate pg_d_ssh goto pg_r_ssh"], "PG304",
                "pg_d_ssh"
            ),
            (["chain inet portgate pg_gate { policy drop; }"], "PG304", ""),
        ])
    func tampering(commands: [String], code: String, part: String) throws {
        let bench = try DriftBench()
        for command in commands {
            let result = try bench.host.run(["nft", command])
            try #require(result.status == 0, "\(result)")
        }
        let found = try judged(bench)
        let finding = try #require(
            found.first { $0["code"] as? String == code && words($0).contains(part) }, "\(found.map(words))")
        #expect(finding["witness"] is [String: Any])
        #expect(finding["responsible"] is [String: Any])
    }

    @Test("I04: a dormant table lets everybody in, and that is said with a packet")
    func dormant() throws {
        let bench = try DriftBench()
        _ = try bench.host.run(["nft", "add table inet portgate { flags dormant; }"])
        let found = try judged(bench)
        let finding = try #require(found.first { $0["code"] as? String == "PG301" }, "\(found.map(words))")
        let notes = (finding["notes"] as? [[String: Any]] ?? []).compactMap { $0["message"] as? String }
        #expect(notes.contains { $0.contains("dormant") }, "\(notes)")
    }

    @Test(
        "I08, B01, B02: what tables of other families and owners do to declared packets is decided, before and behind the gate",
        arguments: [
            ("table ip other { chain c { type filter hook input priority 0; ip saddr 10.1.0.0/17 drop;\n}\n}", "PG306"),
            (
                "table netdev other { chain c { type filter hook ingress device lo priority 0; ip saddr 10.1.0.0/17 drop;\n}\n}",
                nil
            ),
            ("table ip other { chain c { type filter hook prerouting priority raw; tcp dport 22 drop;\n}\n}", "PG306"),
            (
                "table inet other { chain c { type filter hook input priority 0; policy accept; tcp dport 22 accept;\n}\n}",
                nil
            ),
            ("table ip6 other { chain c { type filter hook input priority 0; ip6 saddr fd00::/8 drop;\n}\n}", "PG306"),
        ])
    func otherTables(ruleset: String, code: String?) throws {
        let bench = try DriftBench()
        let result = try bench.host.run(["/bin/sh", "-c", "nft -f - <<'E'\n\(ruleset)\nE"])
        try #require(result.status == 0, "\(result)")
        let found = try judged(bench)
        if let code {
            #expect(
                found.contains { $0["code"] as? String == code && words($0).contains("other") }, "\(found.map(words))")
        } else {
            #expect(found.map(words) == [])
        }
    }

    @Test("a port that a rule translates to a container and that nobody declared is found")
    func published() throws {
        let bench = try DriftBench()
        let ruleset =
            "table ip nat { chain c { type nat hook prerouting priority -100; tcp dport 8080 dnat to 172.17.0.2:80;\n}\n}"
        let result = try bench.host.run(["/bin/sh", "-c", "nft -f - <<'E'\n\(ruleset)\nE"])
        try #require(result.status == 0, "\(result)")
        #expect(try bench.finding("PG308", "8080/tcp") != nil)
    }
}
