import Policy
import TestSupport
import Testing

/// Interval sets against plain sets of numbers, over the whole domain of a byte.
@Suite struct IntervalSetTests {
    private static func random(_ random: inout SeededGenerator) -> (IntervalSet<UInt8>, Set<UInt8>) {
        var parts: [Interval<UInt8>] = []
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            let first = UInt8.random(in: 0...255, using: &random)
            let length = UInt8.random(in: 0...(Bool.random(using: &random) ? 3 : 90), using: &random)
            parts.append(Interval(first, first.addingReportingOverflow(length).overflow ? 255 : first + length))
        }
        if Bool.random(using: &random) { parts.sort { $0.first < $1.first } }
        var numbers = Set<UInt8>()
        for part in parts { numbers.formUnion(part.first...part.last) }
        return (IntervalSet(parts), numbers)
    }

    private static func numbers(_ set: IntervalSet<UInt8>) -> Set<UInt8> {
        Set(set.intervals.flatMap { $0.first...$0.last })
    }

    private static func isNormal(_ set: IntervalSet<UInt8>) -> Bool {
        zip(set.intervals, set.intervals.dropFirst()).allSatisfy { Int($0.last) + 1 < Int($1.first) }
    }

    @Test("every operation agrees with plain sets")
    func operations() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let all = Set<UInt8>(0...255)
        for _ in 0..<2_000 {
            let (left, leftNumbers) = Self.random(&random)
            let (right, rightNumbers) = Self.random(&random)
            let results: [(String, IntervalSet<UInt8>, Set<UInt8>)] = [
                ("itself", left, leftNumbers), ("union", left.union(right), leftNumbers.union(rightNumbers)),
                ("intersection", left.intersection(right), leftNumbers.intersection(rightNumbers)),
                ("subtracting", left.subtracting(right), leftNumbers.subtracting(rightNumbers)),
                ("complement", left.complement(), all.subtracting(leftNumbers)),
            ]
            for (name, set, expected) in results {
                #expect(Self.numbers(set) == expected, "\(name), seed \(seed)")
                #expect(Self.isNormal(set), "\(name), seed \(seed)")
                #expect(set.memberCount == UInt128(expected.count), "\(name), seed \(seed)")
            }
            #expect(left.isSubset(of: right) == leftNumbers.isSubset(of: rightNumbers), "seed \(seed)")
            #expect(left.intersects(right) == !leftNumbers.isDisjoint(with: rightNumbers), "seed \(seed)")
            let probe = UInt8.random(in: 0...255, using: &random)
            #expect(left.contains(probe) == leftNumbers.contains(probe), "seed \(seed)")
        }
    }

    @Test("blocks are aligned, cover the set, and cannot be fewer")
    func blocks() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<1_000 {
            let (set, numbers) = Self.random(&random)
            var covered = Set<UInt8>()
            var found = 0
            set.forEachBlock { first, prefix in
                let size = 256 >> prefix
                #expect(Int(first) % size == 0, "seed \(seed)")
                for number in Int(first)..<Int(first) + size {
                    #expect(covered.insert(UInt8(number)).inserted, "seed \(seed)")
                }
                found += 1
            }
            #expect(covered == numbers, "seed \(seed)")
            #expect(found == Self.fewest(numbers, 0, 256), "seed \(seed)")
        }
    }

    /// The fewest blocks by splitting in halves.
    private static func fewest(_ numbers: Set<UInt8>, _ first: Int, _ size: Int) -> Int {
        let inside = (first..<first + size).count { numbers.contains(UInt8($0)) }
        if inside == size { return 1 }
        if inside == 0 { return 0 }
        return fewest(numbers, first, size / 2) + fewest(numbers, first + size / 2, size / 2)
    }

    @Test("the ends of the type are no trap")
    func ends() {
        #expect(IntervalSet<UInt8>.full.complement() == .empty)
        #expect(IntervalSet<UInt8>.empty.complement() == .full)
        #expect(IntervalSet<UInt128>.full.memberCount == UInt128.max)
        #expect(IntervalSet([Interval<UInt8>(5, 255), Interval(0, 4)]) == .full)
        #expect(IntervalSet([Interval<UInt8>(0, 255), Interval(7, 9)]) == .full)
        var blocks: [String] = []
        IntervalSet<UInt128>.full.forEachBlock { blocks.append("\($0)/\($1)") }
        IntervalSet([Interval(UInt32.max, UInt32.max)]).forEachBlock { blocks.append("\($0)/\($1)") }
        #expect(blocks == ["0/0", "4294967295/32"])
    }
}
