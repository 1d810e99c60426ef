import Foundation
import Policy
import Recorder
import Synchronization
import TestSupport
import Testing

/// The recorder at a real kernel, in namespaces of its own.
@Suite("the recorder hears the kernel", .serialized)
struct RecorderKernelTests {
    @Test(
        "a connection over TCP is one record when it begins and one when it ends, with its bytes",
        arguments: [("10.97.1.1", "10.97.1.2", 20), ("fd97:1::1", "fd97:1::2", 40)])
    func allowed(server: String, client: String, header: Int) throws {
        let lab = try RecorderLab()
        try lab.serveTwice(8443)
        let run = try lab.record()
        #expect(try lab.exchange(server, 8443, from: client, 40_001, bytes: 10_000) == 20_000)
        let lines = try run.lines(until: lab.isEnded)
        #expect(lines.map { $0["action"] } == ["started", "allow", "end", "stopped"], "\(lines.map(\.text))")
        try #require(lines.count == 4, "\(lines.map(\.text))")
        for line in lines[1...2] {
            #expect(line["verdict"] == "allow")
            #expect(line["src_ip"] == client)
            #expect(line.number("src_port") == 40_001)
            #expect(line["dest_ip"] == server)
            #expect(line.number("dest_port") == 8443)
            #expect(line["protocol"] == "tcp")
            #expect(line["port"] == "db")
            #expect(line["rule"] == "app")
            #expect(line["interface"] == "eth1a")
            #expect(line["direction"] == "inbound")
        }
        let end = lines[2]
        #expect(end["conn_state"] == "SF")
        #expect(end["reason"] == "closed")
        // Every packet has a network header and a TCP header of 20 to 60 bytes.
        for (way, payload) in [("in", 10_000), ("out", 20_000)] {
            let packets = try #require(end.number("packets_\(way)"))
            let bytes = try #require(end.number("bytes_\(way)"))
            #expect(packets >= 4)
            #expect((payload + packets * (header + 20)...payload + packets * (header + 60)).contains(bytes))
        }
        #expect(try #require(Double(end["duration"] ?? "")) < 2)
        #expect(lines.compactMap { $0.number("seq") } == [1, 2, 3, 4])
    }

    @Test("a datagram is a connection too, and ends when conntrack forgets it")
    func datagrams() throws {
        let lab = try RecorderLab()
        try lab.server.serve("udp/8443")
        let run = try lab.record()
        #expect(try lab.client.connect(.udp, "10.97.1.1", 8443, source: "10.97.1.2") == .connected)
        let lines = try run.lines(until: lab.isEnded)
        #expect(lines.map { $0["action"] } == ["started", "allow", "end", "stopped"], "\(lines.map(\.text))")
        #expect(lines.first { $0["action"] == "end" }?["conn_state"] == "SF")
    }

