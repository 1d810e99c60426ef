import Foundation
import TestSupport
import Testing

/// `portgate why --live` on a live kernel in a namespace of its own.
@Suite("why --live", .serialized)
struct WhyLiveTests {
    private final class Bench: HostBench {
        convenience init() throws { try self.init(["gate.yaml": WhyLiveTests.policy]) }

        /// Asks and returns the exit code and the answer.
        func why(_ from: String, _ more: [String] = []) throws -> (status: Int32, answer: [String: Any]) {
            let result = try host.run(
                ["/usr/bin/env", "-i", "-C", folder.path, BuiltProduct.path("portgate")]
                    + ["why", "--live", "--from", from, "--port", "8443", "-o", "json"] + more + ["gate.yaml"])
            let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
            return (result.status, try #require(object, "\(result)"))
        }

        func nft(_ line: String) throws {
            let result = try host.run(["nft"] + line.split(separator: " ").map(String.init))
            guard result.status == 0 else { throw NetworkLab.Failure(description: "\(result)") }
        }
    }

    private static let policy = """
        version: 1
        name: lab
        identities: { alice: { session: { user: alice } } }
        ports:
          - name: web
            port: 8443
            protocol: tcp
            allow:
              - { name: office, cidrs: [198.51.100.0/24, "2001:db8:1::/48"] }
              - { name: alice, identities: [alice] }

        """

    private static func actions(_ answer: [String: Any]) -> [String] {
        (answer["path"] as? [[String: Any]] ?? []).map {
            "\($0["table"] ?? "") \($0["chain"] ?? ""): \($0["action"] ?? "")"
        }
    }

    @Test("the path ends where the policy says, for those it lets in and those it does not")
    func agreement() throws {
        let bench = try Bench()
        #expect(try bench.portgate("apply", "--yes", "gate.yaml").status == 0)
        for (from, live) in [
            ("198.51.100.7", "accept"), ("2001:db8:1::7", "accept"), ("192.0.2.9", "reject with tcp reset"),
        ] {
            let (status, answer) = try bench.why(from)
            #expect(
                status == 0 && answer["live"] as? String == live && answer["agreement"] as? String == "agrees",
                "\(answer)")
            #expect(Self.actions(answer).first?.hasPrefix("portgate pg_gate: ") == true)
        }
        let (status, answer) = try bench.why("192.0.2.9", ["--identity", "alice"])
        #expect(status == 0 && answer["live"] as? String == "accept", "\(answer)")
        let own = try bench.why("127.0.0.1")
        #expect(own.status == 0 && own.answer["live"] as? String == "reject with tcp reset", "\(own)")
    }

    @Test("a rule of another table that decides otherwise is named with its handle, and the exit code is 1")
    func disagreement() throws {
        let bench = try Bench()
        #expect(try bench.why("192.0.2.9").status == 1, "nothing is gated")
        #expect(try bench.portgate("apply", "--yes", "gate.yaml").status == 0)
        try bench.nft("add table inet extra")
        try bench.nft("add chain inet extra in { type filter hook input priority 10 ; }")
        try bench.nft("add rule inet extra in ip saddr 198.51.100.7 limit rate 5/second drop")
        let (status, answer) = try bench.why("198.51.100.7")
        #expect(status == 1 && answer["live"] as? String == "drop" && answer["agreement"] as? String == "disagrees")
        let last = try #require((answer["path"] as? [[String: Any]])?.last)
        #expect(last["chain"] as? String == "in" && last["handle"] is Int && last["rule"] is String, "\(last)")
        let assumed = try #require((answer["assumed"] as? [[String: Any]])?.first)
        #expect(assumed["holds"] as? Bool == true && assumed["otherwise"] as? String == "accept", "\(assumed)")
        #expect(try bench.why("198.51.100.8").status == 0)
    }

    @Test("a chain that hangs on the interface is judged by the interface that is named")
    func interface() throws {
        let bench = try Bench()
        #expect(try bench.portgate("apply", "--yes", "gate.yaml").status == 0)
        try bench.host.ip("link", "add", "uplink0", "type", "veth", "peer", "name", "uplink1")
        try bench.nft("add table inet extra")
        try bench.nft("add chain inet extra in { type filter hook input priority 10 ; }")
        try bench.nft("add rule inet extra in iifname uplink0 drop")
        #expect(try bench.why("198.51.100.7").status == 0)
        let (status, answer) = try bench.why("198.51.100.7", ["--interface", "uplink0"])
        #expect(status == 1 && answer["live"] as? String == "drop", "\(answer)")
        #expect(
            try bench.portgate("why", "--from", "1.1.1.1", "--port", "1", "--to", "1.1.1.2", "gate.yaml").status == 2)
    }

    @Test("a generation applied without proof says so")
    func withoutProof() throws {
        let bench = try Bench()
        #expect(try bench.portgate("apply", "--yes", "--no-proof", "gate.yaml").status == 0)
        #expect(try bench.portgate("status").output.contains("not proved"))
        let json = try bench.portgate("status", "-o", "json").output
        #expect(json.filter { $0 != " " }.contains("\"proved\":false"), "\(json)")
    }
}
