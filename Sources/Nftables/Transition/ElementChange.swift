/// The elements of a set that go and those that come, out of two contents of the same type.
public struct ElementChange: Hashable, Sendable {
    /// The set's name.
    public let set: String
    /// What goes, each interval exactly as it is in the set.
    public let removed: NamedSet.Content
    /// What comes.
    public let added: NamedSet.Content

    /// Compares two contents, in time proportional to both; nil when their types differ or hold no declared elements.
    public init?(set: String, from old: NamedSet.Content, to new: NamedSet.Content) {
        self.set = set
        switch (old, new) {
        case (.ipv4(let old), .ipv4(let new)):
            let (gone, fresh) = Self.difference(old, new)
            (removed, added) = (.ipv4(gone), .ipv4(fresh))
        case (.ipv6(let old), .ipv6(let new)):
            let (gone, fresh) = Self.difference(old, new)
            (removed, added) = (.ipv6(gone), .ipv6(fresh))
        case (.time(let old), .time(let new)):
            let (gone, fresh) = Self.difference(old, new)
            (removed, added) = (.time(gone), .time(fresh))
        default: return nil
        }
    }

    /// How many elements go and come.
    public var counts: (removed: Int, added: Int) { (removed.elementCount, added.elementCount) }

    /// Walks two sorted lists side by side. An interval that is in both stays, whatever stands beside it.
    private static func difference<Item: OrderedRange>(_ old: [Item], _ new: [Item]) -> (gone: [Item], fresh: [Item]) {
        var gone: [Item] = []
        var fresh: [Item] = []
        var left = 0
        var right = 0
        while left < old.count, right < new.count {
            if old[left] == new[right] {
                left += 1
                right += 1
            } else if old[left].precedes(new[right]) {
                gone.append(old[left])
                left += 1
            } else {
                fresh.append(new[right])
                right += 1
            }
        }
        gone += old[left...]
        fresh += new[right...]
        return (gone, fresh)
    }
}

extension NamedSet.Content {
    /// How many declared elements there are.
    public var elementCount: Int {
        switch self {
        case .ipv4(let ranges): ranges.count
        case .ipv6(let ranges): ranges.count
        case .time(let ranges): ranges.count
        case .dynamic, .timed, .cgroups, .connections, .timedProtocols: 0
        }
    }
}

/// A closed interval with an order: by its first member, then by its last.
private protocol OrderedRange: Hashable {
    func precedes(_ other: Self) -> Bool
}

extension Range32: OrderedRange {
    fileprivate func precedes(_ other: Self) -> Bool { (first, last) < (other.first, other.last) }
}

extension Range128: OrderedRange {
    fileprivate func precedes(_ other: Self) -> Bool { (first, last) < (other.first, other.last) }
}

extension RangeTime: OrderedRange {
    fileprivate func precedes(_ other: Self) -> Bool { (first, last) < (other.first, other.last) }
}
