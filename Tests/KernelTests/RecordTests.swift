import Foundation
import TestSupport
import Testing

/// FAILURES of logging, with real traffic and a reader of the NFLOG group.
@Suite("records of a gated port", .serialized)
struct RecordTests {
    @Test("G01 G15: one record for each allowed connection, however many packets")
    func g01() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443", "udp/8443")
        try lab.apply(GateLab.policyText())
        let records = try lab.server.records(ofGroup: 77)
        for transport in [LabTransport.tcp, .udp] {
            let session = try lab.client.session(transport, "10.99.1.1", 8443)
            for _ in 0..<20 { #expect(try session.say() == .connected) }
            #expect(try records.take().map(\.prefix) == ["pg1 allow gated/client "], "\(transport)")
        }
        // The counter counts what is judged, and a live connection is not judged again.
        #expect(try (2...6).contains(lab.counter("pg_a_gated/client")))
    }

    @Test("G15: judged again under another epoch, a connection is not recorded again")
    func g15Again() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443", "udp/8443")
        try lab.apply(GateLab.policyText())
        let records = try lab.server.records(ofGroup: 77)
        let sessions = try [LabTransport.tcp, .udp].map { try lab.client.session($0, "10.99.1.1", 8443) }
        for session in sessions { #expect(try session.say() == .connected) }
        for round in 0..<3 {
            try lab.apply(GateLab.policyText(cidrs: "10.99.1.0/24, 192.0.2.\(round)/32"))
            for session in sessions { #expect(try session.say() == .connected) }
        }
        #expect(try records.take().map(\.prefix) == ["pg1 allow gated/client ", "pg1 allow gated/client "])
    }

    @Test("G15: a flow without answers is one record too")
    func g15() throws {
        let lab = try GateLab()
        try lab.server.serve("udp/8443")
        try lab.apply(GateLab.policyText())
        let records = try lab.server.records(ofGroup: 77)
        let flood = try lab.client.flood("10.99.1.1", 8443, rate: 5_000, tag: "one", count: 200)
        #expect(try flood.finished() == 200)
        #expect(try records.take().count == 1)
    }

    @Test("G05 G14: the last rule of a gated port counts, records by its group and refuses")
    func g14() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443")
        try lab.apply(GateLab.policyText())
        let records = try lab.server.records(ofGroup: 77)
        #expect(try lab.intruder.connect("10.99.2.1", 8443) == .refused)
        let taken = try records.take()
        #expect(taken.map(\.prefix) == ["pg1 deny gated "])
        #expect(taken.first?.source == "10.99.2.2")
        #expect(taken.first?.dport == 8443)
        #expect(try lab.counter("pg_d_gated") == 1)
        #expect(try lab.counter("pg_n_gated") == 1)
    }

    @Test("G06: a loud source does not silence a quiet one")
    func g06() throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443", "udp/8443")
        try lab.apply(GateLab.policyText(cidrs: "192.0.2.0/24", settings: "log: { denied: 5/second per source }"))
        let records = try lab.server.records(ofGroup: 77)
        let flood = try lab.intruder.flood("10.99.2.1", 8443, rate: 20_000, tag: "loud", count: 2_000)
        #expect(try flood.finished() == 2_000)
        #expect(try lab.client.connect("10.99.1.1", 8443) == .refused)
        let taken = try records.take()
        #expect(taken.contains { $0.source == "10.99.1.2" })
        let loud = taken.filter { $0.source == "10.99.2.2" }.count
        #expect((5...200).contains(loud))
        // Nothing is lost: what was not recorded was counted.
        #expect(try lab.counter("pg_n_gated") == taken.count)
        #expect(try lab.counter("pg_n_gated") + lab.counter("pg_q_gated") == lab.counter("pg_d_gated"))
    }
}
