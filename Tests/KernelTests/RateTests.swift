import Foundation
import TestSupport
import Testing

/// Rates and floods, by real traffic.
@Suite("rates and floods", .serialized)
struct RateTests {
    private static func limited(_ cidrs: String, rest: String = "", settings: String = "") -> String {
        GateLab.policyText(protocol: "tcp", cidrs: cidrs, settings: settings).replacingOccurrences(
            of: "] }", with: "], rate: 2/hour per source\(rest) }")
    }

    /// Sends one SYN from each of many addresses, as fast as one process can.
    private static func flood(_ lab: GateLab, from first: String, count: Int) throws {
        let listing = try lab.server.check("/usr/sbin/ip", "-o", "link", "show", "eth2a")
        let mac = try #require(listing.firstMatch(of: /link\/ether ([0-9a-f:]+)/)).1
        let process = try lab.intruder.start([
            "/usr/bin/python3", "-I", ContainerLab.script, "synflood", "eth2b", String(mac), first, "\(count)",
            "10.99.2.1", "8443",
        ])
        #expect(try process.line(within: 300) == "sent \(count)")
    }

    private static func sources(in set: String, of lab: GateLab) throws -> Int {
        try lab.server.check("/usr/sbin/nft", "list", "set", "inet", "portgate", set)
            .components(separatedBy: " limit rate").count - 1
    }

    @Test("new connections of a source over its rate are refused, established ones and other sources are not")
    func rate() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443")
        try lab.apply(Self.limited("any"))
        let session = try lab.client.session(.tcp, "10.99.1.1", 8443)
        #expect(try session.say() == .connected)
        #expect(try lab.client.connect("10.99.1.1", 8443) == .connected)
        for _ in 0..<3 { #expect(try lab.client.connect("10.99.1.1", 8443) == .refused) }
        #expect(try lab.counter("pg_w_gated/client") == 3)
        #expect(try session.say() == .connected)
        #expect(try lab.intruder.connect("10.99.2.1", 8443) == .connected)
        // IPv6 is counted by its /64.
        for outcome in [ClientOutcome.connected, .connected, .refused] {
            #expect(try lab.client.connect("fd99:1::1", 8443) == outcome)
        }
        try lab.client.address("fd99:1::3/64", on: "eth1b")
        #expect(try lab.client.connect("fd99:1::1", 8443, source: "fd99:1::3") == .refused)
    }

    @Test("a rate counts before request types are judged, and what is over it is never heard")
    func rateOfTyped() throws {
        let lab = try GateLab()
        let server = try lab.server.serve("tcp/8443")
        try lab.apply(Self.limited("any", rest: ", requests: [http]"))
        for outcome in [ClientOutcome.connected, .connected, .refused] {
            #expect(try lab.client.connect(.tcp, "10.99.1.1", 8443, say: "GET / HTTP/1.1") == outcome)
        }
        #expect(try lab.counter("pg_w_gated/client") == 1)
        #expect(try server.ask("accepted tcp/8443") == "2")
    }

    @Test("a source is not forgotten before its rate allows it again")
    func meterTimeouts() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443")
        try lab.apply(Self.limited("any", settings: "log: { denied: 5/day per source }"))
        _ = try lab.client.connect("10.99.1.1", 8443)
        let rate = try lab.server.check("/usr/sbin/nft", "list", "set", "inet", "portgate", "pg_c4_gated/client")
        #expect(rate.contains("timeout 1h"), "\(rate)")
        let log = try lab.server.check("/usr/sbin/nft", "list", "set", "inet", "portgate", "pg_m4_gated")
        #expect(log.contains("timeout 1d"), "\(log)")
    }

    @Test("G06: records of refusals are limited for each source apart, and what is not recorded is counted")
    func quietRecords() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443")
        try lab.apply(GateLab.policyText(settings: "log: { denied: 2/hour per source }"))
        let records = try lab.server.records(ofGroup: 77)
        for _ in 0..<5 { #expect(try lab.intruder.connect("10.99.2.1", 8443) == .refused) }
        // Another address, silent so far.
        try lab.intruder.address("10.99.2.3/24", on: "eth2b")
        #expect(try lab.intruder.connect("10.99.2.1", 8443, source: "10.99.2.3") == .refused)
        let sources = try records.take().map(\.source)
        #expect(sources == ["10.99.2.2", "10.99.2.2", "10.99.2.3"])
        #expect(try lab.counter("pg_q_gated") == 3)
        #expect(try lab.counter("pg_n_gated") == 3)
        #expect(try lab.counter("pg_d_gated") == 6)
    }

    @Test("F03: SYNs from 100,000 sources fill a bounded meter, silence nobody, and keep no client out")
    func flood() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443")
        try lab.apply(GateLab.policyText(settings: "log: { denied: 1/hour per source }"))
        let session = try lab.client.session(.tcp, "10.99.1.1", 8443)
        try Self.flood(lab, from: "11.0.0.0", count: 100_000)
        #expect(try Self.sources(in: "pg_m4_gated", of: lab) == 65_536)
        #expect(try lab.counter("pg_d_gated") == 100_000)
        #expect(try lab.client.connect("10.99.1.1", 8443) == .connected)
        #expect(try session.say() == .connected)
        // A source that there is no room for is recorded, each time.
        let records = try lab.server.records(ofGroup: 77)
        for _ in 0..<2 { #expect(try lab.intruder.connect("10.99.2.1", 8443) == .refused) }
        #expect(try records.take().map(\.source) == ["10.99.2.2", "10.99.2.2"])
        // Nothing that was refused is left in the table of connections.
        let count = try lab.server.check("/usr/sbin/sysctl", "-n", "net.netfilter.nf_conntrack_count")
        #expect(try #require(Int(count.trimmingCharacters(in: .whitespacesAndNewlines))) < 100)
    }

    @Test(
        "a flood from addresses that are allowed takes no room from clients that are served",
        arguments: ["", ", requests: [http]"])
    func allowedFlood(rest: String) throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443")
        try lab.server.ip("route", "add", "11.0.0.0/8", "dev", "eth2a")
        try lab.apply(Self.limited("10.99.1.0/24, 11.0.0.0/8", rest: rest))
        let session = try lab.client.session(.tcp, "10.99.1.1", 8443)
        #expect(try session.say("GET / HTTP/1.1") == .connected)
        try Self.flood(lab, from: "11.0.0.0", count: 3_000)
        #expect(try Self.sources(in: "pg_c4_gated/client", of: lab) == 3_001)
        #expect(try session.say("GET / HTTP/1.1") == .connected)
        #expect(try lab.client.connect(.tcp, "10.99.1.1", 8443, say: "GET / HTTP/1.1") == .connected)
        #expect(try lab.counter("pg_w_gated/client") == 0)
    }
}
