import PacketSpace
import TestSupport
import Testing

@Suite("Budget and depth")
struct BudgetTests {
    @Test("a budget exceeded is thrown, what was made is taken back, and the space stays usable")
    func budget() throws {
        let space = PacketSpace(nodeBudget: 2_000)
        // A pairing of bits far apart has exponentially many nodes.
        let pairs = try (0..<30).map { index throws in
            try space.intersection(space.variable(UInt32(index)), space.variable(UInt32(1_000 + index)))
        }
        let before = space.nodeCount
        #expect(throws: NodeBudgetExceeded(budget: 2_000)) {
            try pairs.reduce(Node.empty) { try space.union($0, $1) }
        }
        #expect(space.nodeCount >= before)
        #expect(space.nodeCount <= 2_000)
        for (index, pair) in pairs.enumerated() {
            let a = try space.variable(UInt32(index))
            #expect(try space.isSubset(pair, of: a))
            #expect(try space.intersection(a, space.variable(UInt32(1_000 + index))) == pair)
        }
    }

    @Test("after a failure the same question fails again and a smaller one is answered as before")
    func repeated() throws {
        let space = PacketSpace(nodeBudget: 600)
        let field = PacketSpace.Field(firstLevel: 0, width: 32)
        var random = SeededGenerator(seed: 9)
        let values = Set((0..<1_000).map { _ in UInt128(UInt32.random(in: 0...UInt32.max, using: &random)) }).sorted()
        let many = values.map { (first: $0, last: $0) }
        let small = try space.intervals(field, Array(many.prefix(8)))
        let nodes = space.nodeCount
        for _ in 0..<3 {
            #expect(throws: NodeBudgetExceeded(budget: 600)) { try space.intervals(field, many) }
            #expect(space.nodeCount == nodes)
            #expect(try space.intervals(field, Array(many.prefix(8))) == small)
        }
    }

    @Test("a question that makes few nodes and never ends is given up after a number of steps")
    func steps() throws {
        let space = PacketSpace(nodeBudget: 2_000)
        let wide = PacketSpace.Field(firstLevel: 0, width: 64)
        let even = try space.variable(wide.lastLevel)
        let boxes = try? space.boxes(in: even, fields: [wide], limit: 10)
        #expect(boxes == nil)
        #expect(throws: NodeBudgetExceeded(budget: 2_000)) { try space.regions(of: wide, in: even) }
        #expect(try space.restrict(even, [wide.lastLevel: true]).isFull)
    }

    @Test("the steps of a space's whole life are bounded too, and the error says so")
    func lifetime() throws {
        let space = PacketSpace(nodeBudget: 100_000, stepBudget: 5_000)
        var random = SeededGenerator(seed: 4)
        let field = PacketSpace.Field(firstLevel: 0, width: 32)
        #expect(throws: NodeBudgetExceeded(budget: 100_000, steps: 5_000)) {
            var all = Node.empty
            for _ in 0..<1_000 {
                let value = UInt128(UInt32.random(in: 0...UInt32.max, using: &random))
                all = try space.union(all, try space.equals(field, value))
            }
        }
        #expect(space.nodeCount < 100_000)
    }

    @Test("a space of no nodes knows the constants")
    func nothing() throws {
        let space = PacketSpace(nodeBudget: 0)
        #expect(try space.union(.empty, .full).isFull)
        #expect(throws: NodeBudgetExceeded(budget: 0)) { try space.variable(0) }
        #expect(throws: NodeBudgetExceeded(budget: 0)) { try space.equals(.init(firstLevel: 0, width: 1), 1) }
    }

    @Test("a space takes no more levels than the stack has room for")
    func levels() throws {
        let space = PacketSpace(nodeBudget: 100_000)
        for level in 0..<UInt32(PacketSpace.maximalLevels) { _ = try space.variable(level) }
        #expect(throws: NodeBudgetExceeded(budget: 100_000)) { try space.variable(1_000_000) }
        #expect(throws: Never.self) { try space.variable(17) }
    }

    @Test("every operation works on paths of 3,000 levels")
    func depth() throws {
        let space = PacketSpace()
        let count: UInt32 = 3_000
        let bits = try (0..<count).map { level throws in try space.variable(level) }
        let all = try space.intersection(of: bits)
        let odd = try space.intersection(of: stride(from: 1, to: bits.count, by: 2).map { bits[$0] })
        let even = try space.intersection(of: stride(from: 0, to: bits.count, by: 2).map { bits[$0] })
        #expect(try space.intersection(odd, even) == all)
        let parity = try bits.reversed().reduce(Node.empty) { try space.symmetricDifference($1, $0) }
        #expect(space.size(of: parity) == 3_000)
        #expect(try space.symmetricDifference(parity, bits[0]) != parity)
        let chosen = try space.ifThenElse(parity, odd, !even)
        #expect(!chosen.isEmpty)
        #expect(try !space.isSubset(chosen, of: parity))
        #expect(try space.areDisjoint(all, !odd))
        let half = LevelSet([0...count / 2])
        #expect(try space.exists(parity, half).isFull)
        #expect(try space.forAll(parity, half).isEmpty)
        #expect(try space.exists(all, half) == space.intersection(of: Array(bits[Int(count / 2 + 1)...])))
        #expect(try space.restrict(all, [count - 1: true]) == space.intersection(of: Array(bits.dropLast())))
        let complemented = Dictionary(uniqueKeysWithValues: bits.enumerated().map { (UInt32($0), !$1) })
        #expect(try space.substitute(parity, space.makeSubstitution(complemented)) == parity)
        #expect(space.support(of: parity).count == 3_000)
        #expect(space.count(parity, over: LevelSet([0...count - 1])).description == "2^2999")
        #expect(space.witness(in: all) { _ in false }?.values.allSatisfy { $0 } == true)
        #expect(space.holds(all) { _ in true })
        let last = PacketSpace.Field(firstLevel: count - 8, width: 8)
        #expect(try space.values(of: last, in: all).map(\.first) == [255])
        #expect(try space.regions(of: last, in: all).count == 2)
    }
}
