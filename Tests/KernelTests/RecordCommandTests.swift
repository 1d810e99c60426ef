import Foundation
import TestSupport
import Testing

/// `portgate record` beside a real gate: each access gives exactly its records.
@Suite("the recorder", .serialized)
struct RecordCommandTests {
    private static let text = """
        version: 1
        name: lab
        identities: { billing: { addresses: [10.99.1.0/24, "fd99:1::/64"] } }
        ports:
          - name: plain
            port: [8443, 8444]
            protocol: [tcp, udp]
            allow:
              - { name: client, identities: [billing] }
          - name: typed
            port: 8080
            protocol: tcp
            allow:
              - { name: web, identities: [billing], requests: [http, tls] }
          - name: closed
            port: 9443
            protocol: tcp
            allow:
              - { name: gone, identities: [billing], expires: 2020-01-01 }
          - name: nightly
            port: 9444
            protocol: tcp
            allow:
              - { name: later, identities: [billing], windows: [later] }

        """

    /// The policy, with a window that is not open now.
    private static var policy: String {
        let hour = (Int(Date().timeIntervalSince1970) / 3_600 + 12) % 24
        let window = String(format: "{ timezone: UTC, days: [daily], hours: [\"%02d:00-%02d:59\"] }", hour, hour)
        return text + "windows: { later: \(window) }\n"
    }

    private static func port(_ record: [String: Any]) -> Int? { record["dest_port"] as? Int }
    private static func isAction(_ record: [String: Any], _ action: String) -> Bool {
        record["action"] as? String == action
    }

    @Test("allowed and refused, over TCP, UDP and IPv6: one record each, field by field")
    func accesses() throws {
        let bench = try RecordBench(Self.policy)
        try bench.host.serve("tcp/8443", "udp/8443")
        try bench.record()
        let client = bench.gate.client
        for (transport, address) in [(LabTransport.tcp, "10.99.1.1"), (.tcp, "fd99:1::1"), (.udp, "10.99.1.1")] {
            let session = try client.session(transport, address, 8443)
            for _ in 0..<5 { #expect(try session.say() == .connected) }
        }
        #expect(try bench.gate.intruder.connect("10.99.2.1", 8443) == .refused)
        #expect(try client.connect("10.99.1.1", 9443) == .refused)
        #expect(try client.connect("10.99.1.1", 9444) == .refused)
        _ = try bench.record { Self.isAction($0, "deny") && Self.port($0) == 9444 }
        let records = try bench.records().filter { !Self.isAction($0, "end") }
        let told = records.map { record in
            ["action", "protocol", "src_ip", "dest_ip", "port", "rule", "user"].map { record[$0] as? String ?? "-" }
                .joined(separator: " ")
        }
        #expect(
            told == [
                "allow tcp 10.99.1.2 10.99.1.1 plain client billing",
                "allow tcp fd99:1::2 fd99:1::1 plain client billing",
                "allow udp 10.99.1.2 10.99.1.1 plain client billing", "deny tcp 10.99.2.2 10.99.2.1 plain - -",
                "deny tcp 10.99.1.2 10.99.1.1 closed - billing", "deny tcp 10.99.1.2 10.99.1.1 nightly - billing",
            ])
        let first = try #require(records.first)
        #expect(first["verdict"] as? String == "allow")
        #expect(first["direction"] as? String == "inbound")
        #expect((first["src_port"] as? Int).map { $0 > 0 } == true)
        #expect((first["policy"] as? String)?.utf8.count == 64)
        #expect(first["epoch"] as? Int == 1)
        let identity = try #require(first["identity"] as? [String: String])
        #expect(identity == ["name": "billing", "proof": "address", "strength": "weak"])
        #expect(records[3]["verdict"] as? String == "deny")
        // The numbers of the lines have no gap.
        let numbers = try bench.records(all: true).compactMap { $0["seq"] as? Int }
        #expect(numbers == Array(1...numbers.count))
        #expect(bench.stop() == 0)
        #expect(try bench.portgate("verify").status == 0)
    }

