import Foundation
import TestSupport
import Testing

/// Packets that are not what they seem, and paths that are not the usual ones.
@Suite("around the gate", .serialized)
struct AroundTheGateTests {
    private static func policy(_ check: String, cidrs: String = "any") -> String {
        "defaults: { source-check: \(check) }\n" + GateLab.policyText(cidrs: cidrs)
    }

    @Test("C14: a path that differs back and forth is refused by a strict source check, and by no other")
    func asymmetric() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443")
        // The client asks over a second cable with the address of the first, where the answers go.
        try lab.lab.cable(lab.server, ["10.99.3.1/24"], lab.client, ["10.99.3.2/24"])
        try lab.client.ip("route", "add", "10.99.2.1/32", "via", "10.99.3.1")
        for name in ["all", "eth1b"] { try lab.client.sysctl("net.ipv4.conf.\(name).rp_filter", "0") }
        for (check, isIn) in [("none", true), ("loose", true), ("strict", false)] {
            try lab.apply(Self.policy(check))
            let outcome = try lab.client.connect("10.99.2.1", 8443, source: "10.99.1.2")
            #expect(isIn ? outcome == .connected : outcome.isKeptOut, "\(check): \(outcome)")
        }
        let records = try lab.server.records(ofGroup: 77)
        #expect(try lab.client.connect("10.99.2.1", 8443, source: "10.99.1.2").isKeptOut)
        #expect(try records.take().map(\.prefix) == ["pg1 deny gated "], "a path that is refused is recorded")
    }

    @Test("C15: a source that its interface does not lead back to is refused, and one without any way back")
    func spoofed() throws {
        let lab = try GateLab()
        let echo = try lab.server.serve("tcp/8443", "udp/8443")
        for (check, sources) in [("strict", ["10.99.1.2", "203.0.113.9"]), ("loose", ["203.0.113.9"])] {
            try lab.apply(Self.policy(check))
            for source in sources {
                #expect(try lab.intruder.probe("10.99.2.1", 8443, source: source) == "silent")
            }
            #expect(try lab.counter("pg_d_gated") >= sources.count, "\(check)")
        }
        #expect(try lab.counter("pg_a_gated/client") == 0)
        #expect(try echo.ask("accepted tcp/8443") == "0")
        try lab.apply(Self.policy("strict"))
        #expect(try lab.intruder.connect("10.99.2.1", 8443) == .connected)
        #expect(try lab.intruder.connect("fd99:2::1", 8443) == .connected)
    }

    @Test(
        "segments with odd flags are judged like others: whoever may not come in learns nothing of the port",
        arguments: ["S", "SA", "A", "R", "F", "FP", "SF", "SR", ""])
    func flags(letters: String) throws {
        let lab = try GateLab()
        let echo = try lab.server.serve("tcp/8443")
        try lab.apply(GateLab.policyText())
        let before = try lab.counter("pg_d_gated")
        let open = try lab.intruder.probe("10.99.2.1", 8443, source: "10.99.2.2", flags: letters)
        // A port that nobody listens on answers alike.
        let closed = try lab.intruder.probe("10.99.2.1", 8499, source: "10.99.2.2", flags: letters)
        #expect(open != "answer SA", "\(letters)")
        if ["S", "A", "SA", "R"].contains(letters) { #expect(open == closed, "\(letters)") }
        #expect(try lab.counter("pg_d_gated") == before + 1, "\(letters): refused and counted")
        #expect(try echo.ask("accepted tcp/8443") == "0")
    }

    @Test("B18: SCTP to a gated port is judged, though nothing here speaks it")
    func sctp() throws {
        let lab = try GateLab()
        func ask(_ host: LabNamespace, _ subnet: Int) throws -> String {
            try host.check(
                "/usr/bin/python3", "-I", ContainerLab.script, "sctp", "10.99.\(subnet).2", "10.99.\(subnet).1", "8443"
            ).trimmingCharacters(in: .whitespacesAndNewlines)
        }
        // Protocol unreachable: it reached the host's stack.
        let unreachable = "icmp 3 2"
        #expect(try ask(lab.intruder, 2) == unreachable)
        try lab.apply(GateLab.policyText())
        #expect(try ask(lab.client, 1) == unreachable)
        #expect(try ask(lab.intruder, 2) == "icmp 3 13")
    }

    @Test("D03: the IPv4-mapped form of an address is the address, on both sides")
    func mapped() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443", "udp/8443")
        try lab.apply(GateLab.policyText(cidrs: "10.99.1.0/24"))
        for transport in [LabTransport.tcp, .udp] {
            #expect(try lab.client.connect(transport, "::ffff:10.99.1.1", 8443) == .connected)
            #expect(try lab.intruder.connect(transport, "::ffff:10.99.2.1", 8443).isKeptOut)
        }
    }

    @Test("C10: an outgoing connection from a gated port is answered only by those whom the policy lets in")
    func ephemeral() throws {
        let lab = try GateLab()
        for host in [lab.client, lab.intruder] { try host.serve("tcp/9000", "udp/9000", "tcp/9001", "udp/9001") }
        for transport in [LabTransport.tcp, .udp] {
            #expect(try lab.server.connect(transport, "10.99.2.2", 9000, sourcePort: 8443) == .connected)
        }
        try lab.apply(GateLab.policyText())
        for transport in [LabTransport.tcp, .udp] {
            #expect(try lab.server.connect(transport, "10.99.2.2", 9001, sourcePort: 8443).isKeptOut, "\(transport)")
            #expect(try lab.server.connect(transport, "10.99.1.2", 9001, sourcePort: 8443) == .connected)
            #expect(try lab.server.connect(transport, "10.99.2.2", 9001, sourcePort: 18_443) == .connected)
        }
    }

    @Test(
        "A20: path MTU discovery works for connections of every kind",
        arguments: ["", ", expires: 2199-01-01T00:00:00Z", ", requests: [http]"])
    func pathMTU(rest: String) throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443")
        // A network behind the client, to which only small packets go.
        let far = try lab.lab.namespace("far")
        try lab.lab.cable(lab.client, ["10.98.0.1/24", "fd98::1/64"], far, ["10.98.0.2/24", "fd98::2/64"])
        for (network, end, gateway, server) in [
            ("10.98.0.0/24", "10.98.0.2/32", "10.98.0.1", "10.99.1.2"),
            ("fd98::/64", "fd98::2/128", "fd98::1", "fd99:1::2"),
        ] {
            try far.ip("route", "add", "default", "via", gateway)
            try lab.server.ip("route", "add", network, "via", server)
            try lab.client.ip("route", "add", end, "dev", "eth3a", "mtu", "lock", "1300")
        }
        try lab.client.sysctl("net.ipv4.ip_forward", "1")
        try lab.client.sysctl("net.ipv6.conf.all.forwarding", "1")
        try lab.apply(
            GateLab.policyText(protocol: "tcp", cidrs: "10.98.0.0/24, \"fd98::/64\"").replacingOccurrences(
                of: "] }", with: "]\(rest) }"))
        for (address, other) in [("10.99.1.1", "10.98.0.2"), ("fd99:1::1", "fd98::2")] {
            // The echo is as long as the request.
            #expect(
                try far.connect(.tcp, address, 8443, say: "GET / HTTP/1.1", padded: 40_000) == .connected, "\(address)")
            let route = try lab.server.check("/usr/sbin/ip", "route", "get", other)
            #expect(route.contains("mtu 1300"), "the server was told: \(route)")
        }
    }
}
