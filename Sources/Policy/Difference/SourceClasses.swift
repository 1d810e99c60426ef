/// Sources divided by which of some sets they lie in.
struct SourceClasses: Sendable {
    /// For each class, the numbers of the sets it lies in, ascending.
    private(set) var members: [[Int]] = []
    /// For each class, its sources.
    private(set) var sources: [SourceSet] = []

    /// Divides the sources of a region that lie in at least one of the sets. O(n log n) in the intervals, O(n) for few sets.
    init(of sets: [SourceSet], within region: SourceSet) {
        var numbers: [[Int]: Int] = [:]
        // Sets without a source in the region take no part.
        func divide<Bound>(
            _ intervals: (SourceSet) -> IntervalSet<Bound>, _ put: (inout SourceSet, IntervalSet<Bound>) -> Void
        ) {
            let region = intervals(region)
            guard !region.isEmpty else { return }
            var chosen: [Int] = []
            var parts: [IntervalSet<Bound>] = []
            for (index, set) in sets.enumerated() {
                let part = intervals(set).common(with: region)
                if part.isEmpty { continue }
                chosen.append(index)
                parts.append(part)
            }
            for (local, found) in IntervalDivision.classes(of: parts) {
                let key = local.map { chosen[$0] }
                let number = numbers[key] ?? members.count
                if number == members.count {
                    numbers[key] = number
                    members.append(key)
                    sources.append(.empty)
                }
                put(&sources[number], IntervalSet(found))
            }
        }
        divide({ $0.remote4 }, { $0.remote4 = $1 })
        divide({ $0.remote6 }, { $0.remote6 = $1 })
        divide({ $0.own4 }, { $0.own4 = $1 })
        divide({ $0.own6 }, { $0.own6 = $1 })
    }
}

/// Divides numbers by the sets they lie in.
enum IntervalDivision {
    /// Returns the classes that lie in at least one set, each with its sets and its intervals in order.
    static func classes<Bound>(of sets: [IntervalSet<Bound>]) -> [(sets: [Int], intervals: [Interval<Bound>])] {
        guard sets.count > 1 else { return sets.map { ([0], $0.intervals) } }
        return sets.count <= 10 ? byMask(sets) : byEvents(sets)
    }

    /// A few sets: their next bounds are compared with each other, and a class is a mask of bits.
    private static func byMask<Bound>(
        _ sets: [IntervalSet<Bound>]
    ) -> [(sets: [Int], intervals: [Interval<Bound>])] {
        let lists = sets.map(\.intervals)
        var positions = [Int](repeating: 0, count: lists.count)
        var numbers = [Int](repeating: -1, count: 1 << lists.count)
        var found: [(sets: [Int], intervals: [Interval<Bound>])] = []
        var current: Bound = 0
        while true {
            // The sets that hold `current`, and how far from it nothing changes.
            var mask = 0
            var last = Bound.max
            var next: Bound?
            for index in lists.indices {
                let list = lists[index]
                while positions[index] < list.count, list[positions[index]].last < current { positions[index] += 1 }
                guard positions[index] < list.count else { continue }
                let interval = list[positions[index]]
                if interval.first <= current {
                    mask |= 1 << index
                    last = Swift.min(last, interval.last)
                } else {
                    next = Swift.min(next ?? interval.first, interval.first)
                }
            }
            if let next { last = Swift.min(last, next - 1) }
            if mask == 0 {
                guard let next else { return found }
                current = next
                continue
            }
            if numbers[mask] < 0 {
                numbers[mask] = found.count
                found.append((lists.indices.filter { mask & (1 << $0) != 0 }, []))
            }
            found[numbers[mask]].intervals.append(Interval(current, last))
            guard last < Bound.max else { return found }
            current = last + 1
        }
    }

    /// Many sets: all bounds in order, and a class is a list of the sets that are open.
    private static func byEvents<Bound>(
        _ sets: [IntervalSet<Bound>]
    ) -> [(sets: [Int], intervals: [Interval<Bound>])] {
        var starts: [(at: Bound, set: Int)] = []
        var ends: [(at: Bound, set: Int)] = []
        for (index, set) in sets.enumerated() {
            for interval in set.intervals {
                starts.append((interval.first, index))
                ends.append((interval.last, index))
            }
        }
        starts.sort { $0.at < $1.at }
        ends.sort { $0.at < $1.at }
        var numbers: [[Int]: Int] = [:]
        var found: [(sets: [Int], intervals: [Interval<Bound>])] = []
        var open: [Int] = []
        var (i, j) = (0, 0)
        var current = Bound.min
        while j < ends.count {
            if open.isEmpty { current = starts[i].at }
            while i < starts.count, starts[i].at == current {
                open.insert(starts[i].set, at: place(of: starts[i].set, in: open))
                i += 1
            }
            var last = ends[j].at
            if i < starts.count { last = Swift.min(last, starts[i].at - 1) }
            let number = numbers[open] ?? found.count
            if number == found.count {
                numbers[open] = number
                found.append((open, []))
            }
            found[number].intervals.append(Interval(current, last))
            while j < ends.count, ends[j].at == last {
                open.remove(at: place(of: ends[j].set, in: open))
                j += 1
            }
            guard last < Bound.max else { break }
            current = last + 1
        }
        return found
    }

    /// Where a number stands, or would stand, in ascending ones.
    private static func place(of number: Int, in ascending: [Int]) -> Int {
        var (low, high) = (0, ascending.count)
        while low < high {
            let middle = (low + high) / 2
            if ascending[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
