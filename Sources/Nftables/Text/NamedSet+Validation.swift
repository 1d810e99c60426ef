extension NamedSet {
    /// What the kernel fixes at the creation of a set.
    enum Kind: Hashable {
        case ipv4
        case ipv6
        case time
        case dynamic(AddressFamily)
        case timed(AddressFamily)
        case cgroups
        case connections(sequence: Bool)
        case timedProtocols
    }

    var kind: Kind {
        switch content {
        case .ipv4: .ipv4
        case .ipv6: .ipv6
        case .time: .time
        case .dynamic(let family, _, _): .dynamic(family)
        case .timed(let family, _, _): .timed(family)
        case .cgroups: .cgroups
        case .connections(let sequence, _, _): .connections(sequence: sequence)
        case .timedProtocols: .timedProtocols
        }
    }

    func validate() throws(TableError) {
        if let comment, !TextBounds.isComment(comment) { throw .badComment(on: name) }
        let isValid =
            switch content {
            case .ipv4(let ranges): Self.areDisjoint(ranges)
            case .ipv6(let ranges): Self.areDisjoint(ranges)
            case .time(let ranges): Self.areDisjoint(ranges)
            case .dynamic(_, let size, let timeoutSeconds), .connections(_, let size, let timeoutSeconds):
                (1...16_777_216).contains(size) && (1...31_536_000).contains(timeoutSeconds)
            case .timed(_, _, let size): (1...16_777_216).contains(size)
            case .timedProtocols(let seconds?): (1...31_536_000).contains(seconds)
            case .cgroups, .timedProtocols: true
            }
        if isValid { return }
        throw hasDeclaredElements ? .badRanges(in: name) : .badSet(name)
    }

    /// Whether the ranges are sorted and between two of them there is at least one address.
    private static func areDisjoint(_ ranges: [Range32]) -> Bool {
        var next: UInt64 = 0
        for range in ranges {
            guard range.first <= range.last, UInt64(range.first) >= next else { return false }
            next = UInt64(range.last) + 2
        }
        return true
    }

    private static func areDisjoint(_ ranges: [Range128]) -> Bool {
        var previous: UInt128?
        for range in ranges {
            guard range.first <= range.last else { return false }
            if let previous, range.first <= previous || range.first - previous == 1 { return false }
            previous = range.last
        }
        return true
    }

    /// Whether the ranges are sorted, disjoint, and within what the kernel's clock can name. Seconds that follow each other
    /// are nanoseconds apart: such ranges need not be merged.
    private static func areDisjoint(_ ranges: [RangeTime]) -> Bool {
        var next: Int64 = 0
        for range in ranges {
            guard range.first <= range.last, range.first >= next, range.last <= TextBounds.maxSecond else {
                return false
            }
            next = range.last + 1
        }
        return true
    }
}

extension VerdictMap {
    func validate(_ names: TableNames) throws(TableError) {
        var next: UInt32 = 0
        for element in elements {
            let first = UInt32(element.transport) << 16 | UInt32(element.first)
            guard element.first <= element.last, first >= next else { throw .badRanges(in: name) }
            guard takesRanges || element.first == element.last else { throw .badRanges(in: name) }
            next = (UInt32(element.transport) << 16 | UInt32(element.last)) + 1
            try names.check(element.verdict, from: name)
        }
    }
}
