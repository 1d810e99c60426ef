import Foundation
import Policy
import TestSupport
import Testing

/// What is allowed no more ends at its next packet, whoever sends it, at both ends; and what is allowed still goes on.
@Suite("revocation", .serialized)
struct RevocationTests {
    private static let everybody = GateLab.policyText(cidrs: "10.99.0.0/16, \"fd99::/16\"")
    private static let clientOnly = GateLab.policyText()

    /// Waits until so many of a server's connections stand; the deadline only bounds a test that fails.
    private func expectEstablished(_ count: Int, at server: LabProcess) throws {
        let deadline = Date().addingTimeInterval(30)
        var answer = ""
        repeat { answer = try server.ask("established") } while answer != "\(count)" && Date() < deadline
        #expect(answer == "\(count)", "connections that stand at the server")
    }

    private func revocations(_ records: LabRecords) throws -> [LabRecords.Record] {
        try records.take().filter { $0.prefix?.hasPrefix("pg1 revoke ") ?? false }
    }

    /// Lets two clients in and then one of them; both are to find out as `speaks` has it.
    private func revoke(
        allowed: String = "10.99.1.1", revoked: String = "10.99.2.1",
        _ speaks: (_ server: LabProcess, _ kept: LabSession, _ cut: LabSession) throws -> Void
    ) throws {
        let lab = try GateLab()
        let server = try lab.server.serve("tcp/8443")
        try lab.apply(Self.everybody)
        let kept = try lab.client.session(.tcp, allowed, 8443)
        let cut = try lab.intruder.session(.tcp, revoked, 8443)
        for session in [kept, cut] { #expect(try session.say() == .connected) }
        let records = try lab.server.records(ofGroup: 77)
        try lab.apply(Self.clientOnly)
        try speaks(server, kept, cut)
        try expectEstablished(1, at: server)
        #expect(try kept.say() == .connected)
        #expect(try revocations(records).map(\.prefix) == ["pg1 revoke gated "])
        #expect(try lab.counter("pg_j_gated") == 1)
    }

    @Test(
        "C01 C02: when the client speaks both ends are reset, and that is recorded once",
        arguments: [("10.99.1.1", "10.99.2.1"), ("fd99:1::1", "fd99:2::1")])
    func clientSpeaks(allowed: String, revoked: String) throws {
        try revoke(allowed: allowed, revoked: revoked) { (_, kept, cut) throws in
            #expect(try kept.say() == .connected)
            #expect(try cut.say() == .reset)
        }
    }

    @Test("C01 C10: when the server speaks both ends are reset, and that is recorded once")
    func serverSpeaks() throws {
        try revoke { (server, kept, cut) throws in
            #expect(try server.ask("push") == "pushed")
            #expect(try kept.hear() == .connected)
            #expect(try cut.hear() == .reset)
        }
    }

    @Test("C13: datagrams of a revoked client are dropped both ways and recorded, those of another go on")
    func datagrams() throws {
        let lab = try GateLab()
        let server = try lab.server.serve("udp/8443")
        try lab.apply(Self.everybody)
        let kept = try lab.client.session(.udp, "10.99.1.1", 8443)
        let cut = try lab.intruder.session(.udp, "10.99.2.1", 8443, sourcePort: 7_777)
        for session in [kept, cut] { #expect(try session.say() == .connected) }
        let records = try lab.server.records(ofGroup: 77)
        try lab.apply(Self.clientOnly)
        // The server's own datagram first: it would be the answer that the client waits for.
        #expect(try server.ask("speak udp/8443 10.99.2.2 7777") == "spoken")
        #expect(try cut.say("late").isKeptOut)
        #expect(try server.ask("count udp/8443 late") == "0")
        #expect(try kept.say() == .connected)
        let told = try revocations(records)
        #expect(!told.isEmpty && told.allSatisfy { $0.prefix == "pg1 revoke gated " && $0.protocol == 17 })
    }

    @Test("C03: what is allowed still loses no byte and no datagram while others are revoked")
    func keptStreams() throws {
        let lab = try GateLab()
        let server = try lab.server.serve("tcp/8443", "udp/8443")
        try lab.apply(Self.everybody)
        let kept = try lab.client.session(.tcp, "10.99.1.1", 8443)
        let cut = try lab.intruder.session(.tcp, "10.99.2.1", 8443)
        #expect(try cut.say() == .connected)
        let bytes = 32 << 20
        try kept.transfer(bytes: bytes)
        let flood = try lab.client.flood("10.99.1.1", 8443, rate: 1_000, tag: "fine")
        for round in 0..<6 { try lab.apply(round % 2 == 0 ? Self.clientOnly : Self.everybody) }
        try lab.apply(Self.clientOnly)
        #expect(try cut.say() == .reset)
        #expect(try kept.transferred() == bytes)
        let sent = try flood.stop()
        #expect(try lab.client.connect(.udp, "10.99.1.1", 8443) == .connected)
        #expect(try server.ask("count udp/8443 fine-") == "\(sent)")
        #expect(try kept.say() == .connected)
    }

    @Test(
        "C04: the first apply judges connections that are older than the gate and than any tracking of them",
        arguments: [true, false])
    func firstApply(clientSpeaks: Bool) throws {
        let lab = try GateLab()
        let server = try lab.server.serve("tcp/8443")
        let kept = try lab.client.session(.tcp, "10.99.1.1", 8443)
        let cut = try lab.intruder.session(.tcp, "10.99.2.1", 8443)
        for session in [kept, cut] { #expect(try session.say() == .connected) }
        try lab.apply(Self.clientOnly)
        if clientSpeaks {
            #expect(try cut.say() == .reset)
            #expect(try kept.say() == .connected)
        }
        #expect(try server.ask("push") == "pushed")
        if !clientSpeaks {
            #expect(try cut.hear() == .reset)
        }
        #expect(try kept.hear() == .connected)
        try expectEstablished(1, at: server)
        #expect(try kept.say() == .connected)
    }

    @Test(
        "C04 C12: connections older than a port's request types go on, judged by everything else; new ones speak the type",
        arguments: [true, false])
    func firstApplyWithRequests(serverSpeaks: Bool) throws {
        func policy(_ cidr: String) -> String {
            """
            version: 1
            name: lab
            ports:
              - name: gated
                port: 8443
                protocol: tcp
                allow:
                  - { name: client, cidrs: [\(cidr)], requests: [tls] }

            """
        }
        let operated = try ConfirmLab()
        let lab = operated.gate
        func apply(_ cidr: String) throws {
            try operated.write("typed.yaml", policy(cidr))
            let result = try operated.portgate("apply", "--yes", "typed.yaml")
            #expect(result.status == 0, "\(result)")
        }
        let server = try lab.server.serve("tcp/8443")
        let kept = try lab.client.session(.tcp, "10.99.1.1", 8443)
        let cut = try lab.intruder.session(.tcp, "10.99.2.1", 8443)
        for session in [kept, cut] { #expect(try session.say() == .connected) }
        try apply("10.99.1.0/24")
        if serverSpeaks {
            #expect(try server.ask("push") == "pushed")
            #expect(try kept.hear() == .connected)
            #expect(try cut.hear() == .reset)
        } else {
            #expect(try kept.say() == .connected)
            #expect(try cut.say() == .reset)
        }
        try expectEstablished(1, at: server)
        // What it says is no TLS.
        let new = try lab.client.session(.tcp, "10.99.1.1", 8443)
        #expect(try new.say() == .reset)
        #expect(try kept.say() == .connected)
        try apply("10.99.1.0/25")
        #expect(try kept.say() == .connected)
        try apply("10.99.3.0/24")
        #expect(try kept.say() == .reset)
        try expectEstablished(0, at: server)
    }

    @Test(
        "C02: deleting the conntrack entry revives nothing, whoever speaks first afterwards", arguments: [true, false])
    func afterDeletion(clientSpeaks: Bool) throws {
        let lab = try GateLab()
        let server = try lab.server.serve("tcp/8443")
        try lab.apply(Self.everybody)
        let kept = try lab.client.session(.tcp, "10.99.1.1", 8443)
        let cut = try lab.intruder.session(.tcp, "10.99.2.1", 8443)
        for session in [kept, cut] { #expect(try session.say() == .connected) }
        try lab.apply(Self.clientOnly)
        try lab.server.check("/usr/sbin/conntrack", "-D", "-p", "tcp", "--dport", "8443")
        if clientSpeaks {
            #expect(try cut.say() == .reset)
            #expect(try kept.say() == .connected)
        }
        #expect(try server.ask("push") == "pushed")
        if !clientSpeaks {
            #expect(try cut.hear() == .reset)
        }
        #expect(try kept.hear() == .connected)
        try expectEstablished(1, at: server)
        for _ in 0..<3 { #expect(try kept.say() == .connected) }
    }

    @Test(
        "C16: a window that closes and a rule that expires end what they let in, when the server speaks too",
        arguments: [
            "windows: [day]", "expires: \"2026-11-23T18:00:00Z\"", "windows: [day]\n        requests: [\"line\"]",
        ])
    func timeEnds(restriction: String) throws {
        let lab = try GateLab()
        let server = try lab.server.serve("tcp/8443", "udp/8444")
        let text = """
            version: 1
            name: lab
            windows:
              day: { timezone: UTC, days: [daily], hours: ["08:00-18:00"] }
            signatures:
              line: [{ offset: 0, bytes: "6c696e65" }]
            ports:
              - name: gated
                port: 8443
                protocol: tcp
                allow:
                  - name: client
                    cidrs: [any]
                    RESTRICTION
              - name: clock
                port: 8444
                protocol: udp
                allow:
                  - { name: client, cidrs: [any], windows: [day] }

            """.replacingOccurrences(of: "        RESTRICTION", with: "        \(restriction)")
        // 2026-11-23T17:59:50Z: ten seconds are left, which a slow machine needs to open connections.
        try lab.apply(text, clock: Instant(seconds: 1_795_456_790))
        let asking = try lab.client.session(.tcp, "10.99.1.1", 8443)
        let told = try lab.intruder.session(.tcp, "10.99.2.1", 8443)
        let clock = try lab.client.session(.udp, "10.99.1.1", 8444)
        for session in [asking, told] { #expect(try session.say() == .connected) }
        #expect(try server.ask("push") == "pushed")
        for session in [asking, told] { #expect(try session.hear() == .connected) }
        let deadline = Date().addingTimeInterval(60)
        while try clock.say() == .connected, Date() < deadline {}
        #expect(try asking.say() == .reset)
        #expect(try server.ask("push") == "pushed")
        #expect(try told.hear() == .reset)
        try expectEstablished(0, at: server)
        #expect(try lab.client.connect("10.99.1.1", 8443) == .refused)
    }

    @Test("C01 B03: a connection into a container is cut at both ends", arguments: [true, false])
    func container(clientSpeaks: Bool) throws {
        let lab = try GateLab()
        let container = try lab.lab.namespace("container")
        try lab.lab.cable(lab.server, ["172.30.0.1/24"], container, ["172.30.0.2/24"])
        try container.ip("route", "add", "default", "via", "172.30.0.1")
        try lab.server.sysctl("net.ipv4.ip_forward", "1")
        let server = try container.serve("tcp/80")
        try lab.server.loadForeign(
            "table ip nat {\n chain prerouting {\n type nat hook prerouting priority -100; tcp dport 8443 dnat to 172.30.0.2:80\n }\n}"
        )
        try lab.apply(Self.everybody)
        let kept = try lab.client.session(.tcp, "10.99.1.1", 8443)
        let cut = try lab.intruder.session(.tcp, "10.99.2.1", 8443)
        for session in [kept, cut] { #expect(try session.say() == .connected) }
        let records = try lab.server.records(ofGroup: 77)
        try lab.apply(Self.clientOnly)
        if clientSpeaks {
            #expect(try cut.say() == .reset)
        } else {
            #expect(try server.ask("push") == "pushed")
            #expect(try kept.hear() == .connected)
            #expect(try cut.hear() == .reset)
        }
        try expectEstablished(1, at: server)
        #expect(try kept.say() == .connected)
        #expect(try revocations(records).map(\.prefix) == ["pg1 revoke gated "])
    }

    @Test("C03: a connection that sleeps until its epoch comes round is judged like any other")
    func epochsComeRound() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443")
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pg-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("gate.yaml")
        func apply(_ text: String) throws {
            try text.write(to: file, atomically: true, encoding: .utf8)
            let result = try lab.server.run([
                BuiltProduct.path("portgate"), "apply", "--yes", "--state-dir", folder.appendingPathComponent("s").path,
                file.path,
            ])
            try #require(result.status == 0, "\(result.output)\(result.errors)")
        }
        func epoch() throws -> String {
            let text = try lab.server.check("/usr/sbin/nft", "list", "chain", "inet", "portgate", "pg_about")
            return try String(#require(text.firstMatch(of: /epoch [0-9]+/), "\(text)").output)
        }
        try apply(Self.everybody)
        let begun = try epoch()
        let kept = try lab.client.session(.tcp, "10.99.1.1", 8443)
        let cut = try lab.intruder.session(.tcp, "10.99.2.1", 8443)
        for session in [kept, cut] { #expect(try session.say() == .connected) }
        var epochs: Set<String> = [begun]
        for number in 1...30 {
            try apply(GateLab.policyText(cidrs: "10.99.1.0/24, 192.0.2.\(number)/32"))
            epochs.insert(try epoch())
        }
        #expect(epochs.count == 30)
        #expect(try epoch() == begun)
        #expect(try cut.say() == .reset)
        #expect(try kept.say() == .connected)
    }
}
