import PacketSpace
import TestSupport
import Testing

@Suite("Packet space")
struct PacketSpaceTests {
    @Test("a set and its complement share their nodes")
    func complement() throws {
        let space = PacketSpace()
        let bit = try space.variable(7)
        #expect(space.nodeCount == 1)
        #expect(try space.union(bit, !bit).isFull)
        #expect(try space.intersection(bit, !bit).isEmpty)
        #expect(!Node.full == Node.empty)
    }

    @Test("operations agree with truth tables, and equal sets are the same node", arguments: 0..<12 as Range<UInt64>)
    func operations(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let space = PacketSpace()
        var nodes: [TruthTable: Node] = [:]
        for _ in 0..<30 {
            let depth = Int.random(in: 1...4, using: &random)
            let (node, table) = try randomSet(in: space, depth: depth, using: &random)
            #expect(table.agrees(with: node, in: space), "seed \(seed)")
            if let same = nodes[table] { #expect(same == node, "seed \(seed)") }
            nodes[table] = node
            #expect(node.isEmpty == !table.rows.contains(true), "seed \(seed)")
        }
        #expect(Set(nodes.values).count == nodes.count, "seed \(seed)")
    }

    @Test("subset and disjointness make no nodes and agree with truth tables", arguments: 0..<12 as Range<UInt64>)
    func comparisons(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let space = PacketSpace()
        for _ in 0..<20 {
            let a = try randomSet(in: space, depth: 3, using: &random)
            var b = try randomSet(in: space, depth: 3, using: &random)
            if Bool.random(using: &random) {
                b = (try space.union(a.node, b.node), a.table.combined(b.table) { $0 || $1 })
            }
            let before = space.nodeCount
            let isSubset = zip(a.table.rows, b.table.rows).allSatisfy { !$0 || $1 }
            let areDisjoint = zip(a.table.rows, b.table.rows).allSatisfy { !($0 && $1) }
            #expect(try space.isSubset(a.node, of: b.node) == isSubset, "seed \(seed)")
            #expect(try space.areDisjoint(a.node, b.node) == areDisjoint, "seed \(seed)")
            #expect(space.nodeCount == before)
        }
    }

    @Test("many sets join and meet as one by one", arguments: [0, 1, 2, 7, 20])
    func many(count: Int) throws {
        var random = SeededGenerator(seed: UInt64(count))
        let space = PacketSpace()
        var sets: [Node] = []
        for _ in 0..<count { sets.append(try randomSet(in: space, depth: 2, using: &random).node) }
        let union = try sets.reduce(Node.empty) { try space.union($0, $1) }
        let intersection = try sets.reduce(Node.full) { try space.intersection($0, $1) }
        #expect(try space.union(of: sets) == union)
        #expect(try space.intersection(of: sets) == intersection)
    }

    @Test("the table and the caches keep what they know when they grow")
    func growth() throws {
        let space = PacketSpace()
        let field = PacketSpace.Field(firstLevel: 0, width: 32)
        var random = SeededGenerator(seed: 4)
        let values = (0..<3_000).map { _ in UInt128(UInt32.random(in: 0...UInt32.max, using: &random)) }
        let first = try values.map { value throws in try space.equals(field, value) }
        #expect(space.nodeCount > 50_000)
        #expect(try values.map { value throws in try space.equals(field, value) } == first)
        let union = try space.union(of: first)
        #expect(try space.union(of: first.reversed()) == union)
        #expect(space.count(union, over: field.levels) == Cardinality(UInt128(Set(values).count)))
    }
}
