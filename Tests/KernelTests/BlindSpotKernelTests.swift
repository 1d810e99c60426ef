import Foundation
import Policy
import TestSupport
import Testing

@testable import Gate

/// What status finds around the gate on a live kernel.
@Suite("blind spots of a live host", .serialized)
struct BlindSpotKernelTests {
    private static func spots(_ lab: GateLab) throws -> BlindSpots {
        var port = GateView.PortView(name: "gated")
        port.services = [GateView.Service(transport: 6, first: 8443, last: 8443)]
        let ports = [port]
        return try lab.inServer { BlindSpots.read(ports) }
    }

    private static func seen<Value>(_ look: BlindSpots.Look<Value>) throws -> Value {
        switch look {
        case .seen(let value): return value
        // What this machine lets nobody ask for may be in a namespace of its own.
        case .partly(let value, _): return value
        case .hidden(let reason): throw NetworkLab.Failure(description: "hidden: \(reason)")
        }
    }

    private static func start(_ host: LabNamespace, _ arguments: String...) throws -> LabProcess {
        let process = try host.start(["/usr/bin/python3", "-I", ContainerLab.script] + arguments)
        #expect(try process.line() == "ready")
        return process
    }

    @Test("B08: a packet socket is found, with the process that holds it")
    func packetSockets() throws {
        let lab = try GateLab()
        #expect(try Self.seen(Self.spots(lab).packetSockets).isEmpty)
        _ = try Self.start(lab.server, "packetsocket")
        let owners = try Self.seen(Self.spots(lab).packetSockets)
        #expect(owners.count == 1)
        #expect(owners.allSatisfy { $0.hasPrefix("pid ") && $0.hasSuffix("(python3)") }, "\(owners)")
    }

    @Test("B17: XDP and links of BPF are found")
    func programs() throws {
        let lab = try GateLab()
        #expect(try Self.seen(Self.spots(lab).interfaces).allSatisfy { !$0.hasProgram })
        _ = try Self.start(lab.server, "bpflink", "eth2a")
        let spots = try Self.spots(lab)
        #expect(try Self.seen(spots.interfaces).filter(\.hasProgram).map(\.name) == ["eth2a"])
        #expect(try Self.seen(spots.programs)["netfilter", default: 0] >= 1)
        let finding = try #require(spots.findings([]).first { $0.code == "PG462" })
        #expect(finding.notes.contains { $0.message == "XDP on eth2a" })
    }

    @Test("B09: a place for tc filters on what arrives is found")
    func trafficControl() throws {
        let lab = try GateLab()
        #expect(try Self.seen(Self.spots(lab).ingress).isEmpty)
        try lab.server.check("/usr/sbin/tc", "qdisc", "add", "dev", "eth2a", "clsact")
        let finding = try #require(try Self.spots(lab).findings([]).first { $0.code == "PG462" })
        #expect(finding.notes.contains { $0.message == "tc filters may stand on eth2a" }, "\(finding.notes)")
    }

    @Test("B11: a bridge with ports is found, and an empty one says nothing")
    func bridges() throws {
        let lab = try GateLab()
        try lab.server.ip("link", "add", "br0", "type", "bridge")
        #expect(try !Self.spots(lab).findings([]).contains { $0.code == "PG466" })
        try lab.server.ip("link", "set", "eth2a", "master", "br0")
        let finding = try #require(try Self.spots(lab).findings([]).first { $0.code == "PG466" })
        #expect(finding.notes.map(\.message) == ["br0"])
    }

