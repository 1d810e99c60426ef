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
public struct IntervalSet<Bound: FixedWidthInteger & UnsignedInteger & Sendable>: Hashable, Sendable {
    /// The intervals in order; between two of them at least one number is missing.
    public let intervals: [Interval<Bound>]

    /// Whether there is no member.
    public var isEmpty: Bool { intervals.isEmpty }

    /// The empty set.
    public static var empty: IntervalSet { IntervalSet(sortedDisjoint: []) }

    /// Every number of the type.
    public static var full: IntervalSet { IntervalSet(sortedDisjoint: [Interval(Bound.min, Bound.max)]) }

    private init(sortedDisjoint intervals: [Interval<Bound>]) { self.intervals = intervals }

    /// Creates the union of intervals in any order, overlapping or not. O(n log n), O(n) when they are in order already.
    public init(_ parts: [Interval<Bound>]) {
        var sorted = parts
        var inOrder = true
        for index in sorted.indices.dropFirst() where sorted[index].first < sorted[index - 1].first {
            inOrder = false
            break
        }
        if !inOrder { sorted.sort { $0.first < $1.first } }
        var merged: [Interval<Bound>] = []
        merged.reserveCapacity(sorted.count)
        for interval in sorted {
            guard let previous = merged.last else {
                merged.append(interval)
                continue
            }
            if previous.last == Bound.max || interval.first <= previous.last + 1 {
                if interval.last > previous.last {
                    merged[merged.count - 1] = Interval(previous.first, interval.last)
                }
            } else {
                merged.append(interval)
            }
        }
        intervals = merged
    }

    /// Tells whether a number is a member. O(log n).
    public func contains(_ value: Bound) -> Bool {
        var low = 0
        var high = intervals.count
        while low < high {
            let middle = (low + high) / 2
            if intervals[middle].last < value { low = middle + 1 } else { high = middle }
        }
        return low < intervals.count && intervals[low].first <= value
    }

    /// Returns the numbers in either set. O(n).
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

    /// Returns the numbers of this set that are not in the other. O(n).
    public func subtracting(_ other: IntervalSet) -> IntervalSet { intersection(other.complement()) }

    /// Returns the numbers of the type that are not in this set. O(n).
    public func complement() -> IntervalSet {
        var gaps: [Interval<Bound>] = []
        var next = Bound.min
        for interval in intervals {
            if interval.first > next { gaps.append(Interval(next, interval.first - 1)) }
            guard interval.last < Bound.max else { return IntervalSet(sortedDisjoint: gaps) }
            next = interval.last + 1
        }
        gaps.append(Interval(next, Bound.max))
        return IntervalSet(sortedDisjoint: gaps)
    }

    /// Tells whether every member of this set is in the other. O(n).
    public func isSubset(of other: IntervalSet) -> Bool { intersection(other) == self }
}
