import PacketSpace
import TestSupport
import Testing

@Suite("Numbers in packets")
struct NumberTests {
    static let field = PacketSpace.Field(firstLevel: 40, width: 8)

    /// The number that a set is asked about, as bits of the field.
    static func holds(_ space: PacketSpace, _ node: Node, _ value: Int) -> Bool {
        space.holds(node) { level in value >> Int(field.lastLevel - level) & 1 == 1 }
    }

    static func randomIntervals(_ random: inout SeededGenerator) -> [(first: UInt128, last: UInt128)] {
        let bounds = (0..<2 * Int.random(in: 0...8, using: &random)).map { _ in
            UInt128(UInt8.random(in: 0...255, using: &random))
        }
        let sorted = Set(bounds).sorted()
        return stride(from: 0, to: sorted.count - 1, by: 2).map { (sorted[$0], sorted[$0 + 1]) }
    }

    @Test("a value and an interval hold exactly their numbers")
    func values() throws {
        let space = PacketSpace()
        for (first, last) in [(0, 0), (255, 255), (0, 255), (1, 254), (17, 17), (100, 163), (127, 128), (9, 3)] {
            let node = try space.interval(Self.field, UInt128(first), UInt128(last))
            for value in 0..<256 {
                #expect(Self.holds(space, node, value) == (first <= value && value <= last))
            }
        }
        for value in 0..<256 {
            #expect(
                try space.equals(Self.field, UInt128(value))
                    == space.interval(Self.field, UInt128(value), UInt128(value)))
        }
        #expect(try space.equals(Self.field, 256).isEmpty)
        #expect(try space.interval(Self.field, 0, 1_000).isFull)
        #expect(try space.interval(Self.field, 256, 1_000).isEmpty)
    }

    @Test("the linear build is the union of the intervals", arguments: 0..<60 as Range<UInt64>)
    func linear(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let space = PacketSpace()
        let intervals = Self.randomIntervals(&random)
        let each = try intervals.map { interval throws in
            try space.interval(Self.field, interval.first, interval.last)
        }
        let built = try space.intervals(Self.field, intervals)
        #expect(try space.union(of: each) == built, "seed \(seed)")
        #expect(try space.intervals(Self.field, IntervalList(intervals)) == built, "seed \(seed)")
        for value in 0..<256 {
            let isInside = intervals.contains { $0.first <= UInt128(value) && UInt128(value) <= $0.last }
            #expect(Self.holds(space, built, value) == isInside, "seed \(seed)")
        }
    }

    @Test("intervals that touch are one, up to the end of the widest field")
    func touching() throws {
        let space = PacketSpace()
        let wide = PacketSpace.Field(firstLevel: 0, width: 128)
        #expect(try space.intervals(wide, [(0, 5), (6, .max)]).isFull)
        #expect(try space.intervals(wide, [(0, 5), (7, .max)]) == !space.equals(wide, 6))
        #expect(try space.intervals(wide, [(3, .max)]) == !space.interval(wide, 0, 2))
        #expect(try space.intervals(wide, []).isEmpty)
    }

    @Test("interval lists agree with sets of numbers", arguments: 0..<60 as Range<UInt64>)
    func lists(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        func members(_ list: IntervalList) -> Set<UInt128> {
            Set((0...255 as ClosedRange<UInt128>).filter(list.contains))
        }
        let shuffled = Self.randomIntervals(&random).shuffled(using: &random)
        let a = IntervalList(shuffled)
        #expect(IntervalList(ends: shuffled.flatMap { [$0.first, $0.last] }) == a)
        let b = IntervalList(
            (0..<6).map { _ in
                let first = UInt128(UInt8.random(in: 0...255, using: &random))
                return (first: first, last: min(255, first + UInt128(UInt8.random(in: 0...40, using: &random))))
            })
        #expect(members(a.union(b)) == members(a).union(members(b)), "seed \(seed)")
        #expect(members(a.intersection(b)) == members(a).intersection(members(b)), "seed \(seed)")
        #expect(members(a.subtracting(b)) == members(a).subtracting(members(b)), "seed \(seed)")
        #expect(a.isSubset(of: b) == members(a).isSubset(of: members(b)), "seed \(seed)")
        #expect(a.complement(upTo: 255).complement(upTo: 255) == a, "seed \(seed)")
        #expect(a.union(b) == b.union(a), "seed \(seed)")
        #expect(a.subtracting(b).union(a.intersection(b)) == a, "seed \(seed)")
        #expect(a.cardinality == Cardinality(UInt128(members(a).count)), "seed \(seed)")
    }
}