    @Test("HTTP, TLS and a wrong request tell what was asked for")
    func requests() throws {
        let bench = try RecordBench(Self.policy)
        _ = try bench.host.start(["/usr/bin/python3", "-I", "-m", "http.server", "8080"])
        try bench.record()
        let client = bench.gate.client
        let page = ["/usr/bin/curl", "-s", "-m", "2", "http://10.99.1.1:8080/etc/x?secret=1"]
        #expect(try eventually { try client.run(page).status == 0 })
        let get = try bench.record { $0["http"] != nil }
        let http = try #require(get["http"] as? [String: Any])
        #expect(http["method"] as? String == "GET")
        #expect(http["path"] as? String == "/etc/x")
        #expect(http["host"] as? String == "10.99.1.1:8080")
        _ = try client.run([
            "/bin/sh", "-c",
            "timeout 3 openssl s_client -connect 10.99.1.1:8080 -servername db.example.test </dev/null",
        ])
        let hello = try #require(try bench.record { $0["tls"] != nil }["tls"] as? [String: Any])
        #expect(hello["sni"] as? String == "db.example.test")
        #expect((hello["versions"] as? [String])?.contains("TLSv1.3") == true)
        #expect((hello["ja4"] as? String)?.hasPrefix("t13d") == true)
        _ = try client.run(["/bin/sh", "-c", "printf 'SSH-2.0-x\\r\\n' | timeout 3 nc -w 1 10.99.1.1 8080"])
        let wrong = try bench.record { $0["reason"] as? String == "request" }
        #expect(wrong["action"] as? String == "deny")
        #expect(wrong["port"] as? String == "typed")
        let surprise = try bench.record { Self.isAction($0, "unexpected-data") }
        #expect(surprise["port"] as? String == "typed")
    }

    private func makeCertificate(_ bench: RecordBench) throws -> (key: String, certificate: String) {
        let key = bench.folder.appendingPathComponent("key.pem").path
        let certificate = bench.folder.appendingPathComponent("cert.pem").path
        let made = try bench.host.run([
            "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "1", "-subj", "/CN=db.example.test", "-keyout", key, "-out", certificate,
        ])
        try #require(made.status == 0, "\(made)")
        return (key, certificate)
    }

    @Test(
        "G10: handshakes behind the first packet: TLS 1.2 and 1.3 with what the server chose, a client that refuses the certificate, SSH"
    )
    func handshakes() throws {
        let bench = try RecordBench(Self.policy)
        let client = bench.gate.client
        let (key, certificate) = try makeCertificate(bench)
        _ = try bench.host.start([
            "/usr/bin/openssl", "s_server", "-accept", "8443", "-quiet", "-key", key, "-cert", certificate,
        ])
        try bench.host.serve("tcp/8444")
        try bench.record()
        func hello(_ arguments: String) throws -> CommandResult {
            try client.run([
                "/bin/sh", "-c",
                "timeout 5 openssl s_client -connect 10.99.1.1:8443 -servername db.example.test \(arguments) </dev/null 2>&1",
            ])
        }
        func tls(_ record: [String: Any]) -> [String: Any] { record["tls"] as? [String: Any] ?? [:] }
        #expect(try eventually { try hello("-tls1_2").output.contains("TLSv1.2") })
        let old = try bench.record { tls($0)["version"] as? String == "TLSv1.2" }
        #expect(old["port"] as? String == "plain")
        #expect(old["rule"] as? String == "client")
        #expect(tls(old)["sni"] as? String == "db.example.test")
        #expect((tls(old)["cipher"] as? String)?.hasPrefix("TLS_ECDHE_ECDSA_WITH_") == true)
        #expect((tls(old)["ja4"] as? String)?.hasPrefix("t12d") == true)
        _ = try hello("-tls1_3")
        let new = try bench.record { tls($0)["version"] as? String == "TLSv1.3" }
        #expect((tls(new)["cipher"] as? String)?.hasPrefix("TLS_AES_") == true)
        // The handshake is of the connection that was allowed, told once.
        let port = try #require(new["src_port"] as? Int)
        let same = try bench.records().filter { $0["src_port"] as? Int == port && !Self.isAction($0, "end") }
        #expect(same.map { $0["action"] as? String } == ["allow", "handshake"], "\(same)")
        _ = try hello("-tls1_2 -verify_return_error")
        let refused = try bench.record { Self.isAction($0, "tls-handshake-failed") }
        #expect(refused["port"] as? String == "plain")
        #expect((tls(refused)["alert"] as? [String: Any]) != nil || tls(refused)["alert"] is String, "\(refused)")
        _ = try client.run(["/bin/sh", "-c", "printf 'SSH-2.0-test_1\\r\\n' | timeout 3 nc -w 1 10.99.1.1 8444"])
        let ssh = try bench.record { $0["ssh"] != nil }
        #expect((ssh["ssh"] as? [String: Any])?["client"] as? String == "SSH-2.0-test_1", "\(ssh)")
        #expect(bench.stop() == 0)
        #expect(try bench.portgate("verify").status == 0)
    }

