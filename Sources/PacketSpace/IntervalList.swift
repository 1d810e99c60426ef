/// A set of numbers as sorted, disjoint, non-adjacent closed intervals: equal sets have equal lists.
public typealias IntervalList = ValueClasses.IntervalList

extension ValueClasses {
    /// A set of numbers as sorted, disjoint, non-adjacent closed intervals: equal sets have equal lists.
    ///
    /// All bounds lie in one flat array, 32 bytes for an interval.
    public struct IntervalList: Hashable, Sendable {
        /// The least and the greatest number of each interval, in turn.
        var bounds: [UInt128]

        /// The set without members.
        public static let empty = IntervalList(bounds: [])

        init(bounds: [UInt128]) { self.bounds = bounds }

        /// Hashes the number of bounds and some of them: lists of a million are looked up often, and compared only when these
        /// agree. O(1).
        public func hash(into hasher: inout Hasher) {
            hasher.combine(bounds.count)
            let step = max(1, bounds.count / 16)
            for index in stride(from: 0, to: bounds.count, by: step) { hasher.combine(bounds[index]) }
        }

        /// Creates the set of one interval; the bounds are put in order. O(1).
        public init(_ first: UInt128, _ last: UInt128) { bounds = [min(first, last), max(first, last)] }

        /// Creates the union of intervals in any order. O(n log n), O(n) when they are in order.
        ///
        /// - Precondition: No interval's first number is after its last.
        public init(_ intervals: [(first: UInt128, last: UInt128)]) { self.init(joining: intervals) }

        /// Creates the union of intervals in any order. O(n log n), O(n) when they are in order; twice as slow as from an array.
        ///
        /// - Precondition: No interval's first number is after its last.
        public init(_ intervals: some Sequence<(first: UInt128, last: UInt128)>) { self.init(joining: intervals) }

        /// Creates the union of intervals in any order, given by their ends in turn: the first number of one, its last, the first of
        /// the next. A number at the end that has no partner is left out. O(n log n), O(n) when they are in order.
        ///
        /// - Precondition: No interval's first number is after its last.
        public init(ends: consuming [UInt128]) {
            var all = consume ends
            if all.count % 2 != 0 { all.removeLast() }
            var inOrder = true
            for index in stride(from: 0, to: all.count, by: 2) {
                precondition(all[index] <= all[index + 1], "an interval ends where it starts or after")
                if index >= 2, all[index] < all[index - 2] { inOrder = false }
            }
            bounds = Self.joined(inOrder ? all : Self.ordered(all))
        }

        @inline(__always)
        private init(joining intervals: some Sequence<(first: UInt128, last: UInt128)>) {
            var parts: [UInt128] = []
            parts.reserveCapacity(intervals.underestimatedCount * 2)
            var inOrder = true
            for interval in intervals {
                precondition(interval.first <= interval.last, "an interval ends where it starts or after")
                if parts.count >= 2, interval.first < parts[parts.count - 2] { inOrder = false }
                parts.append(interval.first)
                parts.append(interval.last)
            }
            if inOrder {
                bounds = Self.joined(parts)
                return
            }
            bounds = Self.joined(Self.ordered(parts))
        }

        /// Sorts intervals by their first numbers.
        private static func ordered(_ parts: [UInt128]) -> [UInt128] {
            var sorted: [UInt128] = []
            sorted.reserveCapacity(parts.count)
            if parts.allSatisfy({ $0 <= UInt128(UInt32.max) }) {
                // Intervals of 32 bits, the most frequent, sort three times as fast as one word each.
                var words = stride(from: 0, to: parts.count, by: 2).map { index in
                    UInt64(truncatingIfNeeded: parts[index]) << 32 | UInt64(truncatingIfNeeded: parts[index + 1])
                }
                words.sort()
                for word in words {
                    sorted.append(UInt128(word >> 32))
                    sorted.append(UInt128(word & 0xFFFF_FFFF))
                }
            } else {
                let pairs = stride(from: 0, to: parts.count, by: 2).map { (first: parts[$0], last: parts[$0 + 1]) }
                for pair in pairs.sorted(by: { $0.first < $1.first }) {
                    sorted.append(pair.first)
                    sorted.append(pair.last)
                }
            }
            return sorted
        }

