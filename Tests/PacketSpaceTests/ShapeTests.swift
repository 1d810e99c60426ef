import PacketSpace
import TestSupport
import Testing

@Suite("Shapes of sets")
struct ShapeTests {
    /// Three small fields with a bit before, one between and one after them.
    static let fields = [
        PacketSpace.Field(firstLevel: 1, width: 3), PacketSpace.Field(firstLevel: 10, width: 4),
        PacketSpace.Field(firstLevel: 6, width: 2),
    ]
    static let loose: [UInt32] = [0, 5, 20]

    static func randomSet(in space: PacketSpace, _ random: inout SeededGenerator) throws -> Node {
        var parts: [Node] = []
        for _ in 0..<Int.random(in: 1...5, using: &random) {
            var sides: [Node] = []
            for field in fields where Bool.random(using: &random) {
                let a = UInt128.random(in: 0...field.maximum, using: &random)
                let b = UInt128.random(in: 0...field.maximum, using: &random)
                sides.append(try space.interval(field, min(a, b), max(a, b)))
            }
            for level in loose where Int.random(in: 0..<3, using: &random) == 0 {
                let bit = try space.variable(level)
                sides.append(Bool.random(using: &random) ? bit : !bit)
            }
            parts.append(try space.intersection(of: sides))
        }
        let union = try space.union(of: parts)
        return Bool.random(using: &random) ? !union : union
    }

    @Test("the values of a field are those for which something remains", arguments: 0..<60 as Range<UInt64>)
    func values(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let space = PacketSpace()
        let set = try Self.randomSet(in: space, &random)
        for field in Self.fields {
            let intervals = try space.values(of: field, in: set)
            let list = IntervalList(intervals)
            #expect(list.count == intervals.count, "seed \(seed)")
            for value in 0...field.maximum {
                let remains = try !space.areDisjoint(set, space.equals(field, value))
                #expect(list.contains(value) == remains, "seed \(seed)")
            }
        }
    }

    @Test("regions divide the field by what remains, wherever the field is tested", arguments: 0..<60 as Range<UInt64>)
    func regions(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let space = PacketSpace()
        let set = try Self.randomSet(in: space, &random)
        for field in Self.fields {
            let regions = try space.regions(of: field, in: set)
            #expect(regions.first?.first == 0 && regions.last?.last == field.maximum, "seed \(seed)")
            for (region, next) in zip(regions, regions.dropFirst()) {
                #expect(region.last + 1 == next.first && region.rest != next.rest, "seed \(seed)")
            }
            for region in regions {
                for value in region.first...region.last {
                    var bits: [UInt32: Bool] = [:]
                    for bit in 0..<field.width {
                        bits[field.lastLevel - UInt32(bit)] = value >> UInt128(bit) & 1 == 1
                    }
                    #expect(try space.restrict(set, bits) == region.rest, "seed \(seed)")
                }
            }
        }
    }

    @Test("boxes are disjoint and together the set", arguments: 0..<60 as Range<UInt64>)
    func boxes(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let space = PacketSpace()
        let set = try Self.randomSet(in: space, &random)
        let projected = try space.exists(set, LevelSet(levels: Self.loose))
        let (boxes, isComplete) = try space.boxes(in: set, fields: Self.fields, limit: 1_000)
        #expect(isComplete, "seed \(seed)")
        var union = Node.empty
        for box in boxes {
            let sides = try zip(Self.fields, box.sides).map { field, side throws in try space.intervals(field, side) }
            let node = try space.intersection(of: sides)
            #expect(try space.areDisjoint(union, node), "seed \(seed)")
            #expect(space.count(node, over: Self.levels) == box.cardinality, "seed \(seed)")
            union = try space.union(union, node)
        }
        #expect(union == projected, "seed \(seed)")
    }

    static var levels: LevelSet { fields.reduce(LevelSet()) { $0.union($1.levels) } }

    @Test("a limit leaves out the small boxes and says so")
    func limit() throws {
        let space = PacketSpace()
        let field = Self.fields[1]
        let other = Self.fields[0]
        let large = try space.intersection(space.interval(field, 0, 9), space.interval(other, 0, 4))
        let small = try space.intersection(space.equals(field, 12), space.equals(other, 6))
        let set = try space.union(large, small)
        let (boxes, isComplete) = try space.boxes(in: set, fields: [field, other], limit: 1)
        #expect(!isComplete)
        #expect(boxes.map(\.sides) == [[IntervalList(0, 9), IntervalList(0, 4)]])
        #expect(try space.boxes(in: set, fields: [field, other], limit: 2).isComplete)
        #expect(try space.boxes(in: .empty, fields: [field], limit: 0) == ([], true))
        #expect(try space.boxes(in: .full, fields: [field], limit: 1).boxes.map(\.sides) == [[IntervalList(0, 15)]])
    }

    @Test("a set of too many intervals ends by the budget")
    func parity() throws {
        let space = PacketSpace(nodeBudget: 10_000)
        let field = PacketSpace.Field(firstLevel: 0, width: 32)
        let odd = try space.variable(field.lastLevel)
        #expect(throws: NodeBudgetExceeded(budget: 10_000)) { try space.values(of: field, in: odd) }
        #expect(throws: NodeBudgetExceeded(budget: 10_000)) { try space.regions(of: field, in: odd) }
    }
}
