/// A closed interval of numbers.
public struct Interval<Bound: FixedWidthInteger & UnsignedInteger & Sendable>: Hashable, Sendable {
    /// The least member.
    public let first: Bound
    /// The greatest member, at least `first`.
    public let last: Bound

    /// Creates an interval; the bounds are put in order.
    @inlinable
    public init(_ a: Bound, _ b: Bound) {
        first = Swift.min(a, b)
        last = Swift.max(a, b)
    }
}

/// A set of numbers as sorted, disjoint, non-adjacent closed intervals: equal sets have equal representations.
///
/// The operations are inlinable because other rooms run them over millions of intervals, and an unspecialised generic is ten
/// times slower.
public struct IntervalSet<Bound: FixedWidthInteger & UnsignedInteger & Sendable>: Hashable, Sendable {
    /// The intervals in order; between two of them at least one number is missing.
    public let intervals: [Interval<Bound>]

    /// Whether there is no member.
    @inlinable
    public var isEmpty: Bool { intervals.isEmpty }

    /// The empty set.
    @inlinable
    public static var empty: IntervalSet { IntervalSet(sortedDisjoint: []) }

    /// Every number of the type.
    @inlinable
    public static var full: IntervalSet { IntervalSet(sortedDisjoint: [Interval(Bound.min, Bound.max)]) }

    @inlinable
    init(sortedDisjoint intervals: [Interval<Bound>]) { self.intervals = intervals }

    /// Creates the union of intervals in any order, overlapping or not. O(n log n), O(n) when they are in order already.
    @inlinable
    public init(_ parts: consuming [Interval<Bound>]) {
        var all = consume parts
        var inOrder = true
        var disjoint = true
        for index in all.indices.dropFirst() {
            let previous = all[index - 1]
            if all[index].first < previous.first {
                inOrder = false
                break
            }
            // In order, so a last number of Bound.max reaches this interval and the sum cannot overflow otherwise.
            if previous.last == Bound.max || all[index].first <= previous.last + 1 { disjoint = false }
        }
        if inOrder, disjoint {
            intervals = all
            return
        }
        if !inOrder { all.sort { $0.first < $1.first } }
        // Merged in place: a second array would double the memory of a large set.
        var kept = 0
        for index in all.indices.dropFirst() {
            let previous = all[kept]
            let interval = all[index]
            if previous.last == Bound.max || interval.first <= previous.last + 1 {
                if interval.last > previous.last { all[kept] = Interval(previous.first, interval.last) }
            } else {
                kept += 1
                all[kept] = interval
            }
        }
        all.removeLast(Swift.max(0, all.count - kept - 1))
        intervals = all
    }

    /// Returns the index of the first interval that does not end before a number: `intervals.count` when all do.
    @inlinable
    func index(notBefore value: Bound) -> Int {
        var low = 0
        var high = intervals.count
        while low < high {
            let middle = (low + high) / 2
            if intervals[middle].last < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Tells whether a number is a member. O(log n).
    @inlinable
    public func contains(_ value: Bound) -> Bool {
        let index = index(notBefore: value)
        return index < intervals.count && intervals[index].first <= value
    }

    /// Tells whether the sets have a member in common. O(m log n), m being the smaller of the two.
    @inlinable
    public func intersects(_ other: IntervalSet) -> Bool {
        if other.intervals.count > intervals.count { return other.intersects(self) }
        return other.intervals.contains { interval in
            let index = index(notBefore: interval.first)
            return index < intervals.count && intervals[index].first <= interval.last
        }
    }

    /// Returns the numbers in either set. O(n).
    @inlinable
    public func union(_ other: IntervalSet) -> IntervalSet {
        if other.isEmpty { return self }
        if isEmpty { return other }
        var all: [Interval<Bound>] = []
        all.reserveCapacity(intervals.count + other.intervals.count)
        var i = 0
        var j = 0
        while i < intervals.count || j < other.intervals.count {
            if j == other.intervals.count || (i < intervals.count && intervals[i].first <= other.intervals[j].first) {
                all.append(intervals[i])
                i += 1
            } else {
                all.append(other.intervals[j])
                j += 1
            }
        }
        return IntervalSet(all)
    }

    /// Returns the numbers in both sets. O(n).
    @inlinable
    public func intersection(_ other: IntervalSet) -> IntervalSet {
        var common: [Interval<Bound>] = []
        var i = 0
        var j = 0
        while i < intervals.count, j < other.intervals.count {
            let first = Swift.max(intervals[i].first, other.intervals[j].first)
            let last = Swift.min(intervals[i].last, other.intervals[j].last)
            if first <= last { common.append(Interval(first, last)) }
            if intervals[i].last < other.intervals[j].last { i += 1 } else { j += 1 }
        }
        return IntervalSet(sortedDisjoint: common)
    }

    /// Returns the numbers of this set that are not in the other. O(n); this set itself when nothing is in both.
    @inlinable
    public func subtracting(_ other: IntervalSet) -> IntervalSet {
        intersects(other) ? intersection(other.complement()) : self
    }

    /// Returns the numbers of the type that are not in this set. O(n).
    @inlinable
    public func complement() -> IntervalSet {
        var gaps: [Interval<Bound>] = []
        gaps.reserveCapacity(intervals.count + 1)
        var next = Bound.min
        for interval in intervals {
            if interval.first > next { gaps.append(Interval(next, interval.first - 1)) }
            guard interval.last < Bound.max else { return IntervalSet(sortedDisjoint: gaps) }
            next = interval.last + 1
        }
        gaps.append(Interval(next, Bound.max))
        return IntervalSet(sortedDisjoint: gaps)
    }

    /// Tells whether every member of this set is in the other. O(n log m).
    @inlinable
    public func isSubset(of other: IntervalSet) -> Bool {
        // Intervals are never adjacent, so one that is inside lies in a single interval of the other.
        intervals.allSatisfy { interval in
            let index = other.index(notBefore: interval.last)
            return index < other.intervals.count && other.intervals[index].first <= interval.first
        }
    }
}