    @Test("a ClientHello that openssl sends in many segments is read whole")
    func splitHello() throws {
        let bench = try RecordBench(Self.policy)
        let client = bench.gate.client
        let (key, certificate) = try makeCertificate(bench)
        _ = try bench.host.start([
            "/usr/bin/openssl", "s_server", "-accept", "8443", "-quiet", "-key", key, "-cert", certificate,
        ])
        // The server asks for segments of 100 bytes, and the client's kernel makes no larger ones to be cut by a device.
        try bench.host.ip("route", "change", "10.99.1.0/24", "dev", "eth1a", "src", "10.99.1.1", "advmss", "100")
        try client.ip("link", "set", "dev", "eth1b", "gso_max_segs", "1")
        try client.loadForeign(
            """
            table inet seen {
                counter large {}
                counter small {}
                chain leaving {
                    type filter hook output priority 0;
                    tcp dport 8443 meta length > 200 counter name large
                    tcp dport 8443 meta length 100-200 counter name small
                }
            }
            """)
        try bench.record()
        let hello = "timeout 5 openssl s_client -connect 10.99.1.1:8443 -servername split.example.test </dev/null 2>&1"
        #expect(try eventually { try client.run(["/bin/sh", "-c", hello]).output.contains("TLSv1.3") })
        let read = try bench.record { ($0["tls"] as? [String: Any])?["sni"] as? String == "split.example.test" }
        let tls = try #require(read["tls"] as? [String: Any])
        #expect(tls["version"] as? String == "TLSv1.3")
        #expect((tls["ja4"] as? String)?.hasPrefix("t13d") == true)
        func packets(_ counter: String) throws -> Int {
            let text = try client.check("/usr/sbin/nft", "list", "counter", "inet", "seen", counter)
            return try #require(text.firstMatch(of: /packets ([0-9]+)/).flatMap { Int($0.1) })
        }
        #expect(try packets("large") == 0)
        #expect(try packets("small") >= 3)
    }

    @Test("a connection that is revoked, and one that ends, with what went over it")
    func endings() throws {
        let bench = try RecordBench(Self.policy)
        try bench.host.sysctl("net.netfilter.nf_conntrack_tcp_timeout_time_wait", "1")
        try bench.host.sysctl("net.netfilter.nf_conntrack_tcp_timeout_close", "1")
        try bench.host.sysctl("net.netfilter.nf_conntrack_acct", "1")
        try bench.host.serve("tcp/8443")
        _ = try bench.host.start(["/usr/bin/python3", "-I", "-m", "http.server", "8444"])
        try bench.record()
        let page = ["/usr/bin/curl", "-s", "-m", "2", "http://10.99.1.1:8444/"]
        #expect(try eventually { try bench.gate.client.run(page).status == 0 })
        // Conntrack tells of an end when it comes by; whoever lists its entries makes it come by.
        let end = try bench.record { record in
            _ = try? bench.host.run(["/usr/sbin/conntrack", "-L"])
            return Self.isAction(record, "end") && record["conn_state"] as? String == "SF"
        }
        #expect(end["rule"] as? String == "client")
        #expect((end["bytes_in"] as? Int ?? 0) > 200)
        #expect((end["packets_out"] as? Int ?? 0) >= 3)
        #expect(end["duration"] is Double)
        let long = try bench.gate.client.session(.tcp, "10.99.1.1", 8443)
        #expect(try long.say() == .connected)
        try bench.write("gate.yaml", Self.policy.replacingOccurrences(of: "10.99.1.0/24", with: "10.99.7.0/24"))
        #expect(try bench.portgate("apply", "--yes", "gate.yaml").status == 0)
        _ = try? long.say()
        let revoked = try bench.record { Self.isAction($0, "revoke") }
        #expect(revoked["src_ip"] as? String == "10.99.1.2")
        #expect(revoked["port"] as? String == "plain")
        #expect(revoked["verdict"] as? String == "deny")
    }

    @Test("killed and started again: the ledger is intact and says when nobody was recording")
    func killed() throws {
        let bench = try RecordBench(Self.policy)
        try bench.host.serve("tcp/8443")
        var ports: [Int] = []
        for _ in 0..<3 {
            try bench.record()
            #expect(try bench.gate.client.connect("10.99.1.1", 8443) == .connected)
            let seen = ports
            let record = try bench.record { Self.isAction($0, "allow") && !seen.contains($0["src_port"] as? Int ?? 0) }
            ports.append(try #require(record["src_port"] as? Int))
            bench.recorder?.kill()
        }
        // What was shown once is there for good.
        let kept = try bench.records().filter { Self.isAction($0, "allow") }.compactMap { $0["src_port"] as? Int }
        #expect(kept == ports)
        try bench.record()
        #expect(bench.stop() == 0)
        let actions = try bench.records(all: true).compactMap { $0["action"] as? String }
        #expect(actions.filter { $0 == "started" }.count == 4)
        #expect(actions.last == "stopped")
        let result = try bench.portgate("verify")
        #expect(result.status == 0, "\(result)")
        #expect(result.output.components(separatedBy: "nobody was recording").count == 4)
    }

    @Test("a second recorder for the same group is told who has it")
    func second() throws {
        let bench = try RecordBench(Self.policy)
        try bench.record()
        let result = try bench.portgate("record", "--once")
        #expect(result.status == 3, "\(result)")
        #expect(result.errors.contains("77"), "\(result)")
    }
}
