import Foundation
import TestSupport
import Testing

/// Identities told by WireGuard, with wireguard-go: the peer's key is what an address on the interface stands for.
@Suite("WireGuard identities", .serialized)
struct WireGuardTests {
    /// One end of tunnels.
    private struct End {
        let host: LabNamespace
        let interface: String
        let privateKey: String
        let publicKey: String
    }

    /// Starts wireguard-go on a host. Its control sockets have one folder for the whole machine, so names are the test's own.
    private static func end(_ host: LabNamespace, _ letter: String, _ address: String) throws -> End {
        let interface = "pg\(letter)\(UUID().uuidString.prefix(8).lowercased())"
        _ = try host.start(["/usr/bin/wireguard-go", "-f", interface])
        let deadline = Date().addingTimeInterval(30)
        while try host.run(["/usr/bin/wg", "show", interface]).status != 0 {
            try #require(Date() < deadline, "wireguard-go does not answer")
        }
        let privateKey = try host.check("/usr/bin/wg", "genkey").trimmingCharacters(in: .newlines)
        let publicKey = try host.check("/usr/bin/wg", "pubkey", input: privateKey).trimmingCharacters(in: .newlines)
        try host.check(
            "/bin/sh", "-c", "exec /usr/bin/wg set \(interface) listen-port 51820 private-key /dev/stdin",
            input: privateKey)
        try host.address(address, on: interface)
        try host.ip("link", "set", interface, "up")
        return End(host: host, interface: interface, privateKey: privateKey, publicKey: publicKey)
    }

    private static func bind(_ end: End, to peer: End, _ allowed: String, at endpoint: String) throws {
        try end.host.check(
            "/usr/bin/wg", "set", end.interface, "peer", peer.publicKey, "allowed-ips", allowed, "endpoint",
            "\(endpoint):51820")
    }

    @Test("the peer is let in; another peer, and the same address from outside the tunnel, are not")
    func peers() throws {
        let bench = try IdentityBench()
        let lab = bench.lab
        try lab.server.serve("tcp/8443", "udp/8443")
        let server = try Self.end(lab.server, "s", "10.8.0.1/24")
        let laptop = try Self.end(lab.client, "c", "10.8.0.5/24")
        let other = try Self.end(lab.intruder, "i", "10.8.0.6/24")
        try Self.bind(server, to: laptop, "10.8.0.5/32", at: "10.99.1.2")
        try Self.bind(server, to: other, "10.8.0.6/32", at: "10.99.2.2")
        try Self.bind(laptop, to: server, "10.8.0.0/24", at: "10.99.1.1")
        try Self.bind(other, to: server, "10.8.0.0/24", at: "10.99.2.1")
        // Without the gate both tunnels carry.
        #expect(try lab.client.connect("10.8.0.1", 8443) == .connected)
        #expect(try lab.intruder.connect("10.8.0.1", 8443) == .connected)

        // The check of sources stays out of it: the identity alone is to tell.
        let policy = IdentityBench.policy(
            "wireguard: { interface: \(server.interface), addresses: [10.8.0.5] }",
            settings: "defaults: { source-check: none }")
        try bench.apply(policy)
        #expect(try !bench.findings().contains("PG44"))
        for transport in [LabTransport.tcp, .udp] {
            #expect(try lab.client.connect(transport, "10.8.0.1", 8443) == .connected)
            #expect(try lab.intruder.connect(transport, "10.8.0.1", 8443).isKeptOut)
            #expect(try lab.client.connect(transport, "10.99.1.1", 8443).isKeptOut)
        }
        // The address itself, in the clear: on the intruder's cable, with a way back.
        try lab.intruder.address("10.8.0.5/32", on: "eth2b")
        try lab.server.ip("route", "add", "10.8.0.5/32", "dev", "eth2a")
        #expect(try lab.intruder.connect("10.99.2.1", 8443, source: "10.8.0.5").isKeptOut)
        try lab.server.ip("route", "delete", "10.8.0.5/32", "dev", "eth2a")
        // The address in the other peer's tunnel: WireGuard itself drops it.
        #expect(try lab.intruder.connect("10.8.0.1", 8443, source: "10.8.0.5").isKeptOut)
        #expect(try lab.client.connect("10.8.0.1", 8443) == .connected)
    }

    @Test("an address that no peer is bound to is refused by apply, and told by status when the peer goes")
    func unbound() throws {
        let bench = try IdentityBench()
        let server = try Self.end(bench.lab.server, "s", "10.8.0.1/24")
        let laptop = try Self.end(bench.lab.client, "c", "10.8.0.5/24")
        try Self.bind(server, to: laptop, "10.8.0.5/32", at: "10.99.1.2")
        let policy = { (addresses: String) in
            IdentityBench.policy("wireguard: { interface: \(server.interface), addresses: [\(addresses)] }")
        }
        try bench.write("wide.yaml", policy("10.8.0.4/31, \"fd08::5\""))
        let refused = try bench.portgate("apply", "--yes", "wide.yaml")
        #expect(refused.status == 4, "\(refused)")
        for address in ["10.8.0.4", "fd08::5"] {
            #expect(refused.errors.contains("lets \(address) in over \(server.interface)"), "\(refused)")
        }
        #expect(refused.errors.contains("PG441"))
        #expect(try bench.lab.server.check("/usr/sbin/nft", "list", "tables") == "")

        try bench.apply(policy("10.8.0.5"))
        #expect(try !bench.findings().contains("PG44"))
        try bench.lab.server.check("/usr/bin/wg", "set", server.interface, "peer", laptop.publicKey, "remove")
        let found = try bench.findings()
        #expect(found.contains("lets 10.8.0.5 in over \(server.interface), where no peer is bound to that"), "\(found)")
        #expect(found.contains("PG442"))
    }

    @Test("an interface that is missing is told; one that is none of WireGuard's is refused")
    func interfaces() throws {
        let bench = try IdentityBench()
        let applied = try bench.apply(IdentityBench.policy("wireguard: { interface: pgnone0, addresses: [10.8.0.5] }"))
        #expect(applied.errors.contains("there is no interface pgnone0 here"), "\(applied)")
        #expect(try bench.findings().contains("PG443"))
        try bench.write("plain.yaml", IdentityBench.policy("wireguard: { interface: eth1a, addresses: [10.99.1.2] }"))
        let refused = try bench.portgate("apply", "--yes", "plain.yaml")
        #expect(refused.status == 4, "\(refused)")
        #expect(refused.errors.contains("eth1a is not an interface of WireGuard"), "\(refused)")
    }
}
