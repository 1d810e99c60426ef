import Policy
import Testing

@testable import Gate

/// What is said of findings around the gate, from what was seen.
@Suite("BlindSpots")
struct BlindSpotTests {
    private static let port: GateView.PortView = {
        var port = GateView.PortView(name: "db")
        port.services = [GateView.Service(transport: 6, first: 40_000, last: 40_001)]
        return port
    }()

    private static func clean() -> BlindSpots {
        var spots = BlindSpots()
        spots.localPorts = .seen(LocalPorts(range: 50_000...60_000))
        return spots
    }

    @Test("a host with nothing around its gate is told nothing")
    func nothing() { #expect(Self.clean().findings([Self.port]).isEmpty) }

    @Test("whatever could not be looked at is said, and is never clean")
    func hidden() throws {
        var spots = Self.clean()
        spots.packetSockets = .hidden("read: no")
        spots.programs = .hidden("bpf: Operation not permitted")
        spots.tables = .hidden("the kernel did not answer in time")
        spots.ingress = .hidden("x")
        spots.interfaces = .hidden("y")
        spots.legacyTables = .hidden("z")
        spots.listeners = .hidden("u")
        spots.localPorts = .hidden("v")
        spots.connections = .hidden("w")
        spots.settings = .hidden("s")
        let findings = spots.findings([Self.port])
        #expect(findings.map(\.code) == ["PG475"])
        let finding = try #require(findings.first)
        #expect(finding.severity == .warning)
        #expect(finding.notes.count == 10)
        #expect(finding.notes.contains { $0.message == "BPF links: bpf: Operation not permitted" })
    }

    @Test("what was seen in part is told, and that it is a part")
    func part() {
        var spots = Self.clean()
        spots.listeners = .partly(["tcp 40000 in network namespace 1 (of pid 2)"], "3 processes may not be asked")
        #expect(spots.findings([Self.port]).map(\.code) == ["PG467", "PG475"])
    }

    @Test(
        "C10: a gated port among those of outgoing connections is told, unless it is reserved",
        arguments: [
            ("32768\t60999\n", "\n", true), ("32768\t60999\n", "39000-40000\n", true),
            ("32768\t60999\n", "8080,40000-40001\n", false), ("32768\t60999\n", "40000,40001", false),
            ("40002 60999", "", false), ("1024 39999", "", false),
        ])
    func localPorts(range: String, reserved: String, isTold: Bool) throws {
        var spots = Self.clean()
        spots.localPorts = .seen(try #require(BlindSpots.localPorts(range, reserved: reserved)))
        let findings = spots.findings([Self.port])
        #expect(findings.map(\.code) == (isTold ? ["PG469"] : []))
        #expect(findings.allSatisfy { $0.port == "db" })
    }

    @Test("ranges that are none are not believed", arguments: ["", "1", "60999 32768", "a b", "1 70000", "1 2 3"])
    func notARange(text: String) { #expect(BlindSpots.localPorts(text, reserved: "") == nil) }

    @Test(
        "C06: a table of connections that is nearly full, or was, is told",
        arguments: [
            (100, 1_000, "", false), (899, 1_000, "", false), (900, 1_000, "", true), (5_000, 0, "", false),
            (1, 1_000, "entries insert_failed drop early_drop\n00000001 00000005 00000000 00000000\n", false),
            (1, 1_000, "entries insert_failed drop early_drop\n1 0 0 0\n00000001 0 0000000a 00000000\n", true),
            (1, 1_000, "entries insert_failed drop early_drop\n00000001 00000000 00000000 00000002\n", true),
        ] as [(UInt64, UInt64, String, Bool)])
    func fullTable(count: UInt64, limit: UInt64, statistics: String, isTold: Bool) {
        var table = ConnectionTable(count: count, limit: limit)
        table.add(statistics: statistics)
        var spots = Self.clean()
        spots.connections = .seen(table)
        #expect(spots.findings([Self.port]).map(\.code) == (isTold ? ["PG470"] : []))
        if statistics.contains("0000000a") { #expect(table.dropped == 10) }
    }

    @Test("B10: flowtables are told")
    func flowtables() {
        var spots = Self.clean()
        spots.tables = .seen(OtherTables(flowtables: ["inet fast flows"]))
        let findings = spots.findings([Self.port])
        #expect(findings.map(\.code) == ["PG464"])
        #expect(findings.first?.notes.map(\.message) == ["inet fast flows"])
    }

    @Test("long lists are cut, and their length is said")
    func longLists() {
        var spots = Self.clean()
        spots.packetSockets = .seen((1...50).map { "pid \($0) (x)" })
        let notes = spots.findings([]).first?.notes ?? []
        #expect(notes.count == 21)
        #expect(notes.last?.message == "and 30 more")
    }

    @Test("every finding has its paragraph in the catalog, of the same severity")
    func catalog() {
        var spots = BlindSpots()
        let bridge = NetworkInterface(index: 1, name: "br0", kind: "bridge", master: 0, hasProgram: true)
        let member = NetworkInterface(index: 2, name: "veth0", kind: "veth", master: 1, hasProgram: false)
        spots.packetSockets = .seen(["pid 1 (x)"])
        spots.interfaces = .seen([bridge, member])
        spots.ingress = .hidden("no")
        spots.tables = .seen(OtherTables(earlierChains: ["a"], flowtables: ["b"], helpers: ["c"]))
        spots.legacyTables = .seen(["ip filter"])
        spots.listeners = .seen(["tcp 40000"])
        spots.connections = .seen(ConnectionTable(count: 1, limit: 1))
        spots.settings = .seen(["net.ipv4.conf.all.route_localnet = 1"])
        let findings = spots.findings([Self.port])
        let codes = Set(findings.map(\.code))
        #expect(codes == Set((461...470).map { "PG\($0)" } + ["PG474", "PG475"]))
        for finding in findings {
            #expect(DiagnosticCatalog.entry(for: finding.code)?.severity == finding.severity, "\(finding.code)")
        }
    }
}
