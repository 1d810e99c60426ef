import Foundation
import Glibc
import Policy
import TestSupport
import Testing

@testable import Gate

/// Grants as an operator gives them, proved by traffic.
@Suite("grants", .serialized)
struct GrantTests {
    /// A gated server, a client, and portgate in the server.
    private final class Bench: HostBench {
        let gate: GateLab

        init() throws {
            gate = try GateLab()
            try super.init(gate.server, of: gate.lab)
            try gate.server.serve("tcp/8443")
        }

        /// Gives a grant of port `gated`.
        func grant(_ source: String, for duration: String, to identity: String = "alice") throws -> CommandResult {
            try portgate(
                "grant", identity, "--port", "gated", "--from", source, "--for", duration, "--reason", "test \"it\"")
        }

        func apply(_ text: String) throws -> CommandResult {
            try write("gate.yaml", text)
            return try portgate("apply", "--yes", "gate.yaml")
        }

        func elements(_ family: Int = 4) throws -> String {
            try gate.server.check("/usr/sbin/nft", "list", "set", "inet", "portgate", "pg_g\(family)_gated")
        }
    }

    private static func policy(_ settings: String = "grants: { to: [team], longest: 2h, ticket: optional }") -> String {
        """
        version: 1
        name: lab
        identities:
          alice: { session: { user: alice } }
          bob: { session: { user: bob } }
          team: { members: [alice] }
        ports:
          - name: gated
            port: 8443
            protocol: tcp
            \(settings)
            allow:
              - { name: far, cidrs: [10.200.0.0/16] }

        """
    }

    private static let v4 = "10.99.1.1"

    @Test("a grant lets its addresses in, a revoke cuts them off, connections that came in by it too")
    func life() throws {
        let bench = try Bench()
        #expect(try bench.apply(Self.policy()).status == 0)
        #expect(try bench.gate.client.connect(Self.v4, 8443).isKeptOut)
        let given = try bench.grant("10.99.1.2", for: "30m")
        #expect(given.status == 0, "\(given)")
        #expect(given.output.hasPrefix("granted as number 1: alice reaches port gated from 10.99.1.2"), "\(given)")
        #expect(try bench.gate.client.connect(Self.v4, 8443) == .connected)
        #expect(try bench.gate.intruder.connect("10.99.2.1", 8443).isKeptOut)
        let session = try bench.gate.client.session(.tcp, Self.v4, 8443)
        #expect(try session.say() == .connected)
        let list = try bench.portgate("grant", "list")
        #expect(list.output.contains("grant 1: alice to port gated from 10.99.1.2, ends in "), "\(list)")
        #expect(list.output.contains("by uid 0: test \"it\""))
        #expect(list.output.hasSuffix("1 grant in force\n"))
        let status = try bench.portgate("status")
        #expect(status.status == 0, "\(status)")
        #expect(status.output.contains("grant 1: alice to port gated"), "\(status)")
        #expect(!status.output.contains("PG477"))
        #expect(try bench.portgate("grant", "revoke", "1").status == 0)
        #expect(try bench.gate.client.connect(Self.v4, 8443).isKeptOut)
        #expect(try session.say() != .connected)
        // F07: again is well.
        let again = try bench.portgate("grant", "revoke", "1")
        #expect(again.status == 0, "\(again)")
        #expect(again.output.contains("had ended already (revoked by uid 0)"))
        let journal = try String(contentsOf: bench.folder.appendingPathComponent("state/grants.jsonl"), encoding: .utf8)
        #expect(journal.split(separator: "\n").count == 4)
        #expect(
            journal.contains(#""reason": "test \"it\"""#) || journal.contains(#""reason":"test \"it\"""#), "\(journal)")
        let mode = try FileManager.default.attributesOfItem(atPath: "\(bench.folder.path)/state/grants.json")
        #expect(mode[.posixPermissions] as? Int == 0o600)
    }

    @Test("F06: overlapping grants of different ends: the short one ends by itself, the long one stays")
    func f06() throws {
        let bench = try Bench()
        #expect(try bench.apply(Self.policy()).status == 0)
        #expect(try bench.grant("10.99.1.0/24", for: "1h").status == 0)
        #expect(try bench.grant("10.99.2.2", for: "2s").status == 0)
        #expect(try bench.grant("10.99.1.2", for: "2s").status == 0)
        let intruder = bench.gate.intruder
        #expect(try intruder.connect("10.99.2.1", 8443) == .connected)
        // The kernel ends it: no process of portgate is there to.
        var ended = false
        for _ in 0..<200 where !ended {
            ended = try intruder.connect("10.99.2.1", 8443).isKeptOut
            poll(nil, 0, 50)
        }
        #expect(ended)
        #expect(try bench.gate.client.connect(Self.v4, 8443) == .connected)
        let elements = try bench.elements()
        #expect(
            elements.contains("10.99.1.0/24 timeout"), "the shorter grant inside the longer is no piece: \(elements)")
        #expect(!elements.contains("10.99.2.2"))
        #expect(try bench.portgate("grant", "list").output.hasSuffix("1 grant in force\n"))
    }

