import PacketSpace
import TestSupport
import Testing

@Suite("Counting and witnesses")
struct CountingTests {
    static let levels = LevelSet(levels: TruthTable.levels)

    @Test("members, levels and nodes are counted as in truth tables", arguments: 0..<12 as Range<UInt64>)
    func counts(seed: UInt64) throws {
        try forRandomSets(seed: seed) { space, node, table, _ in
            let members = UInt128(table.rows.count { $0 })
            #expect(space.count(node, over: Self.levels) == Cardinality(members), "seed \(seed)")
            let more = Self.levels.union(LevelSet([100...103]))
            #expect(space.count(node, over: more) == Cardinality(members * 16), "seed \(seed)")
            let support = TruthTable.levels.indices.filter { index in
                table.rows.indices.contains { table.rows[$0] != table.rows[$0 ^ 1 << index] }
            }
            #expect(space.support(of: node) == support.map { TruthTable.levels[$0] }, "seed \(seed)")
            #expect(space.size(of: node) == space.size(of: !node), "seed \(seed)")
            #expect(space.size(of: node) >= support.count, "seed \(seed)")
        }
    }

    @Test("a witness is inside and takes the preferred bits where it can", arguments: 0..<12 as Range<UInt64>)
    func witnesses(seed: UInt64) throws {
        try forRandomSets(seed: seed) { space, node, table, random in
            let preferred = Int.random(in: 0..<256, using: &random)
            let witness = space.witness(in: node) { TruthTable.bit(of: preferred, at: $0) }
            guard let witness else {
                #expect(!table.rows.contains(true), "seed \(seed)")
                return
            }
            // Greedy from the first level on, over the members themselves.
            var members = table.rows.indices.filter { table.rows[$0] }
            for index in TruthTable.levels.indices {
                let agreeing = members.filter { $0 >> index & 1 == preferred >> index & 1 }
                if !agreeing.isEmpty { members = agreeing }
            }
            let best = try #require(members.first)
            let row = TruthTable.levels.indices.reduce(0) { row, index in
                let bit = witness[TruthTable.levels[index]] ?? (preferred >> index & 1 == 1)
                return bit ? row | 1 << index : row
            }
            #expect(row == best, "seed \(seed)")
        }
    }

    @Test("numbers read well and stay exact as long as they fit")
    func cardinalities() {
        #expect(Cardinality(0).description == "0")
        #expect(Cardinality(4_294_967_296).description == "4,294,967,296")
        #expect(Cardinality(1).doubled(times: 104).description == "2^104")
        #expect(Cardinality(3).doubled(times: 200).description == "about 1.5·2^201")
        #expect((Cardinality(.max) + Cardinality(1)).description == "2^128")
        #expect(Cardinality(.max).exact == .max)
        #expect(Cardinality(1).doubled(times: 128).exact == nil)
        #expect(Cardinality(.max) < Cardinality(1).doubled(times: 128))
        #expect(Cardinality(1).doubled(times: 200) < Cardinality(1).doubled(times: 201))
        #expect(Cardinality(1 << 100) * Cardinality(1 << 100) == Cardinality(1).doubled(times: 200))
        #expect(Cardinality(1 << 64) * Cardinality(1 << 64) == Cardinality(1).doubled(times: 128))
        #expect(Cardinality(6) * Cardinality(7) == Cardinality(42))
        #expect(Cardinality(6) * .zero == .zero)
        #expect(Cardinality(1).doubled(times: 300) + Cardinality(5) == Cardinality(1).doubled(times: 300))
    }

    @Test("few members among very many bits are counted exactly")
    func sparse() throws {
        let space = PacketSpace()
        let bits = try (0..<1_000).map { level throws in try space.variable(UInt32(level)) }
        let one = try space.intersection(of: bits)
        let levels = LevelSet([0...999])
        #expect(space.count(one, over: levels) == Cardinality(1))
        #expect(space.count(.full, over: levels).description == "2^1000")
        #expect(space.count(!one, over: levels) < space.count(.full, over: levels))
    }
}