    @Test("B02 B16: base chains that judge before the gate are found without a listing of hooks, and helpers too")
    func otherTables() throws {
        let lab = try GateLab()
        try lab.apply(GateLab.policyText())
        try lab.server.loadForeign(
            """
            table inet early {
              ct helper ftp-standard { type "ftp" protocol tcp; }
              chain raw { type filter hook prerouting priority -300; }
              chain later { type filter hook prerouting priority 0; }
            }
            table netdev others { chain arriving { type filter hook ingress device "eth2a" priority 0; }
            }
            """)
        let tables = try Self.seen(Self.spots(lab).tables)
        #expect(tables.earlierChains.contains("inet early raw: prerouting, priority -300"))
        #expect(tables.earlierChains.contains { $0.hasPrefix("netdev others arriving: ") })
        #expect(tables.earlierChains.count == 2, "\(tables.earlierChains)")
        #expect(tables.helpers == ["inet early ftp-standard"])
        #expect(tables.flowtables.isEmpty)
    }

    @Test("B14: tables of iptables-legacy are found")
    func legacy() throws {
        let lab = try GateLab()
        let before = try Self.seen(Self.spots(lab).legacyTables)
        #expect(!before.contains("ip filter"))
        try lab.server.check("/usr/sbin/iptables-legacy", "-t", "filter", "-A", "INPUT", "-p", "icmp", "-j", "ACCEPT")
        #expect(try Self.seen(Self.spots(lab).legacyTables).contains("ip filter"))
    }

    @Test("B15: matches of xt in other tables are left alone, and the gate is applied and read back beside them")
    func otherMatches() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443")
        let rule = ["-A", "INPUT", "-p", "tcp", "-m", "string", "--algo", "bm", "--string", "never", "-j", "DROP"]
        for arguments in [["-S"], rule] {
            try lab.server.check("/bin/sh", "-c", "/usr/sbin/iptables-nft " + arguments.joined(separator: " "))
        }
        let before = try lab.server.check("/usr/sbin/iptables-nft", "-S")
        try lab.apply(GateLab.policyText())
        #expect(try lab.intruder.connect("10.99.2.1", 8443) == .refused)
        #expect(try lab.server.check("/usr/sbin/iptables-nft", "-S") == before)
        #expect(before.contains("never"))
    }

    @Test("A16: what listens on a gated port in another network namespace is found")
    func otherNamespaces() throws {
        let lab = try GateLab()
        let words = "tcp 8443 in network namespace"
        let other = try lab.lab.namespace("other")
        let servers = try other.serve("tcp/127.0.0.1/8443", "tcp/8444")
        let number = try other.check("/usr/bin/stat", "-Lc", "%i", "/proc/self/ns/net")
            .trimmingCharacters(in: .whitespacesAndNewlines)
        func found() throws -> Bool {
            try Self.seen(Self.spots(lab).listeners).contains { $0.hasPrefix("\(words) \(number) ") }
        }
        #expect(try !found())
        servers.kill()
        try other.serve("tcp/8443")
        #expect(try found())
    }

    @Test("B07: settings that widen what arrives are found")
    func settings() throws {
        let lab = try GateLab()
        #expect(try Self.seen(Self.spots(lab).settings).isEmpty)
        try lab.server.sysctl("net.ipv4.conf.eth2a.route_localnet", "1")
        #expect(try Self.seen(Self.spots(lab).settings) == ["net.ipv4.conf.eth2a.route_localnet = 1"])
    }

    @Test("C06: the table of connections and the ports of outgoing ones are read")
    func numbers() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443")
        try lab.apply(GateLab.policyText())
        let session = try lab.client.session(.tcp, "10.99.1.1", 8443)
        #expect(try session.say() == .connected)
        let table = try Self.seen(Self.spots(lab).connections)
        #expect(table.count >= 1 && table.limit > table.count)
        try lab.server.sysctl("net.ipv4.ip_local_port_range", "8000 9000")
        var port = GateView.PortView(name: "gated")
        port.services = [GateView.Service(transport: 6, first: 8443, last: 8443)]
        #expect(try Self.spots(lab).findings([port]).contains { $0.code == "PG469" })
        try lab.server.sysctl("net.ipv4.ip_local_reserved_ports", "8443")
        #expect(try !Self.spots(lab).findings([port]).contains { $0.code == "PG469" })
    }
}
