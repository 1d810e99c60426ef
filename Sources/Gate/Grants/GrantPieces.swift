import Policy

/// Overlapping grants as the kernel takes them: disjoint intervals, each with the longest time that any grant gives it.
struct GrantPieces<Bound: FixedWidthInteger & UnsignedInteger & Sendable>: Hashable, Sendable {
    /// An interval and what is left of its time.
    struct Piece: Hashable, Sendable {
        /// The interval.
        let interval: Interval<Bound>
        /// Milliseconds, more than 0: to the kernel 0 would mean for ever.
        let remaining: UInt64
    }

    /// The pieces in order, disjoint; neighbours that touch differ in their time.
    let pieces: [Piece]

    /// Cuts intervals at each other's ends.
    init(_ parts: [(Interval<Bound>, UInt64)]) {
        let parts = parts.filter { $0.1 > 0 }.sorted { $0.0.first < $1.0.first }
        // Every place where something begins, or has just ended.
        var cuts = Set(parts.map(\.0.first))
        for (interval, _) in parts where interval.last < Bound.max { cuts.insert(interval.last + 1) }
        let starts = cuts.sorted()
        var open: [(Interval<Bound>, UInt64)] = []
        var next = 0
        var found: [Piece] = []
        for (index, start) in starts.enumerated() {
            open.removeAll { $0.0.last < start }
            while next < parts.count, parts[next].0.first == start {
                open.append(parts[next])
                next += 1
            }
            guard let longest = open.map(\.1).max() else { continue }
            let last = index + 1 < starts.count ? starts[index + 1] - 1 : Bound.max
            if let before = found.last, before.interval.last < start, before.interval.last + 1 == start,
                before.remaining == longest
            {
                found[found.count - 1] = Piece(interval: Interval(before.interval.first, last), remaining: longest)
            } else {
                found.append(Piece(interval: Interval(start, last), remaining: longest))
            }
        }
        pieces = found
    }

    /// The pieces as elements of a set.
    var elements: [SetElement] {
        pieces.map {
            SetElement(UInt128($0.interval.first), UInt128($0.interval.last), timeoutMilliseconds: $0.remaining)
        }
    }
}