    @Test("who is refused is recorded, over both families and protocols")
    func denied() throws {
        let lab = try RecorderLab()
        try lab.server.serve("tcp/8443", "udp/8443")
        try lab.client.address("fd97:1::3/64", on: "eth1b")
        let run = try lab.record()
        for transport in [LabTransport.tcp, .udp] {
            #expect(try lab.client.connect(transport, "10.97.1.1", 8443, source: "10.97.1.3").isKeptOut)
            #expect(try lab.client.connect(transport, "fd97:1::1", 8443, source: "fd97:1::3").isKeptOut)
        }
        let lines = try run.lines().dropFirst().dropLast()
        #expect(lines.allSatisfy { $0["action"] == "deny" && $0["verdict"] == "deny" && $0["port"] == "db" })
        #expect(
            Set(lines.map { "\($0["protocol"] ?? "") \($0["src_ip"] ?? "")" })
                == ["tcp 10.97.1.3", "udp 10.97.1.3", "tcp fd97:1::3", "udp fd97:1::3"])
        #expect(lines.allSatisfy { $0["rule"] == nil })
    }

    @Test("a connection that was open before is followed from then on")
    func inherited() throws {
        let lab = try RecorderLab()
        try lab.server.serve("udp/8443")
        try lab.server.sysctl("net.netfilter.nf_conntrack_udp_timeout_stream", "2")
        let session = try lab.client.session(.udp, "10.97.1.1", 8443)
        #expect(try session.say() == .connected)
        var settings = RecorderLoopSettings(groups: [77])
        settings.sweepSeconds = 1
        let run = try lab.record(settings)
        #expect(try session.say() == .connected)
        // The kernel tells nothing of a connection that began while nobody listened, but answers when it is asked.
        let lines = try run.lines { $0.contains { $0["action"] == "end" } }
        #expect(lines.map { $0["action"] } == ["started", "end", "stopped"], "\(lines.map(\.text))")
        let end = try #require(lines.first { $0["action"] == "end" })
        #expect(end["reason"] == "unseen")
        #expect(end.number("dest_port") == 8443)
    }

    @Test("a group has one listener, and another is told who it is")
    func owned() throws {
        let lab = try RecorderLab()
        let records = try lab.server.records(ofGroup: 77)
        let failure = #expect(throws: (any Error).self) { try lab.record() }
        let words = failure.map { "\($0)" } ?? ""
        #expect(words.hasPrefix("cannot listen to NFLOG group 77: Operation not permitted; another program"))
        _ = try records.take()
    }

    @Test("G03: what does not fit a tiny buffer is told by its numbers")
    func lost() throws {
        let lab = try RecorderLab()
        var settings = RecorderLoopSettings(groups: [77])
        settings.nflog.receiveBuffer = 1
        settings.nflog.queueThreshold = 1
        let run = try lab.record(settings)
        let flood = try lab.client.flood("10.97.1.1", 8443, rate: 200_000, tag: "x", count: 40_000, source: "10.97.1.3")
        #expect(try flood.finished() == 40_000)
        let lines = try run.lines { $0.contains { $0["reason"] == "receive-buffer" } }
        let stopped = try #require(lines.last)
        let seen = try #require(stopped.number("packets"))
        let lost = lines.filter { $0["action"] == "lost" && $0["reason"] == "sequence" }
        let counted = lost.compactMap { $0.number("count") }.reduce(0, +)
        #expect(stopped.number("lost") == counted)
        let counter = try lab.server.check("/usr/sbin/nft", "list", "ruleset")
        let packets = try #require(counter.firstMatch(of: /packets ([0-9]+)/).flatMap { Int($0.1) })
        // What is missing at the very end shows in no number, but in the drops of the socket.
        let drops = lines.filter { $0["reason"] == "receive-buffer" }.compactMap { $0.number("datagrams") }.reduce(0, +)
        #expect(packets == seen + max(counted, drops))
        #expect(drops > 0)
        for line in lost {
            let (first, last) = (line.number("from_seq") ?? 0, line.number("to_seq") ?? 0)
            #expect(line.number("count") == last - first + 1)
        }
    }

    @Test("a flood of refusals becomes a few records and a sum, and nothing is missing")
    func suppressed() throws {
        let lab = try RecorderLab()
        let run = try lab.record()
        let flood = try lab.client.flood("10.97.1.1", 8443, rate: 100_000, tag: "x", count: 5_000, source: "10.97.1.3")
        #expect(try flood.finished() == 5_000)
        let lines = try run.lines().filter { $0["action"] == "deny" }
        let counter = try lab.server.check("/usr/sbin/nft", "list", "ruleset")
        let packets = try #require(counter.firstMatch(of: /packets ([0-9]+)/).flatMap { Int($0.1) })
        let sums = lines.compactMap { $0.number("suppressed") }
        #expect(lines.count <= 22)
        #expect(lines.count - sums.count + sums.reduce(0, +) == packets)
    }

    @Test("what this host opens to itself is told with its owner, and a reset answer is a rejection")
    func local() throws {
        let lab = try RecorderLab(
            rules: """
                table inet recorded {
                    chain leaving {
                        type filter hook output priority -150; policy accept;
                        tcp dport 9443 ct state new ct mark set 0xa3000000 log prefix "pg1 allow own/me " group 77
                    }
                }
                """)
        let run = try lab.record()
        #expect(try lab.server.connect(.tcp, "127.0.0.1", 9443, user: 12_345) == .refused)
        let lines = try run.lines(until: lab.isEnded)
        #expect(lines.map { $0["action"] } == ["started", "allow", "end", "stopped"], "\(lines.map(\.text))")
        for line in lines.dropFirst().dropLast() {
            #expect(line.number("uid") == 12_345)
            #expect(line["direction"] == "local")
            #expect(line["interface"] == "lo")
        }
        #expect(lines.dropLast().last?["conn_state"] == "REJ")
    }

    @Test("a recorder that runs once ends by itself, after what came while it listened")
    func once() throws {
        let lab = try RecorderLab()
        let name = lab.server.name
        let kept = try lab.inServer {
            let recorder = Recorder(seed: HashSeed(1, 2), clock: .now, interfaceName: InterfaceName.packed)
            var loop = try RecorderLoop(recorder: recorder, settings: RecorderLoopSettings(groups: [77]))
            // Logged before the loop runs, and read by it.
            _ = try? runCommand([
                "/usr/bin/nsenter", "--net=/run/netns/\(name)", "/usr/sbin/nft",
                "add table inet t; add chain inet t o { type filter hook output priority 0; };"
                    + "add rule inet t o udp dport 8444 log prefix \"pg1 would-deny x \" group 77",
            ])
            _ = try runCommand([
                "/usr/bin/nsenter", "--net=/run/netns/\(name)", "/usr/bin/python3", "-I", "-c",
                "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 8444))",
            ])
            var sink = KeepingSink()
            try loop.run(into: &sink, for: .once)
            return sink.lines
        }
        #expect(try kept.read().map { $0["action"] } == ["started", "would-deny", "stopped"])
        #expect(kept.kept.withLock { $0.lines == 3 && $0.commits >= 1 })
    }
}
