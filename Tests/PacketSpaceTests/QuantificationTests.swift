import PacketSpace
import TestSupport
import Testing

@Suite("Quantification and substitution")
struct QuantificationTests {
    @Test("some and every choice of bits agree with truth tables", arguments: 0..<12 as Range<UInt64>)
    func quantifiers(seed: UInt64) throws {
        try forRandomSets(seed: seed) { space, node, table, random in
            let chosen = TruthTable.levels.indices.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
            let levels = LevelSet(levels: chosen.map { TruthTable.levels[$0] })
            let some = chosen.reduce(table) { $0.exists($1) }
            let every = chosen.reduce(table.complement) { $0.exists($1) }.complement
            let (existing, universal) = (try space.exists(node, levels), try space.forAll(node, levels))
            #expect(some.agrees(with: existing, in: space), "seed \(seed)")
            #expect(every.agrees(with: universal, in: space), "seed \(seed)")
        }
    }

    @Test("what remains when bits are known agrees with truth tables", arguments: 0..<12 as Range<UInt64>)
    func restriction(seed: UInt64) throws {
        try forRandomSets(seed: seed) { space, node, table, random in
            var assignment: [UInt32: Bool] = [:]
            for level in TruthTable.levels where Bool.random(using: &random) {
                assignment[level] = Bool.random(using: &random)
            }
            let rest = TruthTable { row in
                var row = row
                for (index, level) in TruthTable.levels.enumerated() {
                    if let value = assignment[level] { row = value ? row | 1 << index : row & ~(1 << index) }
                }
                return table.rows[row]
            }
            let restricted = try space.restrict(node, assignment)
            #expect(rest.agrees(with: restricted, in: space), "seed \(seed)")
            #expect(Set(space.support(of: restricted)).isDisjoint(with: assignment.keys), "seed \(seed)")
        }
    }

    @Test("bits are replaced all at the same time", arguments: 0..<12 as Range<UInt64>)
    func substitution(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let space = PacketSpace()
        let (node, table) = try randomSet(in: space, depth: 4, using: &random)
        var map: [UInt32: Node] = [:]
        var tables: [Int: TruthTable] = [:]
        for (index, level) in TruthTable.levels.enumerated() where Bool.random(using: &random) {
            let replacement = try randomSet(in: space, depth: 2, using: &random)
            map[level] = replacement.node
            tables[index] = replacement.table
        }
        let expected = TruthTable { row in
            let image = TruthTable.levels.indices.reduce(0) { image, index in
                let bit = tables[index].map { $0.rows[row] } ?? (row >> index & 1 == 1)
                return bit ? image | 1 << index : image
            }
            return table.rows[image]
        }
        let result = try space.substitute(node, space.makeSubstitution(map))
        #expect(expected.agrees(with: result, in: space), "seed \(seed)")
    }

    @Test("two bits change places, and equal maps are the same substitution")
    func swap() throws {
        let space = PacketSpace()
        let a = try space.variable(1)
        let b = try space.variable(2)
        let swap = space.makeSubstitution([1: b, 2: a])
        #expect(try space.substitute(space.difference(a, b), swap) == space.difference(b, a))
        #expect(space.makeSubstitution([2: a, 1: b]) == swap)
        #expect(space.makeSubstitution([1: a, 2: b]) != swap)
    }

    @Test("level sets join ranges that touch, and complement twice to themselves")
    func levelSets() {
        let set = LevelSet([5...9, 0...1, 10...12, 20...UInt32.max])
        #expect(set.ranges == [0...1, 5...12, 20...UInt32.max])
        #expect(set.complement().ranges == [2...4, 13...19])
        #expect(set.complement().complement() == set)
        #expect([0, 1, 5, 12, 20, .max].allSatisfy(set.contains))
        #expect(![2, 4, 13, 19].contains(where: set.contains))
        #expect(set.union(LevelSet([2...4])).ranges == [0...12, 20...UInt32.max])
        #expect(LevelSet().complement().complement().isEmpty)
    }
}
