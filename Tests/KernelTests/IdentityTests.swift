import Foundation
import TestSupport
import Testing

/// Identities told by account, link and security association, and several kinds together.
@Suite("identities", .serialized)
struct IdentityTests {
    @Test("H02: an account that has another number than the rules is found by status, and put right by apply")
    func h02() throws {
        let bench = try IdentityBench()
        try bench.lab.server.serve("tcp/8443")
        let policy = IdentityBench.policy("process: { user: pgmigrator }")
        try bench.apply(policy, through: try Self.accounts(bench, "pgmigrator", 61_001))
        #expect(try bench.lab.server.connect("127.0.0.1", 8443, user: 61_001) == .connected)
        #expect(try !bench.findings(through: try Self.accounts(bench, "pgmigrator", 61_001)).contains("PG446"))
        let moved = try Self.accounts(bench, "pgmigrator", 61_002)
        let found = try bench.findings(through: moved)
        #expect(found.contains("user pgmigrator is number 61002 today, and the rules are for 61001"), "\(found)")
        #expect(
            try bench.findings(through: try Self.accounts(bench, "other", 61_001)).contains("does not exist any more"))
        try bench.apply(policy, through: moved)
        #expect(try bench.lab.server.connect("127.0.0.1", 8443, user: 61_002) == .connected)
        #expect(try bench.lab.server.connect("127.0.0.1", 8443, user: 61_001) == .refused)
        #expect(try !bench.findings(through: moved).contains("PG446"))
    }

    /// A command that runs another one on a host with one more account.
    private static func accounts(_ bench: IdentityBench, _ name: String, _ number: Int) throws -> [String] {
        let passwd = try String(contentsOfFile: "/etc/passwd", encoding: .utf8)
        try bench.write("passwd.\(number).\(name)", passwd + "\(name):x:\(number):\(number)::/:/bin/false\n")
        let script = "mount --bind \"$1\" /etc/passwd && shift && exec \"$@\""
        return [
            "/usr/bin/unshare", "--mount", "/bin/sh", "-c", script, "sh",
            "\(bench.folder.path)/passwd.\(number).\(name)",
        ]
    }

    @Test("G09: a process identity is never whoever listens: what comes from outside is nobody's process")
    func g09() throws {
        let bench = try IdentityBench()
        try bench.lab.server.serve("tcp/8443")
        try bench.apply(IdentityBench.policy("process: { user: 0 }"))
        #expect(try bench.lab.client.connect("10.99.1.1", 8443) == .refused)
        #expect(try bench.own() == "answered")
    }

    @Test("link: the neighbour with this hardware address on this interface, and nobody else")
    func link() throws {
        let bench = try IdentityBench()
        let lab = bench.lab
        try lab.server.serve("tcp/8443", "udp/8443")
        for (host, mac) in [(lab.client, "02:00:5e:10:00:01"), (lab.intruder, "02:00:5e:10:00:02")] {
            try host.ip("link", "set", host === lab.client ? "eth1b" : "eth2b", "address", mac)
        }
        try bench.apply(IdentityBench.policy("link: { mac: \"02:00:5e:10:00:01\", interface: eth1a }"))
        for transport in [LabTransport.tcp, .udp] {
            #expect(try lab.client.connect(transport, "10.99.1.1", 8443) == .connected)
            #expect(try lab.client.connect(transport, "fd99:1::1", 8443) == .connected)
            #expect(try lab.intruder.connect(transport, "10.99.2.1", 8443).isKeptOut)
        }
        // The right hardware address on another interface, then the wrong one on the right interface.
        try lab.intruder.ip("link", "set", "eth2b", "address", "02:00:5e:10:00:01")
        #expect(try lab.intruder.connect("10.99.2.1", 8443).isKeptOut)
        try lab.client.ip("link", "set", "eth1b", "address", "02:00:5e:10:00:03")
        #expect(try lab.client.connect("10.99.1.1", 8443).isKeptOut)
        #expect(try !bench.findings().contains("PG44"))
    }

    @Test(
        "H05: an interface made anew under its name is the same to the gate; a renamed one is missed, and status says so"
    )
    func h05() throws {
        let bench = try IdentityBench()
        let lab = bench.lab
        try lab.server.serve("tcp/8443")
        try bench.apply(IdentityBench.policy("link: { interface: eth1a }"))
        #expect(try lab.client.connect("10.99.1.1", 8443) == .connected)
        try lab.server.ip("link", "delete", "eth1a")
        #expect(try bench.findings().contains("there is no interface eth1a here: nobody comes in by gated/rule"))
        try lab.server.ip("link", "add", "eth1a", "type", "veth", "peer", "name", "eth1b", "netns", lab.client.name)
        for (host, interface, address) in [
            (lab.server, "eth1a", "10.99.1.1/24"), (lab.client, "eth1b", "10.99.1.2/24"),
        ] {
            try host.address(address, on: interface)
            try host.ip("link", "set", interface, "up")
        }
        #expect(try lab.client.connect("10.99.1.1", 8443) == .connected)
        #expect(try !bench.findings().contains("PG443"))
        try lab.server.ip("link", "set", "eth1a", "down")
        try lab.server.ip("link", "set", "eth1a", "name", "other0")
        try lab.server.ip("link", "set", "other0", "up")
        #expect(try lab.client.connect("10.99.1.1", 8443).isKeptOut)
        #expect(try bench.findings().contains("PG443"))
    }

    @Test("ipsec: traffic that came in by no security association is nobody's")
    func ipsec() throws {
        let bench = try IdentityBench()
        try bench.lab.server.serve("tcp/8443", "udp/8443")
        try bench.apply(IdentityBench.policy("ipsec: { reqid: 7, spi: 4660 }"))
        let rules = try bench.lab.server.check("/usr/sbin/nft", "list", "chain", "inet", "portgate", "pg_p_gated")
        #expect(rules.contains("ipsec in reqid 7") && rules.contains("ipsec in spi 4660"), "\(rules)")
        #expect(try bench.lab.client.connect("10.99.1.1", 8443) == .refused)
        #expect(try bench.lab.client.connect(.udp, "10.99.1.1", 8443).isKeptOut)
        #expect(try bench.own() == "ConnectionRefusedError")
    }

    @Test("members: any of several kinds, each by its own proof")
    func members() throws {
        let bench = try IdentityBench()
        let lab = bench.lab
        try lab.server.serve("tcp/8443")
        let unit = try LabControlGroup()
        try lab.client.ip("link", "set", "eth1b", "address", "02:00:5e:10:00:01")
        try lab.intruder.address("10.99.2.77/24", on: "eth2b")
        try bench.apply(
            """
            version: 1
            name: lab
            identities:
              neighbour: { link: { mac: "02:00:5e:10:00:01" } }
              office: { addresses: [10.99.2.2] }
              app: { process: { user: 4242 } }
              unit: { process: { cgroup: \(unit.path), user: 0 } }
              locals: { members: [app, unit] }
              team: { members: [neighbour, office, locals] }
            ports:
              - name: gated
                port: 8443
                allow:
                  - { name: team, identities: [team] }

            """)
        #expect(try lab.client.connect("10.99.1.1", 8443) == .connected)
        #expect(try lab.intruder.connect("10.99.2.1", 8443, source: "10.99.2.2") == .connected)
        #expect(try lab.intruder.connect("10.99.2.1", 8443, source: "10.99.2.77").isKeptOut)
        #expect(try lab.server.connect("127.0.0.1", 8443, user: 4_242) == .connected)
        #expect(try lab.server.connect("127.0.0.1", 8443, user: 4_243) == .refused)
        #expect(try bench.own(in: unit) == "answered")
        #expect(try bench.own() == "ConnectionRefusedError")
    }
}