    @Test("F05: a re-apply keeps grants with the time that is left, also when the table was taken away meanwhile")
    func f05() throws {
        let bench = try Bench()
        #expect(try bench.apply(Self.policy()).status == 0)
        #expect(try bench.grant("10.99.1.2", for: "30m").status == 0)
        #expect(try bench.grant("fd99:1::/64", for: "30m").status == 0)
        let session = try bench.gate.client.session(.tcp, Self.v4, 8443)
        #expect(try session.say() == .connected)
        let other = Self.policy().replacingOccurrences(of: "10.200.0.0/16", with: "10.201.0.0/16")
        #expect(try bench.apply(other).status == 0)
        #expect(try session.say() == .connected)
        #expect(try bench.gate.client.connect("fd99:1::1", 8443) == .connected)
        try bench.gate.server.loadForeign("delete table inet portgate")
        let again = try bench.apply(other)
        #expect(again.status == 0, "\(again)")
        #expect(try bench.gate.client.connect(Self.v4, 8443) == .connected)
        let elements = try bench.elements()
        #expect(elements.contains("10.99.1.2 timeout 29m") || elements.contains("10.99.1.2 timeout 30m"), "\(elements)")
    }

    @Test("PG479: an apply whose policy no longer takes a grant ends it, cuts it, and says so")
    func ended() throws {
        let bench = try Bench()
        #expect(try bench.apply(Self.policy()).status == 0)
        #expect(try bench.grant("10.99.1.2", for: "30m").status == 0)
        let session = try bench.gate.client.session(.tcp, Self.v4, 8443)
        #expect(try session.say() == .connected)
        let moved = try bench.apply(Self.policy("grants: { to: [bob], longest: 2h }"))
        #expect(moved.status == 0, "\(moved)")
        #expect(moved.errors.contains("grant 1 to alice (port gated from 10.99.1.2) ended"), "\(moved)")
        #expect(moved.errors.contains("PG479"))
        #expect(try bench.gate.client.connect(Self.v4, 8443).isKeptOut)
        #expect(try session.say() != .connected)
        #expect(try bench.portgate("grant", "list").output.hasSuffix("0 grants in force\n"))
    }

    @Test("PG477: elements that another hand put among the grants are told, and an apply takes them out")
    func foreign() throws {
        let bench = try Bench()
        #expect(try bench.apply(Self.policy()).status == 0)
        #expect(try bench.grant("10.99.1.2", for: "30m").status == 0)
        try bench.gate.server.loadForeign("add element inet portgate pg_g4_gated { 10.99.2.2 }")
        #expect(try bench.gate.intruder.connect("10.99.2.1", 8443) == .connected)
        #expect(try bench.portgate("status").output.contains("PG477"))
        #expect(try bench.apply(Self.policy("grants: { to: [team], longest: 1h, ticket: optional }")).status == 0)
        #expect(try bench.gate.intruder.connect("10.99.2.1", 8443).isKeptOut)
        #expect(try bench.gate.client.connect(Self.v4, 8443) == .connected)
        #expect(!(try bench.portgate("status").output.contains("PG477")))
    }

    @Test("what the policy does not allow is refused with exit code 4 and what it allows; nothing is in the kernel")
    func refused() throws {
        let bench = try Bench()
        let early = try bench.grant("10.99.1.2", for: "30m")
        #expect(early.status == 4, "\(early)")
        #expect(early.errors.contains("PG430"))
        #expect(try bench.apply(Self.policy("grants: { to: [team], longest: 1h }")).status == 0)
        for (source, duration, identity, code) in [
            ("10.99.1.2", "30m", "alice", "PG428"), ("10.99.1.2", "2h", "alice", "PG428"),
            ("10.99.1.2", "30m", "bob", "PG428"), ("0.0.0.0/0", "30m", "alice", "PG429"),
            ("10.99.0.0/16", "30m", "alice", "PG429"),
        ] {
            let result = try bench.grant(source, for: duration, to: identity)
            #expect(result.status == 4, "\(result)")
            #expect(result.errors.contains(code), "\(result)")
            #expect(
                code != "PG428" || result.errors.contains("it takes grants to team, for at most 1h, ticket required"))
        }
        #expect(!(try bench.elements().contains("elements")))
        #expect(try bench.portgate("grant", "revoke", "7").status == 2)
    }
}
