import Foundation
import TestSupport
import Testing

@Suite("NetworkLab", .serialized)
struct NetworkLabTests {
    @Test("clients tell apart an answer, a reset, a prohibition and silence, in both families")
    func outcomes() throws {
        let lab = try NetworkLab()
        defer { lab.close() }
        let (server, client) = (try lab.namespace("server"), try lab.namespace("client"))
        try lab.cable(server, ["10.99.1.1/24", "fd99:1::1/64"], client, ["10.99.1.2/24", "fd99:1::2/64"])
        try server.serve("tcp/7000", "udp/7000", "tcp/7001", "tcp/7002", "udp/7001")
        try server.loadForeign(
            """
            table inet lab { chain input { type filter hook input priority 0;
              tcp dport 7001 reject with tcp reset
              udp dport 7001 reject with icmpx admin-prohibited
              tcp dport 7002 drop
              }
            }
            """)
        for address in ["10.99.1.1", "fd99:1::1"] {
            #expect(try client.connect(.tcp, address, 7000) == .connected)
            #expect(try client.connect(.udp, address, 7000) == .connected)
            #expect(try client.connect(.tcp, address, 7001) == .refused)
            #expect(try client.connect(.udp, address, 7001) == .prohibited)
            #expect(try client.connect(.tcp, address, 7002) == .timedOut)
            #expect(try client.connect(.tcp, address, 7003) == .refused)
        }
        #expect(try client.probe("10.99.1.1", 7000, source: "10.99.1.2") == "answer SA")
        for extensions in ["none", "dstopts", "hbh", "hbh+dst", "atomic", "dst+atomic"] {
            let answer = try client.probe("fd99:1::1", 7000, source: "fd99:1::2", extensions: extensions)
            #expect(answer == "answer SA", "\(extensions)")
        }
    }

    @Test("sessions, floods, fragments and log records are counted to the last one")
    func counting() throws {
        let lab = try NetworkLab()
        defer { lab.close() }
        let (server, client) = (try lab.namespace("server"), try lab.namespace("client"))
        try lab.cable(server, ["10.99.1.1/24", "fd99:1::1/64"], client, ["10.99.1.2/24", "fd99:1::2/64"])
        let echo = try server.serve("tcp/7000", "udp/7000")
        try server.loadForeign(
            """
            table inet lab { chain input { type filter hook input priority 0;
              ct state new udp dport 7000 log prefix "lab" group 55
              }
            }
            """)
        let records = try server.records(ofGroup: 55)
        let session = try client.session(.tcp, "10.99.1.1", 7000)
        #expect(try session.say() == .connected)
        #expect(try session.say() == .connected)
        let flood = try client.flood("10.99.1.1", 7000, rate: 5_000, tag: "first", count: 500)
        #expect(try flood.finished() == 500)
        #expect(try client.connect(.udp, "10.99.1.1", 7000) == .connected)
        #expect(try echo.ask("count udp/7000 first-") == "500")
        try client.fragmentedDatagram("fd99:1::1", 7000, source: "fd99:1::2", tag: "parts")
        #expect(try client.connect(.udp, "fd99:1::1", 7000) == .connected)
        #expect(try echo.ask("count udp/7000 parts") == "1")
        let taken = try records.take()
        #expect(taken.filter { $0.source == "10.99.1.2" }.count == 501)
        #expect(taken.allSatisfy { $0.prefix == "lab" && $0.lost == nil })
    }
}