        /// Joins what overlaps or touches, in place, in bounds ordered by the intervals' first numbers.
        private static func joined(_ parts: consuming [UInt128]) -> [UInt128] {
            var all = consume parts
            var kept = 0
            var index = 0
            while index < all.count {
                let first = all[index]
                let last = all[index + 1]
                if kept > 0, all[kept - 1] == .max || first <= all[kept - 1] + 1 {
                    if last > all[kept - 1] { all[kept - 1] = last }
                } else {
                    all[kept] = first
                    all[kept + 1] = last
                    kept += 2
                }
                index += 2
            }
            all.removeLast(all.count - kept)
            return all
        }

        /// How many intervals there are. O(1).
        public var count: Int { bounds.count / 2 }
        /// Whether there is no member. O(1).
        public var isEmpty: Bool { bounds.isEmpty }

        /// The interval at a place, from 0 to `count` - 1. O(1).
        @inline(__always)
        public subscript(index: Int) -> (first: UInt128, last: UInt128) { (bounds[2 * index], bounds[2 * index + 1]) }

        /// The intervals in order. O(n).
        public var intervals: [(first: UInt128, last: UInt128)] { (0..<count).map { self[$0] } }

        /// How many members there are. O(n).
        public var cardinality: Cardinality {
            (0..<count).reduce(.zero) { sum, index in
                sum + Cardinality(self[index].last - self[index].first) + Cardinality(1)
            }
        }

        /// Tells whether a number is a member. O(log n).
        public func contains(_ value: UInt128) -> Bool {
            var low = 0
            var high = count
            while low < high {
                let middle = (low + high) / 2
                if self[middle].last < value { low = middle + 1 } else { high = middle }
            }
            return low < count && self[low].first <= value
        }

        /// Returns the numbers in either set. O(n).
        public func union(_ other: IntervalList) -> IntervalList {
            if isEmpty { return other }
            if other.isEmpty { return self }
            var all: [UInt128] = []
            all.reserveCapacity(bounds.count + other.bounds.count)
            var i = 0
            var j = 0
            while i < bounds.count || j < other.bounds.count {
                if j == other.bounds.count || (i < bounds.count && bounds[i] <= other.bounds[j]) {
                    all.append(bounds[i])
                    all.append(bounds[i + 1])
                    i += 2
                } else {
                    all.append(other.bounds[j])
                    all.append(other.bounds[j + 1])
                    j += 2
                }
            }
            return IntervalList(bounds: Self.joined(all))
        }

        /// Returns the numbers in both sets. O(n).
        public func intersection(_ other: IntervalList) -> IntervalList {
            var common: [UInt128] = []
            common.reserveCapacity(min(bounds.count, other.bounds.count))
            var i = 0
            var j = 0
            while i < bounds.count, j < other.bounds.count {
                let first = max(bounds[i], other.bounds[j])
                let last = min(bounds[i + 1], other.bounds[j + 1])
                if first <= last {
                    common.append(first)
                    common.append(last)
                }
                if bounds[i + 1] < other.bounds[j + 1] { i += 2 } else { j += 2 }
            }
            return IntervalList(bounds: common)
        }

        /// Returns the numbers of this set that are not in the other. O(n).
        public func subtracting(_ other: IntervalList) -> IntervalList {
            var kept: [UInt128] = []
            kept.reserveCapacity(bounds.count)
            var j = 0
            for i in stride(from: 0, to: bounds.count, by: 2) {
                var first = bounds[i]
                let last = bounds[i + 1]
                while j < other.bounds.count, other.bounds[j + 1] < first { j += 2 }
                var isUsedUp = false
                while j < other.bounds.count, other.bounds[j] <= last {
                    if other.bounds[j] > first {
                        kept.append(first)
                        kept.append(other.bounds[j] - 1)
                    }
                    guard other.bounds[j + 1] < last else {
                        isUsedUp = true
                        break
                    }
                    first = other.bounds[j + 1] + 1
                    j += 2
                }
                if !isUsedUp {
                    kept.append(first)
                    kept.append(last)
                }
            }
            return IntervalList(bounds: kept)
        }

        /// Returns the numbers from 0 to a greatest one that are not in the set. O(n).
        public func complement(upTo maximum: UInt128) -> IntervalList {
            IntervalList(0, maximum).subtracting(self)
        }

        /// Tells whether every member is in the other set. O(n).
        public func isSubset(of other: IntervalList) -> Bool { subtracting(other).isEmpty }
    }
}

extension PacketSpace {
    /// Returns the packets whose field is in a list, built from the least significant bit up. O(n·width), without the
    /// operation cache.
    public func intervals(_ field: Field, _ list: IntervalList) throws(NodeBudgetExceeded) -> Node {
        try build(field, count: list.count) { list[$0] }
    }
}
