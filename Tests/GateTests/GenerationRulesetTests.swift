import Nftables
import Testing

@testable import Gate

/// What is recorded of a table: large sets apart from the text.
@Suite("GenerationRuleset")
struct GenerationRulesetTests {
    private static func table(_ count: Int) -> Table {
        let v4 = (0..<UInt32(count)).map { Range32(0x0a00_0000 + $0 * 16, 0x0a00_0003 + $0 * 16) }
        let v6 = (0..<UInt128(count)).map { Range128($0 << 64, $0 << 64 | 0xffff) }
        return Table(
            name: "portgate",
            sets: [
                NamedSet(name: "pg_s4_a/b", content: .ipv4(v4)), NamedSet(name: "pg_s6_a/b", content: .ipv6(v6)),
                NamedSet(name: "pg_small", content: .ipv4(Array(v4.prefix(3)))),
            ])
    }

    @Test("a table is read as it was written, its sets large or not", arguments: [1, 19_999, 20_000, 20_001])
    func roundTrip(count: Int) throws {
        let table = Self.table(count)
        let ruleset = try GenerationRuleset(table)
        #expect(ruleset.elements.isEmpty == (count < 20_000))
        #expect((ruleset.text == (try table.rendered())) == (count < 20_000))
        #expect(try ruleset.table() == table)
    }

    @Test("elements that are cut, of another set or of another size are told, never taken for fewer")
    func damaged() throws {
        let whole = try GenerationRuleset(Self.table(20_000))
        let line = "pg_s4_a/b 20000 4\n"
        #expect(whole.elements.starts(with: Array(line.utf8)))
        let body = Array(whole.elements.dropFirst(line.utf8.count))
        let others: [[UInt8]] = [
            Array(whole.elements.dropLast(1)), Array(whole.elements.dropFirst(1)),
            Array("pg_s4_a/b 20000 16\n".utf8) + body,
            Array("pg_small 20000 4\n".utf8) + body, Array("pg_none 20000 4\n".utf8) + body,
            Array("pg_s4_a/b 9223372036854775807 4\n".utf8) + body, Array("pg_s4_a/b 20001 0\n".utf8) + body,
            Array("pg_s4_a/b 20000 -4\n".utf8) + body, Array("pg_s4_a/b 20000 9223372036854775807\n".utf8) + body,
            whole.elements + whole.elements, whole.elements + [0], Array(line.utf8).dropLast(),
        ]
        for (index, elements) in others.enumerated() {
            let damaged = GenerationRuleset(text: whole.text, elements: elements)
            #expect(damaged.digest != whole.digest)
            #expect(throws: GenerationRuleset.Failure.self, "case \(index)") { try damaged.table() }
        }
    }

    @Test("no table is no text")
    func nothing() throws {
        #expect(try GenerationRuleset(nil) == GenerationRuleset(text: [], elements: []))
    }
}
