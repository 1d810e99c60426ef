/// A set of sources over the whole space in which a rule can tell them apart: remote addresses of both families, and
/// connections of this host to itself by the address they come from.
public struct SourceSet: Hashable, Sendable {
    /// IPv4 sources that reach the host from outside.
    public var remote4: IntervalSet<UInt32>
    /// IPv6 sources that reach the host from outside.
    public var remote6: IntervalSet<UInt128>
    /// IPv4 sources of connections of this host to itself.
    public var own4: IntervalSet<UInt32>
    /// IPv6 sources of connections of this host to itself.
    public var own6: IntervalSet<UInt128>

    /// Nobody.
    public static let empty = SourceSet(remote4: .empty, remote6: .empty, own4: .empty, own6: .empty)
    /// Everybody.
    public static let all = SourceSet(
        remote4: AddressSet.any.v4, remote6: AddressSet.any.v6, own4: .full, own6: .full)
    /// Every connection of this host to itself.
    public static let ownHost = SourceSet(remote4: .empty, remote6: .empty, own4: .full, own6: .full)

    init(
        remote4: IntervalSet<UInt32>, remote6: IntervalSet<UInt128>, own4: IntervalSet<UInt32>,
        own6: IntervalSet<UInt128>
    ) {
        self.remote4 = remote4
        self.remote6 = remote6
        self.own4 = own4
        self.own6 = own6
    }

    /// Creates the sources that an address set means.
    public init(_ addresses: AddressSet) {
        remote4 = addresses.v4
        remote6 = addresses.v6
        own4 = addresses.loopback ? .full : addresses.loopbackV4
        own6 = addresses.loopback ? .full : addresses.loopbackV6 ? AddressSet.loopbackV6Block : .empty
    }

    /// Whether nobody is meant.
    public var isEmpty: Bool { remote4.isEmpty && remote6.isEmpty && own4.isEmpty && own6.isEmpty }
    /// How many intervals the set is made of.
    var intervalCount: Int {
        remote4.intervals.count + remote6.intervals.count + own4.intervals.count + own6.intervals.count
    }

    /// Tells whether an attempt comes from one of the sources.
    public func contains(_ attempt: AccessAttempt) -> Bool {
        switch (attempt.source, attempt.isOwn) {
        case (.v4(let address), false): remote4.contains(address.bits)
        case (.v6(let address), false): remote6.contains(address.bits)
        case (.v4(let address), true): own4.contains(address.bits)
        case (.v6(let address), true): own6.contains(address.bits)
        }
    }

    func union(_ other: SourceSet) -> SourceSet {
        SourceSet(
            remote4: remote4.union(other.remote4), remote6: remote6.union(other.remote6),
            own4: own4.union(other.own4), own6: own6.union(other.own6))
    }

    func intersection(_ other: SourceSet) -> SourceSet {
        SourceSet(
            remote4: remote4.common(with: other.remote4), remote6: remote6.common(with: other.remote6),
            own4: own4.common(with: other.own4), own6: own6.common(with: other.own6))
    }

    /// Returns the sources in exactly one of the sets.
    func symmetricDifference(_ other: SourceSet) -> SourceSet {
        SourceSet(
            remote4: remote4.symmetricDifference(other.remote4), remote6: remote6.symmetricDifference(other.remote6),
            own4: own4.symmetricDifference(other.own4), own6: own6.symmetricDifference(other.own6))
    }

    /// Returns the union of many sets, by halves.
    static func union(of sets: ArraySlice<SourceSet>) -> SourceSet {
        guard sets.count > 1 else { return sets.first ?? .empty }
        let middle = (sets.startIndex + sets.endIndex) / 2
        return union(of: sets[..<middle]).union(union(of: sets[middle...]))
    }
}

extension IntervalSet {
    /// As ``intersection(_:)``; a set that covers everything costs nothing.
    func common(with other: IntervalSet) -> IntervalSet {
        if isFull { return other }
        if other.isFull { return self }
        if isEmpty || other.isEmpty { return .empty }
        return intersection(other)
    }

    private var isFull: Bool {
        intervals.count == 1 && intervals[0].first == Bound.min && intervals[0].last == Bound.max
    }

    /// Returns the members of exactly one of the sets. O(n): the bounds of both are merged, and those in both drop out.
    func symmetricDifference(_ other: IntervalSet) -> IntervalSet {
        if isEmpty { return other }
        if other.isEmpty { return self }
        if intervals == other.intervals { return .empty }
        var found: [Interval<Bound>] = []
        let (left, right) = (intervals, other.intervals)
        // A bound is the first number of an interval or the one past its last; nil is past the greatest number.
        var (i, j) = (0, 0)
        func bound(_ list: [Interval<Bound>], _ index: Int) -> Bound? {
            guard index < list.count * 2 else { return nil }
            let interval = list[index / 2]
            if index.isMultiple(of: 2) { return interval.first }
            return interval.last == Bound.max ? nil : interval.last + 1
        }
        var open: Bound?
        while true {
            let (a, b) = (bound(left, i), bound(right, j))
            let next: Bound
            switch (a, b) {
            case (nil, nil):
                if let open { found.append(Interval(open, Bound.max)) }
                return IntervalSet(sortedDisjoint: found)
            case (let only?, nil):
                next = only
                i += 1
            case (nil, let only?):
                next = only
                j += 1
            case (let a?, let b?):
                if a == b {
                    i += 1
                    j += 1
                    continue
                }
                next = Swift.min(a, b)
                if a < b { i += 1 } else { j += 1 }
            }
            if let first = open {
                found.append(Interval(first, next - 1))
                open = nil
            } else {
                open = next
            }
        }
    }
}
