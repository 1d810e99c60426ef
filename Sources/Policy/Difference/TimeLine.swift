/// The time over which two policies are compared, as one line of numbers.
///
/// It begins with the seconds from now to the horizon, on which windows are what they are. Where a rule of either policy ends
/// behind the horizon, stretches follow for the time up to each such end and after the last: on each of them a window that
/// is open is taken to be open as it is before the horizon, so that an end in ten years counts and windows need not be
/// worked out so far.
struct TimeLine: Sendable {
    /// The first moment.
    let start: Instant
    /// The last moment for which windows are worked out.
    let horizon: Instant
    /// Ends of rules behind the horizon, ascending.
    let lateEnds: [Instant]

    init(start: Instant, days: Int, ends: some Sequence<Instant>) {
        self.start = start
        horizon = start.advanced(byDays: days)
        let horizon = horizon
        lateEnds = Set(ends.filter { $0 > horizon }).sorted()
    }

    /// The length of a stretch.
    private var length: Int64 { horizon.seconds - start.seconds }
    private var stretches: Int64 { lateEnds.isEmpty ? 1 : Int64(lateEnds.count) + 2 }

    /// The whole line.
    var always: TimeSet { TimeSet(bounds: [0, length * stretches]) }

    /// The whole of a stretch, as ``pattern(of:on:)`` gives it.
    var wholeStretch: TimeSet { TimeSet(bounds: [0, length]) }

    /// Returns the points at which a rule with these openings (nil: no windows) and this end allows.
    func points(openings: [InstantRange]?, until end: Instant?) -> TimeSet {
        var parts: [(Int64, Int64)] = []
        for stretch in 0..<stretches {
            let limit = last(of: stretch, until: end)
            guard limit > 0 else { break }
            let base = stretch * length
            guard let openings else {
                parts.append((base, base + limit))
                continue
            }
            for opening in openings {
                let from = max(opening.start.seconds - start.seconds, 0)
                let to = min(opening.end.seconds - start.seconds, limit)
                if from < to { parts.append((base + from, base + to)) }
            }
        }
        return TimeSet(merging: parts)
    }

    /// How much of a stretch passes before an end.
    private func last(of stretch: Int64, until end: Instant?) -> Int64 {
        guard let end else { return length }
        if stretch == 0 { return min(max(end.seconds.subtracting(start.seconds), 0), length) }
        // Stretch 1 ends at the first late end, and so on; the last one is behind all of them.
        guard stretch <= lateEnds.count, lateEnds[Int(stretch) - 1] <= end else { return 0 }
        return length
    }

    /// What a point of the line stands for.
    struct Place {
        /// The stretch, 0 up to the horizon.
        let stretch: Int
        /// The moment, of the pattern before the horizon when the stretch is a later one.
        let moment: Instant
    }

    /// Returns what a point stands for.
    func place(of point: Int64) -> Place {
        Place(stretch: Int(point / length), moment: start.advanced(bySeconds: point % length))
    }

    /// Returns the parts of a set that lie on the first stretch, as moments, and the later stretches on which it has any.
    func moments(of set: TimeSet) -> (ranges: [InstantRange], later: [Int]) {
        var ranges: [InstantRange] = []
        var later: Set<Int> = []
        set.forEachRange { from, to in
            if from < length,
                let range = InstantRange(
                    start: start.advanced(bySeconds: from), end: start.advanced(bySeconds: min(to, length)))
            {
                ranges.append(range)
            }
            var stretch = from / length
            while stretch * length < to {
                if stretch > 0 { later.insert(Int(stretch)) }
                stretch += 1
            }
        }
        return (ranges, later.sorted())
    }

    /// Returns the part of a set on a later stretch, moved to the first.
    func pattern(of set: TimeSet, on stretch: Int) -> TimeSet {
        let base = Int64(stretch) * length
        var parts: [(Int64, Int64)] = []
        set.forEachRange { from, to in
            let (from, to) = (max(from - base, 0), min(to - base, length))
            if from < to { parts.append((from, to)) }
        }
        return TimeSet(merging: parts)
    }

    /// The moments of a later stretch: from, and until when it is not the last.
    func bounds(of stretch: Int) -> (from: Instant, until: Instant?) {
        guard stretch > 0 else { return (start, horizon) }
        return (
            stretch == 1 ? horizon : lateEnds[stretch - 2], stretch <= lateEnds.count ? lateEnds[stretch - 1] : nil
        )
    }
}

/// A set of points of a time line: sorted, disjoint half-open ranges, flattened.
struct TimeSet: Hashable, Sendable {
    /// Start, end, start, end, …, strictly ascending.
    let bounds: [Int64]

    static let never = TimeSet(bounds: [])

    var isEmpty: Bool { bounds.isEmpty }

    init(bounds: [Int64]) { self.bounds = bounds }

    /// Creates a set of ranges in any order.
    init(merging parts: [(Int64, Int64)]) {
        var bounds: [Int64] = []
        for (from, to) in parts.sorted(by: { $0.0 < $1.0 }) {
            if let last = bounds.last, from <= last {
                bounds[bounds.count - 1] = max(last, to)
            } else {
                bounds += [from, to]
            }
        }
        self.bounds = bounds
    }

    func forEachRange(_ body: (_ from: Int64, _ to: Int64) -> Void) {
        for index in stride(from: 0, to: bounds.count, by: 2) { body(bounds[index], bounds[index + 1]) }
    }

    func union(_ other: TimeSet) -> TimeSet {
        if isEmpty { return other }
        if other.isEmpty || self == other { return self }
        var parts: [(Int64, Int64)] = []
        forEachRange { parts.append(($0, $1)) }
        other.forEachRange { parts.append(($0, $1)) }
        return TimeSet(merging: parts)
    }

    func contains(_ point: Int64) -> Bool {
        var (low, high) = (0, bounds.count)
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] <= point { low = middle + 1 } else { high = middle }
        }
        return !low.isMultiple(of: 2)
    }
}

extension Int64 {
    /// The difference, or the nearest number there is.
    fileprivate func subtracting(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (self < other ? .min : .max) : difference
    }
}
