import Foundation
import TestSupport
import Testing

/// FAILURES of other hooks, other owners and other paths to a port, with real traffic.
@Suite("other paths to a gated port", .serialized)
struct OtherPathTests {
    @Test("B01: a later chain that drops is not the gate's verdict, and the record says only that the gate was passed")
    func b01() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443")
        try lab.apply(GateLab.policyText())
        try lab.server.loadForeign(
            "table inet later {\n chain input {\n type filter hook input priority 10; tcp dport 8443 drop\n }\n}")
        let records = try lab.server.records(ofGroup: 77)
        #expect(try lab.client.connect("10.99.1.1", 8443) == .timedOut)
        let prefixes = Set(try records.take().compactMap(\.prefix))
        #expect(prefixes.count == 1)
        #expect(prefixes.allSatisfy { $0.contains("gated/client") && !$0.contains("accept") }, "\(prefixes)")
    }

    @Test(
        "B03: a published container port is judged by the port asked for",
        arguments: [
            // As an administrator writes it, and as iptables-nft and Docker lay it out.
            "table ip nat {\n chain prerouting {\n type nat hook prerouting priority -100; tcp dport 8443 dnat to 172.30.0.2:80\n }\n}",
            """
            table ip nat {
              chain DOCKER { iifname != "docker0" meta l4proto tcp tcp dport 8443 counter dnat to 172.30.0.2:80; }
              chain PREROUTING { type nat hook prerouting priority -100; policy accept; fib daddr type local counter jump DOCKER; }
            }
            table ip filter {
              chain FORWARD { type filter hook forward priority 0; policy drop;
                ip daddr 172.30.0.2 tcp dport 80 counter accept
                ct state established,related accept
              }
            }
            """,
        ])
    func b03(nat: String) throws {
        let lab = try GateLab()
        let container = try lab.lab.namespace("container")
        try lab.lab.cable(lab.server, ["172.30.0.1/24"], container, ["172.30.0.2/24"])
        try container.ip("route", "add", "default", "via", "172.30.0.1")
        try lab.server.sysctl("net.ipv4.ip_forward", "1")
        try container.serve("tcp/80")
        try lab.server.loadForeign(nat)
        #expect(try lab.intruder.connect("10.99.2.1", 8443) == .connected, "the lab publishes the port")
        try lab.apply(GateLab.policyText())
        #expect(try lab.client.connect("10.99.1.1", 8443) == .connected)
        #expect(try lab.intruder.connect("10.99.2.1", 8443) == .refused)
        #expect(try lab.intruder.connect("10.99.1.1", 8443) == .refused)
    }

    @Test("B04 B20: a redirected port is judged and recorded by the port asked for")
    func b04() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/9999")
        try lab.server.loadForeign(
            "table inet nat {\n chain pre {\n type nat hook prerouting priority -100; tcp dport 8443 redirect to :9999\n }\n}"
        )
        try lab.apply(GateLab.policyText())
        let records = try lab.server.records(ofGroup: 77)
        #expect(try lab.client.connect("10.99.1.1", 8443) == .connected)
        #expect(try lab.intruder.connect("10.99.2.1", 8443) == .refused)
        #expect(try records.take().map(\.dport) == [8443, 8443])
    }

    @Test("B05 B06: a host's own connections are a source class of their own, told apart by their user")
    func b06() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443", "udp/8443", "tcp/8444")
        try lab.apply(
            """
            version: 1
            name: lab
            identities:
              migrator: { process: { user: 4242 } }
            ports:
              - name: gated
                port: 8443
                allow:
                  - { name: everybody-outside, cidrs: [any] }
                  - { name: migrator, identities: [migrator] }

            """)
        let linkLocal = try Self.linkLocal(of: lab.server, on: "eth1a")
        for address in ["127.0.0.1", "127.9.9.9", "::1", "10.99.1.1", "10.99.2.1", "fd99:1::1", linkLocal] {
            #expect(try lab.server.connect(.tcp, address, 8443, user: 65_534).isKeptOut, "\(address)")
            #expect(try lab.server.connect(.tcp, address, 8443, user: 0).isKeptOut, "\(address)")
            #expect(try lab.server.connect(.udp, address, 8443, user: 65_534).isKeptOut, "\(address)")
            #expect(try lab.server.connect(.tcp, address, 8443, user: 4242) == .connected, "\(address)")
            // A server answers a datagram to this one from 127.0.0.1, which its client does not take for an answer.
            if address == "127.9.9.9" { continue }
            #expect(try lab.server.connect(.udp, address, 8443, user: 4242) == .connected, "\(address)")
        }
        #expect(try lab.server.connect("127.0.0.1", 8444, user: 65_534) == .connected)
        #expect(try lab.intruder.connect("10.99.2.1", 8443) == .connected)
    }

    private static func linkLocal(of namespace: LabNamespace, on interface: String) throws -> String {
        let listing = try namespace.check(
            "/usr/sbin/ip", "-6", "-o", "address", "show", "dev", interface, "scope", "link")
        let match = try #require(listing.firstMatch(of: /inet6 ([0-9a-f:]+)\//), "\(listing)")
        return "\(match.1)%\(interface)"
    }

    @Test("B06: a neighbour on the link is judged by its link-local address too")
    func linkLocalNeighbour() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443", "tcp/8444")
        try lab.apply(GateLab.policyText())
        let address = try Self.linkLocal(of: lab.server, on: "eth2a").split(separator: "%")[0] + "%eth2b"
        #expect(try lab.intruder.connect(String(address), 8444) == .connected)
        #expect(try lab.intruder.connect(String(address), 8443).isKeptOut)
    }

    @Test("B07: packets from outside to 127.0.0.1 reach no gated port, whatever route_localnet says")
    func b07() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/127.0.0.1/8443", "tcp/127.0.0.1/8444")
        try lab.server.sysctl("net.ipv4.conf.all.route_localnet", "1")
        try lab.intruder.sysctl("net.ipv4.conf.all.route_localnet", "1")
        try lab.intruder.ip("address", "del", "127.0.0.1/8", "dev", "lo")
        try lab.intruder.ip("route", "add", "127.0.0.0/8", "via", "10.99.2.1")
        for port in [UInt16(8443), 8444] {
            #expect(try lab.intruder.connect("127.0.0.1", port, source: "10.99.2.2") == .connected, "the lab leaks")
        }
        try lab.apply(GateLab.policyText(cidrs: "any"))
        #expect(try lab.intruder.connect("127.0.0.1", 8443, source: "10.99.2.2").isKeptOut)
        #expect(try lab.intruder.connect("127.0.0.1", 8444, source: "10.99.2.2") == .connected)
    }

    @Test("B12 D03 D06: both families are judged, and a dual-stack listener has no other door")
    func b12() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443", "udp/8443")
        try lab.apply(GateLab.policyText(cidrs: "10.99.1.0/24"))
        for transport in [LabTransport.tcp, .udp] {
            #expect(try lab.client.connect(transport, "10.99.1.1", 8443) == .connected)
            #expect(try lab.client.connect(transport, "fd99:1::1", 8443).isKeptOut)
            #expect(try lab.intruder.connect(transport, "10.99.2.1", 8443).isKeptOut)
            #expect(try lab.intruder.connect(transport, "fd99:2::1", 8443).isKeptOut)
        }
        try lab.apply(GateLab.policyText())
        for address in ["10.99.1.1", "fd99:1::1"] {
            #expect(try lab.client.connect(address, 8443) == .connected)
        }
    }

    @Test("B13: no interface is a way around: second cards, and a macvlan child")
    func b13() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443")
        try lab.apply(GateLab.policyText())
        try lab.server.ip("link", "add", "mv0", "link", "eth2a", "type", "macvlan", "mode", "bridge")
        try lab.server.address("10.99.2.77/24", on: "mv0")
        try lab.server.ip("link", "set", "mv0", "up")
        for address in ["10.99.2.1", "10.99.1.1", "10.99.2.77"] {
            #expect(try lab.intruder.connect(address, 8443) == .refused, "\(address)")
        }
        #expect(try lab.client.connect("10.99.2.77", 8443) == .connected)
    }

    @Test("B18: a port without protocol is gated for every transport that has ports")
    func b18() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443", "udp/8443", "udplite/8443")
        try lab.apply(GateLab.policyText())
        for transport in [LabTransport.tcp, .udp, .udplite] {
            #expect(try lab.client.connect(transport, "10.99.1.1", 8443) == .connected, "\(transport)")
            #expect(try lab.intruder.connect(transport, "10.99.2.1", 8443).isKeptOut, "\(transport)")
        }
    }

    @Test("B19: refused datagrams above the log's rate are refused all the same")
    func b19() throws {
        let lab = try GateLab()
        let echo = try lab.server.serve("udp/8443")
        try lab.apply(GateLab.policyText(settings: "log: { denied: 5/second per source }"))
        let flood = try lab.intruder.flood("10.99.2.1", 8443, rate: 5_000, tag: "leak", count: 500)
        #expect(try flood.finished() == 500)
        #expect(try lab.client.connect(.udp, "10.99.1.1", 8443) == .connected)
        #expect(try echo.ask("count udp/8443 leak-") == "0")
        #expect(try lab.counter("pg_d_gated") >= 500)
    }

    @Test("B18: broadcast and multicast datagrams are judged")
    func groups() throws {
        let lab = try GateLab()
        let echo = try lab.server.serve("udp/0.0.0.0/8443", "udp/0.0.0.0/8444")
        try lab.apply(GateLab.policyText())
        // The all-hosts group and the subnet's broadcast address, from both sides and to both ports.
        for (host, tag, subnet) in [(lab.intruder, "leak", 2), (lab.client, "fine", 1)] {
            try host.ip("route", "add", "224.0.0.0/4", "dev", "eth\(subnet)b")
            for (number, address) in ["224.0.0.1", "10.99.\(subnet).255", "255.255.255.255"].enumerated() {
                for port in [UInt16(8443), 8444] {
                    let source = "10.99.\(subnet).2"
                    let flood = try host.flood(
                        address, port, rate: 1_000, tag: "\(tag)-\(number)", count: 1, source: source)
                    #expect(try flood.finished() == 1)
                }
            }
        }
        for port in [8443, 8444] { #expect(try lab.client.connect(.udp, "10.99.1.1", UInt16(port)) == .connected) }
        #expect(try echo.ask("count udp/8443 leak-") == "0")
        #expect(try echo.ask("count udp/8444 leak-") == "3")
        #expect(try echo.ask("count udp/8443 fine-") == "3")
        #expect(try echo.ask("count udp/8444 fine-") == "3")
    }

    @Test("B06: a local process reaches no gated port by way of a group or broadcast address")
    func ownGroups() throws {
        let lab = try GateLab()
        let echo = try lab.server.serve("udp/0.0.0.0/8443", "udp/0.0.0.0/8444")
        try lab.apply(GateLab.policyText(cidrs: "any"))
        for device in ["lo", "eth1a"] {
            try lab.server.ip("route", "replace", "224.0.0.0/4", "dev", device)
            for port in [UInt16(8443), 8444] {
                let flood = try lab.server.flood("224.0.0.1", port, rate: 1_000, tag: "own\(device)", count: 1)
                #expect(try flood.finished() == 1)
            }
        }
        for port in [UInt16(8443), 8444] { #expect(try lab.client.connect(.udp, "10.99.1.1", port) == .connected) }
        for device in ["lo", "eth1a"] {
            #expect(try echo.ask("count udp/8444 own\(device)") == "1", "the lab loops group datagrams back")
            #expect(try echo.ask("count udp/8443 own\(device)") == "0", "by way of \(device)")
        }
    }
}
