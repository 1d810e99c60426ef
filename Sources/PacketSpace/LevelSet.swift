/// A set of levels, as sorted disjoint ranges.
public struct LevelSet: Hashable, Sendable {
    /// The ranges in order; between two of them at least one level is missing.
    public let ranges: [ClosedRange<UInt32>]

    /// Creates the union of ranges in any order. O(n log n).
    public init(_ ranges: [ClosedRange<UInt32>] = []) {
        var merged: [ClosedRange<UInt32>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, last.upperBound == .max || range.lowerBound <= last.upperBound + 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        self.ranges = merged
    }

    /// Creates the set of single levels. O(n log n).
    public init(levels: some Sequence<UInt32>) { self.init(levels.map { $0...$0 }) }

    /// Whether there is no level.
    public var isEmpty: Bool { ranges.isEmpty }

    /// How many levels there are. O(ranges).
    public var count: Int { ranges.reduce(0) { $0 + $1.count } }

    /// The greatest level; nil for the empty set.
    public var last: UInt32? { ranges.last?.upperBound }

    /// Returns the levels in either set.
    public func union(_ other: LevelSet) -> LevelSet { LevelSet(ranges + other.ranges) }

    /// Returns the levels that are not in the set. O(ranges).
    public func complement() -> LevelSet {
        var gaps: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { gaps.append(next...range.lowerBound - 1) }
            guard range.upperBound < .max else { return LevelSet(gaps) }
            next = range.upperBound + 1
        }
        return LevelSet(gaps + [next...UInt32.max])
    }

    /// Tells whether a level is a member. O(log ranges).
    public func contains(_ level: UInt32) -> Bool {
        let index = index(notBefore: level)
        return index < ranges.count && ranges[index].lowerBound <= level
    }

    /// Returns the index of the first range that does not end before a level.
    func index(notBefore level: UInt32) -> Int {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < level { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
