import Foundation
import TestSupport
import Testing

/// FAILURES of IPv6, with real traffic.
@Suite("IPv6 beside a gate", .serialized)
struct IPv6Tests {
    @Test("D01: neighbour discovery works while every port is gated")
    func d01() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443")
        try lab.apply(GateLab.policyText(port: "1-65535"))
        try lab.server.ip("-6", "neighbour", "flush", "all")
        try lab.client.ip("-6", "neighbour", "flush", "all")
        #expect(try lab.client.connect("fd99:1::1", 8443) == .connected)
    }

    @Test("D02: router advertisements are taken while every port is gated")
    func d02() throws {
        let lab = try GateLab()
        try lab.server.sysctl("net.ipv6.conf.eth2a.accept_ra", "2")
        try lab.apply(GateLab.policyText(port: "1-65535"))
        let monitor = try lab.server.start(["/usr/sbin/ip", "-6", "-o", "monitor", "route"])
        try lab.intruder.advertise(on: "eth2b")
        var line = ""
        while !line.contains("default") { line = try monitor.line() }
        #expect(line.contains("proto ra"))
    }

    @Test(
        "D04: extension headers do not hide the port",
        arguments: ["none", "dstopts", "hbh", "hbh+dst", "atomic"])
    func d04(extensions: String) throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443", "tcp/8444")
        try lab.apply(GateLab.policyText(settings: "otherwise: drop"))
        #expect(try lab.client.probe("fd99:1::1", 8443, source: "fd99:1::2", extensions: extensions) == "answer SA")
        #expect(try lab.intruder.probe("fd99:2::1", 8444, source: "fd99:2::2", extensions: extensions) == "answer SA")
        #expect(try lab.intruder.probe("fd99:2::1", 8443, source: "fd99:2::2", extensions: extensions) == "silent")
    }

    @Test("D04: options before a fragment header, which the kernel does not reassemble, do not open the port")
    func d04Options() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443")
        let probe = { try lab.intruder.probe("fd99:2::1", 8443, source: "fd99:2::2", extensions: "dst+atomic") }
        #expect(try probe() == "answer SA", "the lab sends them well")
        try lab.apply(GateLab.policyText(settings: "otherwise: drop"))
        #expect(try probe() == "silent")
    }

    @Test("D05: fragmented datagrams are put together before they are judged, whatever is logged")
    func d05() throws {
        let lab = try GateLab()
        let echo = try lab.server.serve("udp/8443", "udp/8444")
        try lab.apply(GateLab.policyText(settings: "log: { allowed: none, denied: none }"))
        try lab.client.fragmentedDatagram("fd99:1::1", 8443, source: "fd99:1::2", tag: "fine")
        try lab.intruder.fragmentedDatagram("fd99:2::1", 8443, source: "fd99:2::2", tag: "leak")
        try lab.intruder.fragmentedDatagram("fd99:2::1", 8444, source: "fd99:2::2", tag: "open")
        for port in [UInt16(8443), 8444] { #expect(try lab.client.connect(.udp, "fd99:1::1", port) == .connected) }
        #expect(try echo.ask("count udp/8443 fine") == "1")
        #expect(try echo.ask("count udp/8443 leak") == "0")
        #expect(try echo.ask("count udp/8444 open") == "1")
        #expect(try lab.client.connect(.udp, "10.99.1.1", 8443, say: "big", padded: 20_000) == .connected)
        #expect(try lab.intruder.connect(.udp, "10.99.2.1", 8443, say: "big", padded: 20_000).isKeptOut)
    }
}
