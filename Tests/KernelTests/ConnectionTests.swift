import Foundation
import Policy
import TestSupport
import Testing

/// FAILURES of connection tracking, with real traffic.
@Suite("connections to a gated port", .serialized)
struct ConnectionTests {
    @Test("C04: sessions older than the gate are judged: the intruder's is cut, the client's goes on")
    func c04() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443")
        let allowed = try lab.client.session(.tcp, "10.99.1.1", 8443)
        let denied = try lab.intruder.session(.tcp, "10.99.2.1", 8443)
        #expect(try allowed.say() == .connected)
        #expect(try denied.say() == .connected)
        try lab.apply(GateLab.policyText())
        #expect(try denied.say() == .reset)
        #expect(try allowed.say() == .connected)
    }

    @Test("C01 C02 C13: what is revoked ends at its next packet, with and without its conntrack entry")
    func c13() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443", "udp/8443")
        try lab.apply(GateLab.policyText(cidrs: "10.99.0.0/16"))
        let stream = try lab.intruder.session(.tcp, "10.99.2.1", 8443)
        let cleared = try lab.intruder.session(.tcp, "10.99.2.1", 8443)
        let datagrams = try lab.intruder.session(.udp, "10.99.2.1", 8443)
        for session in [stream, cleared, datagrams] { #expect(try session.say() == .connected) }
        try lab.apply(GateLab.policyText())
        #expect(try stream.say() == .reset)
        #expect(try datagrams.say().isKeptOut)
        try lab.server.check("/usr/sbin/conntrack", "-F")
        #expect(try cleared.say() == .reset)
    }

    @Test("C07: untracked packets are judged like others")
    func c07() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443", "udp/8443")
        try lab.server.loadForeign(
            """
            table inet raw {
              chain in { type filter hook prerouting priority -300; meta l4proto { 6, 17 } th dport 8443 notrack; }
              chain out { type filter hook output priority -300; meta l4proto { 6, 17 } th sport 8443 notrack; }
            }
            """)
        try lab.apply(GateLab.policyText())
        for transport in [LabTransport.tcp, .udp] {
            #expect(try lab.client.connect(transport, "10.99.1.1", 8443) == .connected)
            #expect(try lab.intruder.connect(transport, "10.99.2.1", 8443).isKeptOut)
        }
    }

    @Test("C09: a bare ACK is refused and recorded like a SYN")
    func c09() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443")
        try lab.apply(GateLab.policyText(settings: "otherwise: drop\n    log: { denied: all }"))
        let records = try lab.server.records(ofGroup: 77)
        for flags in ["A", "SA", "R", "F", "PA"] {
            #expect(try lab.intruder.probe("10.99.2.1", 8443, source: "10.99.2.2", flags: flags) == "silent")
            #expect(try records.take().map(\.prefix) == ["pg1 deny gated "], "\(flags)")
        }
    }

    @Test("C10: a local side that speaks first opens nothing")
    func c10() throws {
        let lab = try GateLab()
        let echo = try lab.server.serve("udp/8443")
        try lab.intruder.serve("tcp/9000")
        #expect(try lab.server.connect("10.99.2.2", 9000, sourcePort: 8444) == .connected)
        try lab.apply(GateLab.policyText())
        #expect(try echo.ask("speak udp/8443 10.99.2.2 7777") == "spoken")
        let answer = try lab.intruder.flood("10.99.2.1", 8443, rate: 100, tag: "leak", count: 5, sourcePort: 7777)
        #expect(try answer.finished() == 5)
        #expect(try lab.client.connect(.udp, "10.99.1.1", 8443) == .connected)
        #expect(try echo.ask("count udp/8443 leak-") == "0")
        // From the gated port itself, outwards: the intruder's half of the handshake comes to the gated port.
        #expect(try lab.server.connect(.tcp, "10.99.2.2", 9000, source: "10.99.2.1", sourcePort: 8443).isKeptOut)
    }

    @Test("C16: a window that closes ends the sessions that it let in, at their next packet")
    func c16() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443", "udp/8443")
        let text = """
            version: 1
            name: lab
            windows:
              day: { timezone: UTC, days: [daily], hours: ["08:00-18:00"] }
            ports:
              - name: gated
                port: 8443
                allow:
                  - { name: client, cidrs: [any], windows: [day] }

            """
        // 2026-11-23T17:59:56Z: the window has four seconds left.
        try lab.apply(text, clock: Instant(seconds: 1_795_456_796))
        let stream = try lab.client.session(.tcp, "10.99.1.1", 8443)
        let datagrams = try lab.client.session(.udp, "10.99.1.1", 8443)
        #expect(try stream.say() == .connected)
        #expect(try datagrams.say() == .connected)
        let deadline = Date().addingTimeInterval(20)
        while try datagrams.say() == .connected, Date() < deadline {}
        #expect(try stream.say() == .reset)
        #expect(try lab.client.connect("10.99.1.1", 8443) == .refused)
    }

    @Test("C08: a connection that a helper expects is judged like any other")
    func c08() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443")
        try lab.apply(GateLab.policyText())
        try lab.server.loadForeign(
            "table inet other {\n chain in {\n type filter hook prerouting priority -160; ct state established,related accept\n }\n}"
        )
        #expect(try lab.intruder.connect("10.99.2.1", 8443) == .refused)
    }

    @Test(
        "C17: the gate keeps to its eight bits of the connection mark, and another owner's stay as they are",
        arguments: [(0xff00_0000 as UInt32, 0x0000_1234 as UInt32), (0x00ff_0000, 0x1200_0034)])
    func c17(mask: UInt32, foreign: UInt32) throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443")
        func hex(_ number: UInt32) -> String { "0x" + String(number, radix: 16) }
        // Another owner marks what is new, within its own bits, and looks for its mark on everything that goes back.
        try lab.server.loadForeign(
            """
            table inet other {
              counter kept { }
              counter lost { }
              counter gates { }
              chain in { type filter hook prerouting priority -160;
                tcp dport 8443 ct state new ct mark set ct mark or \(hex(foreign)); }
              chain out { type filter hook output priority 0;
                tcp sport 8443 ct mark and \(hex(~mask)) == \(hex(foreign)) counter name kept
                tcp sport 8443 ct mark and \(hex(~mask)) != \(hex(foreign)) counter name lost
                tcp sport 8443 ct mark and \(hex(mask)) != 0 counter name gates
              }
            }
            """)
        let defaults = "defaults: { mark-mask: \(hex(mask)) }\nports:"
        func text(_ cidrs: String) -> String {
            GateLab.policyText(cidrs: cidrs).replacingOccurrences(of: "ports:", with: defaults)
        }
        func packets(_ counter: String) throws -> Int {
            let text = try lab.server.check("/usr/sbin/nft", "list", "counter", "inet", "other", counter)
            return try #require(text.firstMatch(of: /packets ([0-9]+)/).flatMap { Int($0.1) })
        }
        try lab.apply(text("10.99.0.0/16"))
        let kept = try lab.client.session(.tcp, "10.99.1.1", 8443)
        let cut = try lab.intruder.session(.tcp, "10.99.2.1", 8443)
        for session in [kept, cut] { for _ in 0..<3 { #expect(try session.say() == .connected) } }
        #expect(try packets("gates") >= 6)
        try lab.apply(text("10.99.1.0/24"))
        #expect(try cut.say() == .reset)
        #expect(try kept.say() == .connected)
        #expect(try packets("kept") >= 8)
        #expect(try packets("lost") == 0)
    }

    @Test("C17: an owner that writes over the whole mark makes connections be judged again, and opens nothing")
    func c17Unmasked() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443")
        try lab.apply(GateLab.policyText(cidrs: "10.99.0.0/16"))
        let kept = try lab.client.session(.tcp, "10.99.1.1", 8443)
        let cut = try lab.intruder.session(.tcp, "10.99.2.1", 8443)
        for session in [kept, cut] { #expect(try session.say() == .connected) }
        let judged = try lab.counter("pg_a_gated/client")
        try lab.server.loadForeign(
            """
            table inet other {
              chain in { type filter hook prerouting priority -160; tcp dport 8443 ct mark set 0x1234; }
            }
            """)
        for session in [kept, cut] { #expect(try session.say() == .connected) }
        #expect(try lab.counter("pg_a_gated/client") > judged)
        try lab.apply(GateLab.policyText())
        // What the gate notes of a connection that it cut is written over too: it is cut again and again, and not answered.
        #expect(try cut.say() != .connected)
        for _ in 0..<3 { #expect(try kept.say() == .connected) }
    }
}
