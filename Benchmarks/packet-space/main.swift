import Glibc
import PacketSpace

// Measures sets of network prefixes in three forms: as diagrams over address bits, as lists of intervals, and as diagrams
// over the numbers of the classes that the lists tell apart. Seconds are of processor time. Exits with 1 when the
// difference of two lists of 1,000,000 prefixes takes half of one or more.

/// A small generator (splitmix64), so that every run measures the same sets.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}

/// Returns random IPv4 prefixes of 20 to 32 bits; nine in ten are the same for every seed, so that two sets overlap.
func prefixes(_ count: Int, seed: UInt64) -> [(first: UInt128, last: UInt128)] {
    var shared = SeededGenerator(state: 1)
    var own = SeededGenerator(state: seed)
    return (0..<count).map { index in
        let common = shared.next()
        let bits = index % 10 == 0 ? own.next() : common
        let width = 20 + UInt32(bits >> 40) % 13
        let size = (UInt32.max >> (width - 1)) >> 1
        let address = UInt32(truncatingIfNeeded: bits) & ~size
        return (UInt128(address), UInt128(address | size))
    }
}

/// Seconds of processor time, which other programs disturb less than those of the wall.
func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func seconds<Result>(_ body: () throws -> Result) rethrows -> (seconds: Double, result: Result) {
    let start = now()
    let result = try body()
    return (now() - start, result)
}

func padded(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }

func row(_ cells: [String]) {
    print(zip(cells, [10, 12, 13, 10, 10, 10, 12, 12]).map { padded($0, $1) }.joined(separator: " "))
}

func figure(_ value: Double) -> String {
    let units = Int((value * 10_000).rounded())
    return "\(units / 10_000)." + String(String(10_000 + units % 10_000).dropFirst())
}

/// Counts what all forms must agree on.
func cardinality(_ list: IntervalList) -> String { list.cardinality.description }

/// Prints the table and returns the seconds that the largest difference of lists took.
func measure() throws -> Double {
    var worst = 0.0
    row(["prefixes", "form", "build s", "union s", "diff s", "nodes", "bytes", "members"])
    for count in [1_000, 10_000, 100_000, 1_000_000] {
        let firstParts = prefixes(count, seed: 2)
        let secondParts = prefixes(count, seed: 3)

        let lists = seconds { (IntervalList(firstParts), IntervalList(secondParts)) }
        let (first, second) = lists.result
        let union = seconds { first.union(second) }
        let difference = seconds { first.subtracting(second) }
        let bytes = (first.count + second.count) * 32
        row([
            "\(count)", "intervals", figure(lists.seconds), figure(union.seconds), figure(difference.seconds), "-",
            "\(bytes)", cardinality(difference.result),
        ])
        if count == 1_000_000 { worst = difference.seconds }

        let space = PacketSpace()
        let field = PacketSpace.Field(firstLevel: 0, width: 32)
        let built = try seconds { (try space.intervals(field, first), try space.intervals(field, second)) }
        let sum = try seconds { try space.union(built.result.0, built.result.1) }
        let rest = try seconds { try space.difference(built.result.0, built.result.1) }
        let restCount = space.count(rest.result, over: field.levels).description
        row([
            "", "bits", figure(built.seconds), figure(sum.seconds), figure(rest.seconds), "\(space.nodeCount)",
            "\(space.byteCount)", restCount,
        ])

        let numbered = PacketSpace()
        let classes = seconds { ValueClasses(width: 32, distinguishedBy: [first, second]) }
        let code = PacketSpace.Field(firstLevel: 0, width: classes.result.codeWidth)
        func node(_ list: IntervalList) throws -> Node {
            let runs = classes.result.codes(of: list) ?? []
            return try numbered.intervals(code, runs.map { (UInt128($0.lowerBound), UInt128($0.upperBound)) })
        }
        let coded = try seconds { (try node(first), try node(second)) }
        let codedSum = try seconds { try numbered.union(coded.result.0, coded.result.1) }
        let codedRest = try seconds { try numbered.difference(coded.result.0, coded.result.1) }
        let codes = try numbered.values(of: code, in: codedRest.result).map { UInt32($0.first)...UInt32($0.last) }
        let codedCount = cardinality(classes.result.intervals(ofClasses: codes))
        row([
            "", "classes", figure(classes.seconds + coded.seconds), figure(codedSum.seconds), figure(codedRest.seconds),
            "\(numbered.nodeCount)", "\(numbered.byteCount)", codedCount,
        ])
        guard restCount == codedCount, restCount == cardinality(difference.result) else {
            print("the forms disagree")
            exit(1)
        }
    }
    return worst
}

/// Prints what it takes to number addresses by a ruleset's worth of sets.
func measureManySets() throws {
    let sets = (0..<1_000).map { IntervalList(prefixes(1_000, seed: UInt64($0) + 10)) }
    let own = (0..<1_000).map { index in IntervalList(prefixes(100, seed: UInt64(index) + 5_000)) }
    for (name, lists) in [("1,000 sets of 1,000 prefixes", sets), ("1,000 sets of 100 prefixes", own)] {
        let classes = seconds { ValueClasses(width: 32, distinguishedBy: lists) }
        let space = PacketSpace()
        let code = PacketSpace.Field(firstLevel: 0, width: classes.result.codeWidth)
        let coded = try seconds {
            for list in lists {
                let runs = classes.result.codes(of: list) ?? []
                _ = try space.intervals(code, runs.map { (UInt128($0.lowerBound), UInt128($0.upperBound)) })
            }
        }
        let bits = PacketSpace()
        let address = PacketSpace.Field(firstLevel: 0, width: 32)
        let built = try seconds { for list in lists { _ = try bits.intervals(address, list) } }
        print(
            "\(name): \(classes.result.count) classes in \(figure(classes.seconds)) s,",
            "all sets over their numbers \(figure(coded.seconds)) s and \(space.nodeCount) nodes,",
            "over address bits \(figure(built.seconds)) s and \(bits.nodeCount) nodes")
    }
}

/// Prints what it takes to number by two lists none of whose boundaries coincide.
func measureBoundaries() {
    func list(from start: Int) -> IntervalList {
        let firsts = (0..<1_000_000).map { start + $0 * 4_000 }
        return IntervalList(firsts.map { (first: UInt128($0), last: UInt128($0 + 1_999)) })
    }
    let lists = [list(from: 0), list(from: 1_000)]
    let classes = seconds { ValueClasses(width: 32, distinguishedBy: lists) }
    let codes = seconds { lists.map { classes.result.codes(of: $0)?.count ?? 0 } }
    print(
        "4,000,000 boundaries: \(classes.result.count) classes in \(figure(classes.seconds)) s,",
        "the runs of both lists in \(figure(codes.seconds)) s")
}

try measureManySets()
measureBoundaries()
let bound = 0.5
let worst = try measure()
print("difference of two lists of 1,000,000 prefixes: \(figure(worst)) s, bound \(figure(bound)) s")
if worst >= bound { exit(1) }
