import Foundation
import TestSupport
import Testing

/// FAILURES of applying while packets flow, with real traffic.
@Suite("applying under traffic", .serialized)
struct ApplyUnderTrafficTests {
    @Test("A05: forty applies under a flood leak nothing of the intruder's and lose nothing of the client's")
    func a05() throws {
        let lab = try GateLab()
        let echo = try lab.server.serve("udp/8443")
        let texts = (0..<2).map { number in
            GateLab.policyText(cidrs: "10.99.1.0/24, \"fd99:1::/64\", 172.\(16 + number).0.0/16")
        }
        try lab.apply(texts[0])
        let leak = try lab.intruder.flood("10.99.2.1", 8443, rate: 5_000, tag: "leak")
        let fine = try lab.client.flood("10.99.1.1", 8443, rate: 1_000, tag: "fine")
        for round in 1...40 { try lab.apply(texts[round % 2]) }
        #expect(try leak.stop() > 1_000)
        let sent = try fine.stop()
        #expect(sent > 200)
        #expect(try lab.client.connect(.udp, "10.99.1.1", 8443) == .connected)
        #expect(try echo.ask("count udp/8443 leak-") == "0")
        #expect(try echo.ask("count udp/8443 fine-") == "\(sent)")
    }

    @Test("A05: portgate apply of 100,000 CIDRs on 20 ports loses none of an allowed client's 1,000 packets a second")
    func large() throws {
        let lab = try GateLab()
        let echo = try lab.server.serve("udp/8443")
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pg-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let small = folder.appendingPathComponent("small.yaml")
        let large = folder.appendingPathComponent("large.yaml")
        try GateLab.policyText().write(to: small, atomically: true, encoding: .utf8)
        try Self.policy(ports: 20, networks: 5_000).write(to: large, atomically: true, encoding: .utf8)
        try Self.apply(small, in: lab, state: folder)
        let leak = try lab.intruder.flood("10.99.2.1", 8443, rate: 1_000, tag: "leak")
        let fine = try lab.client.flood("10.99.1.1", 8443, rate: 1_000, tag: "fine")
        for policy in [large, small, large] { try Self.apply(policy, in: lab, state: folder) }
        #expect(try leak.stop() > 1_000)
        let sent = try fine.stop()
        #expect(sent > 1_000)
        #expect(try lab.client.connect(.udp, "10.99.1.1", 8443) == .connected)
        #expect(try echo.ask("count udp/8443 leak-") == "0")
        #expect(try echo.ask("count udp/8443 fine-") == "\(sent)")
    }

    /// The lab's gated port and others, each open to the client and to as many separate networks as asked for.
    private static func policy(ports: Int, networks: Int) -> String {
        var text = "version: 1\nname: lab\nports:\n"
        for port in 0..<ports {
            text +=
                "  - name: port\(port)\n    port: \(8443 + port)\n    allow:\n      - name: client\n        cidrs:\n"
            text += "          - 10.99.1.0/24\n          - \"fd99:1::/64\"\n"
            for number in 0..<(networks - 2) {
                // Every other /24 from 20.0.0.0 on: nothing touches, nothing can be merged.
                let block = 20 << 16 + (port * networks + number) * 2
                text += "          - \(block >> 16).\(block >> 8 & 255).\(block & 255).0/24\n"
            }
        }
        return text
    }

    private static func apply(_ policy: URL, in lab: GateLab, state folder: URL) throws {
        let arguments = [
            BuiltProduct.path("portgate"), "apply", "--yes", "--state-dir", folder.appendingPathComponent("state").path,
            policy.path,
        ]
        let result = try lab.server.run(arguments)
        guard result.status == 0 else {
            throw NetworkLab.Failure(description: "apply: status \(result.status)\n\(result.output)\(result.errors)")
        }
    }

    @Test("A20: what no policy declares is untouched: loopback, ICMP, other ports")
    func a20() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443", "tcp/5432", "udp/5432")
        try lab.apply(GateLab.policyText(cidrs: "loopback"))
        for address in ["127.0.0.1", "::1", "10.99.1.1", "fd99:1::1"] {
            #expect(try lab.server.connect(address, 8443, user: 65_534) == .connected, "\(address)")
            #expect(try lab.server.connect(.tcp, address, 5432) == .connected, "\(address)")
            #expect(try lab.server.connect(.udp, address, 5432) == .connected, "\(address)")
        }
        #expect(try lab.intruder.connect("10.99.2.1", 5432) == .connected)
        #expect(try lab.intruder.connect(.udp, "fd99:2::1", 5432) == .connected)
        #expect(try lab.client.connect("10.99.1.1", 8443) == .refused)
        // The host answers for a port that nobody serves, so ICMP errors leave it.
        #expect(try lab.intruder.connect(.udp, "10.99.2.1", 5433) == .refused)
    }
}
