extension LintContext {
    /// Interval look-ups that all comparisons of rules may take together: well under a second.
    static let shadowBudget = 5_000_000

    /// Rules whose every connection an earlier rule of the port allows already.
    func shadowedRules(budget limit: Int = LintContext.shadowBudget) -> [Diagnostic] {
        var found: [Diagnostic] = []
        var budget = limit
        for port in policy.ports where port.rules.count > 1 {
            let sources = port.rules.map { self.sources(of: $0) }
            let leaves = port.rules.map { rule -> Set<Name> in
                if case .only(let names) = rule.identities { return self.leaves(of: names) }
                return []
            }
            let reaches = sources.map { SourceReach(of: $0) }
            let networks = port.rules.map { rule -> SourceReach in
                if case .only(let networks) = rule.networks { return SourceReach(of: networks) }
                return SourceReach(of: nil)
            }
            for later in port.rules.indices.dropFirst() {
                let shadow = port.rules.indices[..<later].first { earlier in
                    // Nearly all pairs end here, at the price of a few comparisons.
                    guard networks[earlier].encloses(reaches[later]) else {
                        budget -= 2
                        return false
                    }
                    return isShadowed(
                        port.rules[later], sources[later], leaves[later], by: port.rules[earlier], leaves[earlier],
                        budget: &budget)
                }
                if budget <= 0 { return found + [.shadowsUnknown(port.rules[later], port)] }
                if let shadow { found.append(.shadowedRule(port.rules[later], by: port.rules[shadow], port)) }
            }
        }
        return found
    }

    private func isShadowed(
        _ later: AccessRule, _ sources: AddressSet?, _ leaves: Set<Name>, by earlier: AccessRule,
        _ earlierLeaves: Set<Name>, budget: inout Int
    ) -> Bool {
        budget -= 1
        // A limited rule, or one that is only observed, does not allow all that it matches.
        guard earlier.rate == nil, earlier.mode == .enforce || later.mode == .observe else { return false }
        if let ends = earlier.expires {
            guard let laterEnds = later.expires, laterEnds <= ends else { return false }
        }
        if case .only(let windows) = earlier.windows {
            guard case .only(let laterWindows) = later.windows, laterWindows.allSatisfy(windows.contains) else {
                return false
            }
        }
        if case .only(let types) = earlier.requests {
            guard case .only(let laterTypes) = later.requests,
                laterTypes.allSatisfy({ type in types.contains { $0.admits(type) } })
            else { return false }
        }
        if case .only = earlier.identities {
            guard case .only = later.identities, leaves.isSubset(of: earlierLeaves) else { return false }
        }
        switch earlier.networks {
        case .unrestricted:
            // Without networks and identities it would match nobody.
            return earlier.identities != .unrestricted
        case .only(let networks):
            guard let sources else { return false }
            return sources.isSubset(of: networks, budget: &budget)
        }
    }
}

/// The least and greatest sources of a set: what is not enclosed by another's is no part of it.
private struct SourceReach {
    private var first4 = UInt32.max
    private var last4 = UInt32.min
    private var first6 = UInt128.max
    private var last6 = UInt128.min

    /// Takes the reach of a set; nil means every source.
    init(of addresses: AddressSet?) {
        guard let addresses else {
            (first4, last4, first6, last6) = (.min, .max, .min, .max)
            return
        }
        if let first = addresses.v4.intervals.first, let last = addresses.v4.intervals.last {
            (first4, last4) = (first.first, last.last)
        }
        if let first = addresses.v6.intervals.first, let last = addresses.v6.intervals.last {
            (first6, last6) = (first.first, last.last)
        }
    }

    func encloses(_ other: SourceReach) -> Bool {
        first4 <= other.first4 && other.last4 <= last4 && first6 <= other.first6 && other.last6 <= last6
    }
}

extension AddressSet {
    /// Tells whether every source of this set is in the other; false when the budget of look-ups runs out.
    func isSubset(of other: AddressSet, budget: inout Int) -> Bool {
        if loopback, !other.loopback { return false }
        if !other.loopback {
            guard !loopbackV6 || other.loopbackV6, loopbackV4.isSubset(of: other.loopbackV4, budget: &budget) else {
                return false
            }
        }
        return v4.isSubset(of: other.v4, budget: &budget) && v6.isSubset(of: other.v6, budget: &budget)
    }
}

extension IntervalSet {
    /// As ``isSubset(of:)``, but stops at the first member outside. O(n log m).
    fileprivate func isSubset(of other: IntervalSet, budget: inout Int) -> Bool {
        for interval in intervals {
            budget -= 1
            guard budget > 0, other.covers(interval) else { return false }
        }
        return true
    }

    private func covers(_ wanted: Interval<Bound>) -> Bool {
        var low = 0
        var high = intervals.count
        while low < high {
            let middle = (low + high) / 2
            if intervals[middle].last < wanted.first { low = middle + 1 } else { high = middle }
        }
        return low < intervals.count && intervals[low].first <= wanted.first && wanted.last <= intervals[low].last
    }
}
