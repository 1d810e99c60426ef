import Testing

@testable import Nftables

/// Which sets may change before the rules do.
@Suite("Judgement")
struct JudgementTests {
    private static func table(
        _ chains: [Chain], _ sets: [String: [Range32]], map: [(UInt16, String)] = [(5432, "pg_p_db"), (80, "pg_p_web")]
    ) -> Table {
        Table(
            name: "portgate",
            sets: sets.map { NamedSet(name: $0.key, content: .ipv4($0.value)) }.sorted { $0.name < $1.name },
            maps: [
                VerdictMap(
                    name: "pg_remote",
                    elements: map.sorted { $0.0 < $1.0 }.map {
                        VerdictMap.Element(transport: 6, first: $0.0, last: $0.0, verdict: .goto($0.1))
                    })
            ], chains: chains)
    }

    private static func gate(epoch: UInt32 = 1, prefix: [Statement] = []) -> [Chain] {
        [
            Chain(
                name: "pg_gate", hook: Chain.Hook(point: .prerouting, priority: -150, policy: .accept),
                rules: [
                    Rule([.connectionMark(mask: 0xff00_0000, value: epoch << 24), .verdict(.accept)]),
                    Rule(prefix + [.dispatch(map: "pg_remote")]),
                ]),
            Chain(
                name: "pg_live",
                rules: [Rule([.setConnectionMark(mask: 0xff00_0000, value: epoch << 24), .verdict(.accept)])]),
        ]
    }

    private static func port(_ name: String, _ set: String, _ more: [Statement] = [], comment: String = "1") -> Chain {
        Chain(
            name: "pg_p_\(name)",
            rules: [
                Rule(more + [.sourceInSet(family: .v4, set: set), .verdict(.goto("pg_live"))], comment: comment),
                Rule([.verdict(.drop)]),
            ])
    }

    private static let old = [Range32(1, 2), Range32(10, 20)]
    private static let new = [Range32(1, 2), Range32(30, 40)]

    private static func steps(_ chains: [Chain], _ map: [(UInt16, String)]? = nil) throws -> [Batch.Step] {
        let before = table(
            gate() + [port("db", "pg_s4_db"), port("web", "pg_s4_web")], ["pg_s4_db": old, "pg_s4_web": old])
        let after = table(
            chains, ["pg_s4_db": new, "pg_s4_web": old], map: map ?? [(5432, "pg_p_db"), (80, "pg_p_web")])
        let batches = try after.transition(from: before, byElements: true)
        let change = try #require(ElementChange(set: "pg_s4_db", from: .ipv4(old), to: .ipv4(new)))
        for batch in batches where batch.step == .elements { #expect(batch.elements == [change]) }
        return batches.map(\.step)
    }

    @Test("where only a set changes, only its elements are sent")
    func elementsAlone() throws {
        let chains = Self.gate() + [Self.port("db", "pg_s4_db"), Self.port("web", "pg_s4_web")]
        #expect(try Self.steps(chains) == [.elements])
    }

    @Test("comments and epochs change after the elements; so do the rules of another port")
    func apart() throws {
        let commented = Self.gate() + [Self.port("db", "pg_s4_db", comment: "2"), Self.port("web", "pg_s4_web")]
        #expect(try Self.steps(commented) == [.elements, .switchOver])
        let epoch = Self.gate(epoch: 2) + [Self.port("db", "pg_s4_db"), Self.port("web", "pg_s4_web")]
        #expect(try Self.steps(epoch) == [.elements, .switchOver])
        let other = Self.gate() + [Self.port("db", "pg_s4_db"), Self.port("web", "pg_s4_web", [.transport(6)])]
        #expect(try Self.steps(other) == [.elements, .switchOver])
    }

    @Test("where the rules of the same port change, set and rules change in one transaction")
    func together() throws {
        let narrowed = Self.gate() + [Self.port("db", "pg_s4_db", [.transport(6)]), Self.port("web", "pg_s4_web")]
        #expect(try Self.steps(narrowed) == [.switchOver])
        let shared = Self.gate() + [Self.port("db", "pg_s4_db"), Self.port("web", "pg_s4_db")]
        #expect(try Self.steps(shared).contains(.elements) == false)
        let base = Self.gate(prefix: [.family(.v4)]) + [Self.port("db", "pg_s4_db"), Self.port("web", "pg_s4_web")]
        #expect(try Self.steps(base) == [.switchOver])
        let chains = Self.gate() + [Self.port("db", "pg_s4_db"), Self.port("web", "pg_s4_web")]
        #expect(try Self.steps(chains, [(5433, "pg_p_db"), (80, "pg_p_web")]) == [.switchOver])
        #expect(try Self.steps(chains, [(5432, "pg_p_db"), (81, "pg_p_web")]) == [.elements, .switchOver])
    }

    @Test("a difference is what one list has and the other lacks, interval by interval")
    func difference() throws {
        let change = try #require(
            ElementChange(
                set: "pg_x", from: .ipv4([Range32(1, 5), Range32(7, 7), Range32(9, 12)]),
                to: .ipv4([Range32(1, 4), Range32(7, 7), Range32(9, 20), Range32(30, .max)])))
        #expect(change.removed == .ipv4([Range32(1, 5), Range32(9, 12)]))
        #expect(change.added == .ipv4([Range32(1, 4), Range32(9, 20), Range32(30, .max)]))
        #expect(change.counts.removed == 2)
        #expect(change.counts.added == 3)
        #expect(ElementChange(set: "pg_x", from: .ipv4([]), to: .ipv6([])) == nil)
    }

    @Test("a live rule that portgate does not know binds the sets that it mentions, and is no mistake")
    func unknownRule() throws {
        let before = Self.table(
            Self.gate(prefix: [.unknown("ip saddr @pg_s4_db tcp dport 22")]) + [Self.port("db", "pg_s4_db")],
            ["pg_s4_db": Self.old], map: [(5432, "pg_p_db")])
        let after = Self.table(
            Self.gate() + [Self.port("db", "pg_s4_db")], ["pg_s4_db": Self.new], map: [(5432, "pg_p_db")])
        let bound = Judgement(from: before, to: after).bound(["pg_s4_db"], oldMaps: before.maps, newMaps: after.maps)
        #expect(bound == ["pg_s4_db"])
        #expect(try after.transition(from: before).isEmpty == false)
    }
}
