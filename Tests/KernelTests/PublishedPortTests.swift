import Foundation
import TestSupport
import Testing

/// Ports published from containers, by real traffic through rules such as Docker's.
@Suite("published ports", .serialized)
struct PublishedPortTests {
    /// What is let in beside the client.
    private static let containers = "10.99.1.0/24, \"fd99:1::/64\", 172.30.0.0/24, \"fd30::/64\""

    @Test(
        "B03: a published port is judged by the port asked for, over both families",
        arguments: ContainerLab.Rules.allCases)
    func outside(rules: ContainerLab.Rules) throws {
        let lab = try ContainerLab(rules)
        let gate = lab.gate
        for address in ["10.99.2.1", "fd99:2::1"] {
            #expect(try gate.intruder.connect(address, 8443) == .connected, "the lab publishes the port")
        }
        try gate.apply(GateLab.policyText())
        for address in ["10.99.1.1", "fd99:1::1"] { #expect(try gate.client.connect(address, 8443) == .connected) }
        for address in ["10.99.2.1", "10.99.1.1", "fd99:2::1", "fd99:1::1"] {
            #expect(try gate.intruder.connect(address, 8443) == .refused, "\(address)")
        }
        // The port behind it is another one, and is not gated.
        #expect(try gate.intruder.connect("172.30.0.2", 80) == .connected)
    }

    @Test(
        "B03: a container's way back in over the host's address is judged by the container's address",
        arguments: [false, true])
    func hairpin(proxy: Bool) throws {
        let lab = try ContainerLab(.iptables, proxy: proxy)
        let boxes = [lab.neighbour, lab.container]
        try lab.gate.apply(GateLab.policyText())
        for box in boxes {
            for address in ["10.99.1.1", "172.30.0.1", "fd99:1::1"] {
                #expect(try box.connect(address, 8443) == .refused, "\(box.name) \(address)")
            }
        }
        try lab.gate.apply(GateLab.policyText(cidrs: Self.containers))
        for box in boxes {
            for address in ["10.99.1.1", "172.30.0.1", "fd99:1::1"] {
                #expect(try box.connect(address, 8443) == .connected, "\(box.name) \(address)")
            }
        }
    }

    @Test(
        "B03 B05: the host's own connections to a published port are its own, translated or relayed",
        arguments: [false, true])
    func own(proxy: Bool) throws {
        let lab = try ContainerLab(.nft, proxy: proxy)
        let server = lab.gate.server
        // Translated on the way out, and, to a loopback address, relayed where there is a relay.
        let addresses = ["10.99.1.1", "fd99:1::1"] + (proxy ? ["127.0.0.1", "::1"] : [])
        try lab.gate.apply(GateLab.policyText(cidrs: "any"))
        for address in addresses { #expect(try server.connect(address, 8443).isKeptOut, "\(address)") }
        try lab.gate.apply(GateLab.policyText(cidrs: "loopback"))
        for address in addresses {
            let outcome = try server.connect(address, 8443)
            #expect(outcome == .connected, "\(address): \(outcome)")
        }
        #expect(try lab.gate.client.connect("10.99.1.1", 8443) == .refused)
        #expect(try lab.neighbour.connect("10.99.1.1", 8443) == .refused)
    }

    @Test("reach tells the sockets of the host from what is published", arguments: ContainerLab.Rules.allCases)
    func reach(rules: ContainerLab.Rules) throws {
        let lab = try ContainerLab(rules, proxy: true)
        let gate = lab.gate
        // The relay is a socket of the host, and takes what comes from containers.
        try gate.apply(GateLab.policyText(settings: "reach: [host]"))
        #expect(try gate.intruder.connect("10.99.2.1", 8443) == .connected)
        #expect(try gate.intruder.connect("fd99:2::1", 8443) == .connected)
        #expect(try lab.neighbour.connect("10.99.1.1", 8443).isKeptOut)
        try gate.apply(GateLab.policyText(settings: "reach: [forwarded]"))
        for (host, subnet, outcome) in [(gate.client, 1, ClientOutcome.connected), (gate.intruder, 2, .refused)] {
            #expect(try host.connect("10.99.\(subnet).1", 8443) == outcome)
            #expect(try host.connect("fd99:\(subnet)::1", 8443) == outcome)
        }
        #expect(try lab.neighbour.connect("10.99.1.1", 8443) == .connected)
        try gate.apply(GateLab.policyText(settings: "reach: [host, forwarded]"))
        #expect(try gate.intruder.connect("10.99.2.1", 8443) == .refused)
        #expect(try lab.neighbour.connect("10.99.1.1", 8443).isKeptOut)
    }

    @Test(
        "C01 C03: a translated connection that is revoked is cut, whoever speaks next",
        arguments: ["10.99.1.1", "fd99:1::1"])
    func revoked(address: String) throws {
        let lab = try ContainerLab(.iptables)
        let gate = lab.gate
        try gate.apply(GateLab.policyText(cidrs: "any"))
        let asking = try gate.client.session(.tcp, address, 8443)
        let listening = try gate.client.session(.tcp, address, 8443)
        let kept = try gate.intruder.session(.tcp, address == "10.99.1.1" ? "10.99.2.1" : "fd99:2::1", 8443)
        for session in [asking, listening, kept] { #expect(try session.say() == .connected) }
        let records = try gate.server.records(ofGroup: 77)
        try gate.apply(GateLab.policyText(cidrs: "10.99.2.0/24, \"fd99:2::/64\""))
        // The client speaks first on one, the server on all.
        #expect(try asking.say() == .reset)
        #expect(try lab.service.ask("push") == "pushed")
        #expect(try listening.say() == .reset)
        #expect(try kept.say() == .connected)
        #expect(try records.take().filter { $0.prefix == "pg1 revoke gated " }.count == 2)
    }

    @Test("request types are held against what comes to a published port")
    func requests() throws {
        let lab = try ContainerLab(.iptables)
        let gate = lab.gate
        let policy = GateLab.policyText(protocol: "tcp").replacingOccurrences(of: "] }", with: "], requests: [http] }")
        try gate.apply(policy)
        for address in ["10.99.1.1", "fd99:1::1"] {
            #expect(try gate.client.connect(.tcp, address, 8443, say: "GET / HTTP/1.1") == .connected)
            #expect(try gate.client.connect(.tcp, address, 8443, say: "EHLO example").isKeptOut)
        }
        #expect(try gate.intruder.connect(.tcp, "10.99.2.1", 8443, say: "GET / HTTP/1.1") == .refused)
        #expect(try gate.counter("pg_u_gated") == 2)
        #expect(try lab.service.ask("accepted tcp/80") == "4")
    }
}
