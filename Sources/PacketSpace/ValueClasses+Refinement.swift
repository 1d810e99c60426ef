extension ValueClasses.IntervalList {
    /// Returns the members that are not beyond a number. O(1) when all are.
    func clipped(to maximum: UInt128) -> IntervalList {
        guard let last = bounds.last, last > maximum else { return self }
        return intersection(IntervalList(0, maximum))
    }
}

extension ValueClasses {
    /// Returns each set once, without the empty one and the full one: they tell nothing apart.
    static func distinct(_ sets: [IntervalList], upTo maximum: UInt128) -> [IntervalList] {
        // A few words of each are enough to group them; equality decides.
        var groups: [[UInt128]: [Int]] = [:]
        var kept: [IntervalList] = []
        for set in sets {
            let set = set.clipped(to: maximum)
            guard let first = set.bounds.first, let last = set.bounds.last else { continue }
            if set.count == 1, first == 0, last == maximum { continue }
            let middle = set.bounds[set.bounds.count / 2]
            let quarter = set.bounds[set.bounds.count / 4]
            let key = [UInt128(set.bounds.count), first, quarter, middle, last, set.sample]
            if groups[key, default: []].contains(where: { kept[$0].bounds == set.bounds }) { continue }
            groups[key, default: []].append(kept.count)
            kept.append(set)
        }
        return kept
    }

    /// Returns where some set begins or ends, in order and once each, after 0.
    static func starts(of sets: [IntervalList], upTo maximum: UInt128) -> [UInt128] {
        var row = sets.map { set in
            var toggles = set.bounds
            for index in stride(from: 1, to: toggles.count, by: 2) where toggles[index] < maximum {
                toggles[index] += 1
            }
            // A set that reaches the end does not end before it.
            if set.bounds.last == maximum { toggles.removeLast() }
            if toggles.first == 0 { toggles.removeFirst() }
            return toggles
        }
        while row.count > 1 {
            row = stride(from: 0, to: row.count, by: 2).map { index in
                index + 1 < row.count ? merged(row[index], row[index + 1]) : row[index]
            }
        }
        return [0] + (row.first ?? [])
    }

    private static func merged(_ a: [UInt128], _ b: [UInt128]) -> [UInt128] {
        var all: [UInt128] = []
        all.reserveCapacity(a.count + b.count)
        var i = 0
        var j = 0
        while i < a.count, j < b.count {
            let left = a[i]
            let right = b[j]
            all.append(min(left, right))
            if left <= right { i += 1 }
            if right <= left { j += 1 }
        }
        all += a[i...]
        all += b[j...]
        return all
    }

    /// Finds ascending values in an ascending array: by doubling steps from the last place, so that many of them cost little
    /// and few of them do not walk the whole.
    struct SegmentFinder {
        private var place = 0

        /// Returns the index of a value, nil when it is not there. The values asked for must ascend.
        mutating func index(of value: UInt128, in starts: [UInt128]) -> Int? {
            var step = 1
            var low = place
            while low + step < starts.count, starts[low + step] <= value {
                low += step
                step *= 2
            }
            var high = min(low + step, starts.count)
            while high - low > 1 {
                let middle = (low + high) / 2
                if starts[middle] <= value { low = middle } else { high = middle }
            }
            place = low
            return starts[low] == value ? low : nil
        }
    }

    /// A partition of segments that is refined by one set after the other.
    struct Refinement {
        let starts: [UInt128]
        private(set) var classes: [UInt32]
        /// How many segments each class has.
        private var sizes: [UInt32]
        /// How many segments of each class the current set has touched, 0 between sets.
        private var hits: [UInt32] = [0]
        /// The new class of what the current set divides off; the class itself when it is not divided.
        private var targets: [UInt32] = [0]

        init(starts: [UInt128]) {
            precondition(starts.count < Int(UInt32.max), "segments are numbered by 32 bits")
            self.starts = starts
            classes = Array(repeating: 0, count: starts.count)
            sizes = [UInt32(starts.count)]
        }

        /// Divides each class that the set divides.
        mutating func split(by set: IntervalList, upTo maximum: UInt128) {
            var finder = SegmentFinder()
            var inside: [Range<Int>] = []
            inside.reserveCapacity(set.count)
            var covered = 0
            for index in 0..<set.count {
                let interval = set[index]
                let first = finder.index(of: interval.first, in: starts) ?? 0
                let end = interval.last == maximum ? nil : finder.index(of: interval.last + 1, in: starts)
                inside.append(first..<(end ?? starts.count))
                covered += (end ?? starts.count) - first
            }
            // The segments outside divide the classes in the same way.
            if covered > starts.count - covered { inside = gaps(of: inside) }
            var touched: [UInt32] = []
            for range in inside {
                for segment in range {
                    let number = Int(classes[segment])
                    if hits[number] == 0 { touched.append(UInt32(number)) }
                    hits[number] += 1
                }
            }
            for number in touched {
                let hit = hits[Int(number)]
                hits[Int(number)] = 0
                if hit == sizes[Int(number)] {
                    targets[Int(number)] = number
                } else {
                    targets[Int(number)] = UInt32(sizes.count)
                    sizes[Int(number)] -= hit
                    sizes.append(hit)
                    hits.append(0)
                    targets.append(0)
                }
            }
            for range in inside {
                for segment in range { classes[segment] = targets[Int(classes[segment])] }
            }
        }

        private func gaps(of ranges: [Range<Int>]) -> [Range<Int>] {
            var gaps: [Range<Int>] = []
            var next = 0
            for range in ranges {
                if range.lowerBound > next { gaps.append(next..<range.lowerBound) }
                next = range.upperBound
            }
            if next < starts.count { gaps.append(next..<starts.count) }
            return gaps
        }

        /// Numbers the classes in the order of their least members.
        mutating func renumber() {
            var names = [UInt32](repeating: .max, count: sizes.count)
            var next: UInt32 = 0
            for segment in classes.indices {
                let old = Int(classes[segment])
                if names[old] == .max {
                    names[old] = next
                    next += 1
                }
                classes[segment] = names[old]
            }
            var renamed = sizes
            for old in sizes.indices { renamed[Int(names[old])] = sizes[old] }
            sizes = renamed
        }

        /// Returns the segments ordered by class, and where each class begins.
        func members() -> (offsets: [UInt32], segments: [UInt32]) {
            var offsets: [UInt32] = [0]
            offsets.reserveCapacity(sizes.count + 1)
            var sum: UInt32 = 0
            for size in sizes {
                sum += size
                offsets.append(sum)
            }
            var next = offsets
            var segments = [UInt32](repeating: 0, count: classes.count)
            for segment in classes.indices {
                let number = Int(classes[segment])
                segments[Int(next[number])] = UInt32(segment)
                next[number] += 1
            }
            return (offsets, segments)
        }
    }
}

extension ValueClasses.IntervalList {
    /// A sum over up to a thousand bounds, the same for equal lists.
    var sample: UInt128 {
        var sum: UInt128 = 0
        for index in stride(from: 0, to: bounds.count, by: max(1, bounds.count / 1_000)) {
            sum = sum &* 0x9E37_79B9_7F4A_7C15 &+ bounds[index]
        }
        return sum
    }
}
