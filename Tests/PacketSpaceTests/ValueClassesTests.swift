import PacketSpace
import TestSupport
import Testing

@Suite("Classes of values")
struct ValueClassesTests {
    static func randomSets(_ random: inout SeededGenerator) -> [IntervalList] {
        (0..<Int.random(in: 0...6, using: &random)).map { _ in
            IntervalList(
                (0..<Int.random(in: 0...5, using: &random)).map { _ in
                    let first = UInt128(UInt8.random(in: 0...255, using: &random))
                    return (first: first, last: min(255, first + UInt128(UInt8.random(in: 0...60, using: &random))))
                })
        }
    }

    @Test("two values share a class exactly when every set holds both or neither", arguments: 0..<120 as Range<UInt64>)
    func partition(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let sets = Self.randomSets(&random)
        let classes = ValueClasses(width: 8, distinguishedBy: sets + sets.shuffled(using: &random))
        var codes: [[Bool]: UInt32] = [:]
        var sizes: [UInt32: UInt128] = [:]
        for value in 0...255 as ClosedRange<UInt128> {
            let membership = sets.map { $0.contains(value) }
            // The first value of a class gives it the next number.
            let expected = codes[membership, default: UInt32(codes.count)]
            codes[membership] = expected
            sizes[expected, default: 0] += 1
            #expect(classes.code(of: value) == expected, "seed \(seed)")
        }
        #expect(classes.count == codes.count, "seed \(seed)")
        #expect(classes.count <= 1 << classes.codeWidth, "seed \(seed)")
        #expect(classes.codeWidth == 1 || classes.count > 1 << (classes.codeWidth - 1), "seed \(seed)")
        for (code, size) in sizes {
            #expect(classes.size(of: code) == Cardinality(size), "seed \(seed)")
            #expect(classes.code(of: classes.representative(of: code)) == code, "seed \(seed)")
        }
    }

    @Test("a given set is exactly its runs of class numbers", arguments: 0..<120 as Range<UInt64>)
    func codes(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let sets = Self.randomSets(&random)
        let classes = ValueClasses(width: 8, distinguishedBy: sets)
        for set in sets + [IntervalList(0, 255), .empty] {
            let runs = try #require(classes.codes(of: set), "seed \(seed)")
            for value in 0...255 as ClosedRange<UInt128> {
                let code = classes.code(of: value)
                #expect(runs.contains { $0.contains(code) } == set.contains(value), "seed \(seed)")
            }
            #expect(zip(runs, runs.dropFirst()).allSatisfy { $0.upperBound + 1 < $1.lowerBound }, "seed \(seed)")
            #expect(classes.intervals(ofClasses: runs) == set, "seed \(seed)")
            // Numbers of no class are inside with the last.
            let end = UInt32(1 << classes.codeWidth) - 1
            let lastIsInside = runs.contains { $0.contains(UInt32(classes.count - 1)) }
            #expect((runs.last?.upperBound == end) == lastIsInside, "seed \(seed)")
        }
        // Unions of given sets are unions of classes; what divides a class is not.
        let union = sets.reduce(IntervalList.empty) { $0.union($1) }
        #expect(classes.codes(of: union) != nil, "seed \(seed)")
        let other = IntervalList(10, 20)
        let isUnion = (0..<UInt32(classes.count)).allSatisfy { code in
            let members = classes.intervals(ofClasses: [code...code])
            return members.isSubset(of: other) || members.intersection(other).isEmpty
        }
        #expect((classes.codes(of: other) != nil) == isUnion, "seed \(seed)")
    }

    static let readable: [(set: IntervalList, member: UInt128)] = [
        (IntervalList(0x0A09_0000, 0x0A09_FFFF), 0x0A09_0001), (IntervalList(0x0A09_0007, 0x0A09_0010), 0x0A09_0007),
        (IntervalList(0x0A09_0000, 0x0A09_0000), 0x0A09_0000), (IntervalList(0x0A09_0000, 0x0A09_0001), 0x0A09_0000),
    ]

    @Test("a class shows a member that reads like a host of the network", arguments: readable)
    func representative(set: IntervalList, expected: UInt128) throws {
        let classes = ValueClasses(width: 32, distinguishedBy: [set])
        let code = try #require(classes.codes(of: set)?.first?.lowerBound)
        #expect(classes.representative(of: code) == expected)
        #expect(classes.representative(of: 0) == 1)
    }

    @Test("no set makes one class of all values, of any width", arguments: [1, 8, 32, 64, 128])
    func single(width: Int) {
        let classes = ValueClasses(width: width, distinguishedBy: [.empty])
        #expect(classes.count == 1 && classes.codeWidth == 1)
        #expect(classes.codes(of: IntervalList(0, classes.maximum)) == [0...1])
        #expect(classes.size(of: 0) == Cardinality(1).doubled(times: width))
        #expect(classes.codes(of: IntervalList(0, 0)) == nil)
    }

    @Test("the widest field is divided up to its end")
    func widest() throws {
        let high = IntervalList(1 << 127, .max)
        let classes = ValueClasses(width: 128, distinguishedBy: [high, IntervalList(.max, .max)])
        #expect(classes.count == 3)
        #expect(classes.codes(of: high) == [1...3])
        #expect(classes.intervals(ofClasses: [1...2]) == high)
        #expect(classes.code(of: .max) == 2)
    }

    @Test("rules over class numbers are equal exactly when they are over the bits", arguments: 0..<30 as Range<UInt64>)
    func rules(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let space = PacketSpace()
        let address = PacketSpace.Field(firstLevel: 100, width: 8)
        let port = PacketSpace.Field(firstLevel: 0, width: 3)
        let lists = Self.randomSets(&random) + [IntervalList(10, 19)]
        let classes = ValueClasses(width: 8, distinguishedBy: lists)
        let code = PacketSpace.Field(firstLevel: 200, width: classes.codeWidth)
        /// A chain of rules, each of which accepts or drops a list's addresses at some ports: over bits and over numbers.
        func chain() throws -> (bits: Node, numbers: Node) {
            var (bits, numbers) = (Node.empty, Node.empty)
            for _ in 0..<3 {
                let list = lists[Int.random(in: 0..<lists.count, using: &random)]
                let runs = try #require(classes.codes(of: list)).map {
                    (UInt128($0.lowerBound), UInt128($0.upperBound))
                }
                let ports = try space.interval(port, 0, UInt128.random(in: 0...7, using: &random))
                let verdict = Bool.random(using: &random) ? Node.full : Node.empty
                bits = try space.ifThenElse(
                    space.intersection(space.intervals(address, list), ports), verdict, bits)
                numbers = try space.ifThenElse(
                    space.intersection(space.intervals(code, runs), ports), verdict, numbers)
            }
            return (bits, numbers)
        }
        let chains = try (0..<12).map { _ in try chain() }
        for a in chains {
            for b in chains { #expect((a.bits == b.bits) == (a.numbers == b.numbers), "seed \(seed)") }
            // What a person is shown is the same set.
            let boxes = try space.boxes(in: a.numbers, fields: [code, port], limit: 1_000)
            let shown = try boxes.boxes.map { box throws in
                let runs = box.sides[0].intervals.map { UInt32($0.first)...UInt32($0.last) }
                return try space.intersection(
                    space.intervals(address, classes.intervals(ofClasses: runs)),
                    space.intervals(port, box.sides[1]))
            }
            #expect(try boxes.isComplete && space.union(of: shown) == a.bits, "seed \(seed)")
        }
    }
}
