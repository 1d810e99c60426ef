import Foundation
import TestSupport
import Testing

/// Every change of a gate is in the ledger, before it is made and when it is done.
@Suite("changes in the ledger")
struct ChangeJournalTests {
    private static func policy(_ cidr: String, more: String = "") -> String {
        """
        version: 1
        name: lab
        identities: { alice: { session: { user: alice } } }
        ports:
          - name: ssh
            port: 22
            protocol: tcp
            grants: { to: [alice], longest: 2h, ticket: optional }
            allow:
              - { name: admins, cidrs: [\(cidr)] }
        \(more)
        """
    }

    private func bench() throws -> HostBench {
        try HostBench(["a.yaml": Self.policy("10.1.0.0/16"), "b.yaml": Self.policy("10.2.0.0/16")])
    }

    /// What the ledger tells of changes: action, change, and result.
    private func told(_ bench: HostBench) throws -> [String] {
        let result = try bench.portgate("logs", "-o", "json", "--not", "action=ledger-created")
        #expect(result.status == 0, "\(result)")
        return try result.output.split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            let words = ["action", "change", "result"].compactMap { object?[$0] as? String }
            return words.joined(separator: " ")
        }
    }

    @Test("apply, grant, revoke and rollback are recorded before and after; the ledger is intact")
    func recorded() throws {
        let bench = try bench()
        let first = try bench.portgate("apply", "--yes", "a.yaml")
        #expect(first.status == 0, "\(first)")
        #expect(first.errors.contains("the ledger of this host begins"))
        let grant = try bench.portgate(
            "grant", "alice", "--port", "ssh", "--from", "10.9.0.1", "--for", "30m", "--reason", "INC-7")
        #expect(grant.status == 0, "\(grant)")
        #expect(try bench.portgate("grant", "revoke", "1").status == 0)
        #expect(try bench.portgate("apply", "--yes", "b.yaml").status == 0)
        #expect(try bench.portgate("rollback", "--yes").status == 0)
        let expected = ["apply", "grant", "revoke-grant", "apply", "rollback"].flatMap {
            ["intent \($0)", "outcome \($0) done"]
        }
        #expect(try told(bench) == expected)
        #expect(try bench.portgate("verify").status == 0)
        // The policies of both generations are kept by what the log calls them.
        let texts = try FileManager.default.contentsOfDirectory(atPath: bench.folder.path + "/state/texts")
        let log = try bench.portgate("logs", "-o", "json", "--action", "intent").output
        #expect(texts.count == 2)
        #expect(texts.allSatisfy { log.contains($0) })
    }

    @Test("what fails is recorded as such")
    func failed() throws {
        let bench = try bench()
        #expect(try bench.portgate("apply", "--yes", "a.yaml").status == 0)
        #expect(try bench.portgate("grant", "revoke", "7").status != 0)
        #expect(try told(bench).suffix(2) == ["intent revoke-grant", "outcome revoke-grant failed"])
    }

    @Test("no ledger, no change; without it the change is recorded when it is back")
    func without() throws {
        let bench = try bench()
        #expect(try bench.portgate("apply", "--yes", "a.yaml").status == 0)
        let state = bench.folder.appendingPathComponent("state")
        let ledger = state.appendingPathComponent("ledger")
        let away = state.appendingPathComponent("away")
        try FileManager.default.moveItem(at: ledger, to: away)
        let before = try bench.host.check("/usr/sbin/nft", "list", "ruleset")
        let refused = try bench.portgate("apply", "--yes", "b.yaml")
        #expect(refused.status == 4, "\(refused)")
        #expect(refused.errors.contains("[PG520]"))
        #expect(try bench.host.check("/usr/sbin/nft", "list", "ruleset") == before)
        let forced = try bench.portgate("apply", "--yes", "--without-ledger", "b.yaml")
        #expect(forced.status == 0, "\(forced)")
        #expect(forced.errors.contains("--without-ledger"))
        try FileManager.default.moveItem(at: away, to: ledger)
        #expect(try bench.portgate("apply", "--yes", "a.yaml").status == 0)
        #expect(
            try told(bench) == [
                "intent apply", "outcome apply done", "change-without-ledger apply", "intent apply",
                "outcome apply done",
            ])
        #expect(try bench.portgate("verify").status == 0)
    }
}
