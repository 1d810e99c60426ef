/// Numbers the values of one wide field (an address, a time) by what tells them apart.
///
/// Two values have the same class when each of the given sets holds both or neither. A diagram over the bits of the class
/// number then stands for one over the bits of the field. Class numbers follow the order of the classes' least members, so
/// that neighbours have near numbers.
public struct ValueClasses: Sendable {
    /// How many bits the field has.
    public let width: Int
    /// Where the segments start: longest runs of values within each of which no given set begins or ends.
    let starts: [UInt128]
    /// The class of each segment.
    let classes: [UInt32]
    /// For each class, where its segments begin in `segments`; one more entry ends the last.
    private let offsets: [UInt32]
    /// The segments of class 0 in order, then those of class 1, and so on.
    private let segments: [UInt32]

    /// Tells apart the values that some of the sets holds and some does not. What does not fit the field is left out.
    ///
    /// O(b log s + c): b boundaries in s different sets, c the sum over the sets of the segments inside or outside,
    /// whichever are fewer. Equal sets are looked at once.
    ///
    /// - Precondition: The width is 1 to 128.
    public init(width: Int, distinguishedBy sets: [IntervalList]) {
        precondition((1...128).contains(width), "a field has 1 to 128 bits")
        self.width = width
        let maximum = UInt128.max >> UInt128(128 - width)
        let distinct = Self.distinct(sets, upTo: maximum)
        var refinement = Refinement(starts: Self.starts(of: distinct, upTo: maximum))
        for set in distinct { refinement.split(by: set, upTo: maximum) }
        refinement.renumber()
        starts = refinement.starts
        classes = refinement.classes
        (offsets, segments) = refinement.members()
    }

    /// How many classes there are, at least 1.
    public var count: Int { offsets.count - 1 }

    /// How many bits a class number takes, at least 1.
    public var codeWidth: Int { max(1, UInt32.bitWidth - UInt32(count - 1).leadingZeroBitCount) }

    /// The greatest value of the field.
    public var maximum: UInt128 { UInt128.max >> UInt128(128 - width) }

    /// Returns the class of a value; values beyond the field's have the class of its greatest. O(log segments).
    public func code(of value: UInt128) -> UInt32 {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= value { low = middle } else { high = middle }
        }
        return classes[low]
    }

    /// Returns how many values a class has; a number that no class has stands for the last. O(segments of the class).
    public func size(of code: UInt32) -> Cardinality {
        var sum = Cardinality.zero
        for segment in members(of: code) {
            sum = sum + Cardinality(last(of: segment) - starts[segment]) + Cardinality(1)
        }
        return sum
    }

    /// Returns a member of a class that reads well: the least, or the one after it when the least begins an aligned block of
    /// four inside the class, as the address of a network does. O(1).
    ///
    /// A number that no class has stands for the last.
    public func representative(of code: UInt32) -> UInt128 {
        let segment = Int(segments[Int(offsets[Int(clamped(code))])])
        let first = starts[segment]
        return first & 3 == 0 && last(of: segment) - first >= 3 ? first + 1 : first
    }

    /// Returns the values of some classes; numbers that no class has stand for the last. O(segments log segments).
    public func intervals(ofClasses codes: [ClosedRange<UInt32>]) -> IntervalList {
        let wanted = LevelSet(codes.map { clamped($0.lowerBound)...clamped($0.upperBound) })
        var found: [UInt32] = []
        for range in wanted.ranges {
            found += segments[Int(offsets[Int(range.lowerBound)])..<Int(offsets[Int(range.upperBound) + 1])]
        }
        found.sort()
        return IntervalList(found.lazy.map { (first: starts[Int($0)], last: last(of: Int($0))) })
    }

    /// Returns the runs of class numbers inside a set; nil when the set divides a class, as only one that was not given can.
    ///
    /// When the last class is inside, so are all numbers after it that `codeWidth` bits can write. O(b log segments + c log c)
    /// for b boundaries and c segments inside.
    public func codes(of set: IntervalList) -> [ClosedRange<UInt32>]? {
        let set = set.clipped(to: maximum)
        var finder = SegmentFinder()
        var inside: [UInt32] = []
        for index in 0..<set.count {
            let interval = set[index]
            guard let first = finder.index(of: interval.first, in: starts) else { return nil }
            var end = starts.count
            if interval.last < maximum {
                guard let next = finder.index(of: interval.last + 1, in: starts) else { return nil }
                end = next
            }
            inside += classes[first..<end]
        }
        return runs(of: inside)
    }

    // MARK: - Parts

    private func clamped(_ code: UInt32) -> UInt32 { min(code, UInt32(count - 1)) }

    private func last(of segment: Int) -> UInt128 {
        segment + 1 < starts.count ? starts[segment + 1] - 1 : maximum
    }

    private func members(of code: UInt32) -> some Sequence<Int> {
        let code = Int(clamped(code))
        return segments[Int(offsets[code])..<Int(offsets[code + 1])].lazy.map { Int($0) }
    }

    /// Returns the runs of the classes whose segments are listed; nil when some of a class's segments are missing.
    private func runs(of inside: [UInt32]) -> [ClosedRange<UInt32>]? {
        var runs: [ClosedRange<UInt32>] = []
        func append(_ code: UInt32, _ found: Int) -> Bool {
            guard found == Int(offsets[Int(code) + 1] - offsets[Int(code)]) else { return false }
            if let run = runs.last, run.upperBound + 1 == code {
                runs[runs.count - 1] = run.lowerBound...code
            } else {
                runs.append(code...code)
            }
            return true
        }
        if inside.count * 16 > count {
            var found = [UInt32](repeating: 0, count: count)
            for code in inside { found[Int(code)] += 1 }
            for code in 0..<count where found[code] > 0 {
                guard append(UInt32(code), Int(found[code])) else { return nil }
            }
        } else {
            let sorted = inside.sorted()
            var index = 0
            while index < sorted.count {
                var end = index + 1
                while end < sorted.count, sorted[end] == sorted[index] { end += 1 }
                guard append(sorted[index], end - index) else { return nil }
                index = end
            }
        }
        if let run = runs.last, run.upperBound == UInt32(count - 1) {
            // 2^32 - 1 when a number takes all 32 bits.
            runs[runs.count - 1] = run.lowerBound...UInt32.max >> UInt32(UInt32.bitWidth - codeWidth)
        }
        return runs
    }
}
