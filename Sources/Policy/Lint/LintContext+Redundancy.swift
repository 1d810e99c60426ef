extension LintContext {
    /// What finding redundant rules may cost, in steps of some nanoseconds: well under a second.
    static let redundancyBudget = 20_000_000

    /// Rules that others make redundant together, observed rules that enforced ones make moot, and rates that others lift.
    ///
    /// A rule that is reported, here or in `shadowed`, makes no other rule redundant: all that are reported may be removed.
    func needlessRules(besides shadowed: [Diagnostic], budget limit: Int = LintContext.redundancyBudget) -> [Diagnostic]
    {
        var known: [String: Set<String>] = [:]
        for finding in shadowed where finding.code == "PG103" {
            if let port = finding.port, let rule = finding.rule { known[port, default: []].insert(rule) }
        }
        var budget = limit
        var builder = TermBuilder(policy)
        var found: [Diagnostic] = []
        for port in policy.ports where port.rules.count > 1 {
            let removed = known[port.name.text] ?? []
            builder.forgetTimes()
            var cover = RuleCover(
                port, sources: port.rules.map { rule in self.sources(of: rule).map { SourceSet($0) } ?? .all },
                now: now,
                removed: Set(port.rules.indices.filter { removed.contains(port.rules[$0].name.text) }))
            found += cover.findings(&builder, budget: &budget)
            guard budget > 0 else { return found + [.shadowsUnknown(port.rules[0], port)] }
        }
        return found
    }

    /// Rules whose windows do not open before the rule ends.
    func rulesThatEndUnopened() -> [Diagnostic] {
        var found: [Diagnostic] = []
        forEachRule { port, rule in
            guard let expires = rule.expires, expires > now, case .only(let names) = rule.windows else { return }
            // Windows that never open are reported themselves.
            let windows = names.filter(openingWindows.contains).compactMap { decider.window($0) }
            guard !windows.isEmpty else { return }
            let opens = windows.contains { window in
                window.schedule.nextOpening(at: now, in: window.zone, withinDays: Linter.horizonDays).map {
                    $0 < expires
                }
                    ?? false
            }
            if !opens { found.append(.endsUnopened(rule, port, at: expires, windows: windows)) }
        }
        return found
    }
}

/// Compares each rule of a port with all others together.
private struct RuleCover {
    private let port: Port
    private let sources: [SourceSet]
    /// The least and greatest remote IPv4 source of each rule that has no others; those of most pairs are apart.
    private let spans: [Interval<UInt32>?]
    private let isEnforced: [Bool]
    private var removed: Set<Int>
    private var catalog: DemandCatalog
    private var terms: [Int: [AccessTerm]] = [:]

    /// The most rules among which those that are needed to cover another one are sought.
    private static let mostReduced = 12

    init(_ port: Port, sources: [SourceSet], now: Instant, removed: Set<Int>) {
        self.port = port
        self.sources = sources
        spans = sources.map { set in
            guard set.remote6.isEmpty, set.own4.isEmpty, set.own6.isEmpty, let first = set.remote4.intervals.first,
                let last = set.remote4.intervals.last
            else { return nil }
            return Interval(first.first, last.last)
        }
        isEnforced = port.rules.map { $0.mode == .enforce }
        self.removed = removed
        // A line of its own: what windows and ends are like until the horizon, and behind it the order of the ends.
        catalog = DemandCatalog(
            line: TimeLine(start: now, days: Linter.horizonDays, ends: port.rules.compactMap(\.expires)),
            rates: port.rules.compactMap(\.rate))
    }

    mutating func findings(_ builder: inout TermBuilder, budget: inout Int) -> [Diagnostic] {
        // Each end behind the horizon makes the line longer for every rule.
        if catalog.line.lateEnds.count > PolicyComparer.mostLateEnds { budget = 0 }
        guard budget > 0 else { return [] }
        var found: [Diagnostic] = []
        let alone = LoneSources(of: sources).owners
        // From the last to the first: of two that do without each other, the later one is found needless.
        for index in port.rules.indices.reversed() where !removed.contains(index) {
            let rule = port.rules[index]
            if !alone.contains(index), let others = covering(index, &builder, budget: &budget) {
                removed.insert(index)
                let rules = others.map { port.rules[$0] }
                found.append(
                    rule.mode == .observe
                        ? .mootObservation(rule, beside: rules, port) : .redundantRule(rule, beside: rules, port))
            } else if rule.rate != nil, rule.mode == .enforce {
                let lifting = port.rules.indices.filter { lifts($0, index, &builder, budget: &budget) }
                if !lifting.isEmpty { found.append(.mootRate(rule, beside: lifting.map { port.rules[$0] }, port)) }
            }
            guard budget > 0 else { return found }
        }
        return found
    }

    /// Returns rules that together allow all that a rule allows, none of them needlessly when they are few; nil when
    /// there are none such.
    private mutating func covering(_ index: Int, _ builder: inout TermBuilder, budget: inout Int) -> [Int]? {
        budget -= port.rules.count
        let others = port.rules.indices.filter { other in
            // An observed rule lets nobody in.
            other != index && isEnforced[other] && meet(other, index) && !removed.contains(other)
        }
        guard !others.isEmpty, covers(others, index, &builder, budget: &budget) else { return nil }
        guard others.count <= Self.mostReduced else { return others }
        var needed = others
        for other in others where needed.count > 1 {
            let without = needed.filter { $0 != other }
            if covers(without, index, &builder, budget: &budget) { needed = without }
        }
        return needed
    }

    /// Whether two rules have sources in common.
    private func meet(_ other: Int, _ index: Int) -> Bool {
        if let one = spans[other], let two = spans[index], one.last < two.first || two.last < one.first { return false }
        return sources[other].intersects(sources[index])
    }

    private mutating func covers(_ others: [Int], _ index: Int, _ builder: inout TermBuilder, budget: inout Int) -> Bool
    {
        let own = terms(of: index, &builder)
        // A rule that matches nobody is another finding.
        guard !own.isEmpty else { return false }
        let changes = changes(from: own, to: others, within: sources[index], &builder, budget: &budget)
        return budget > 0 && !changes.contains { $0.change.new < $0.change.old }
    }

    /// Whether a rule allows more often some of what another one limits.
    private mutating func lifts(_ other: Int, _ index: Int, _ builder: inout TermBuilder, budget: inout Int) -> Bool {
        budget -= 1
        guard other != index, isEnforced[other], meet(other, index), !removed.contains(other),
            catalog.level(of: port.rules[other].rate) > catalog.level(of: port.rules[index].rate)
        else { return false }
        return changes(
            from: terms(of: index, &builder), to: [other], within: sources[index], &builder, budget: &budget
        ).contains { $0.change.old > 0 && $0.change.new > $0.change.old }
    }

    private mutating func changes(
        from own: [AccessTerm], to others: [Int], within sources: SourceSet, _ builder: inout TermBuilder,
        budget: inout Int
    ) -> [PortComparison.Finding] {
        // Those that demand the same are one term, or the comparison would take one for the other.
        var parts: [Demand: [SourceSet]] = [:]
        for other in others {
            for term in terms(of: other, &builder) {
                parts[term.demand, default: []].append(term.sources.intersection(sources))
            }
        }
        let united = parts.map { AccessTerm(demand: $0.key, sources: .union(of: $0.value[...]), rules: []) }
        budget -= united.reduce(0) { $0 + $1.sources.intervalCount }
        guard budget > 0 else { return [] }
        let comparison = PortComparison(
            catalog: catalog, old: PortComparison.Side(terms: own, port: nil),
            new: PortComparison.Side(terms: united, port: nil))
        return comparison.findings(over: Array(port.protocols), budget: &budget)
    }

    private mutating func terms(of index: Int, _ builder: inout TermBuilder) -> [AccessTerm] {
        if let known = terms[index] { return known }
        let made = builder.terms(of: [(index, port.rules[index])], &catalog)
        terms[index] = made
        return made
    }
}

/// The sets that have members which no other set has. O(n log n) in the intervals.
private struct LoneSources {
    /// Their indexes.
    private(set) var owners: Set<Int> = []

    init(of sets: [SourceSet]) {
        look(sets) { $0.remote4 }
        look(sets) { $0.remote6 }
        look(sets) { $0.own4 }
        look(sets) { $0.own6 }
    }

    private mutating func look<Bound>(_ sets: [SourceSet], _ part: (SourceSet) -> IntervalSet<Bound>) {
        var starts: [(at: Bound, set: Int)] = []
        var ends: [(at: Bound, set: Int)] = []
        for (index, set) in sets.enumerated() {
            for interval in part(set).intervals {
                starts.append((interval.first, index))
                ends.append((interval.last, index))
            }
        }
        starts.sort { $0.at < $1.at }
        ends.sort { $0.at < $1.at }
        // How many sets are open, and the sum of their indexes: of one that is open alone, its index.
        var (open, sum) = (0, 0)
        var (i, j) = (0, 0)
        while j < ends.count {
            if i < starts.count, starts[i].at <= ends[j].at {
                let at = starts[i].at
                while i < starts.count, starts[i].at == at {
                    open += 1
                    sum += starts[i].set
                    i += 1
                }
                if open == 1 { owners.insert(sum) }
            } else {
                let at = ends[j].at
                while j < ends.count, ends[j].at == at {
                    open -= 1
                    sum -= ends[j].set
                    j += 1
                }
                // Unless the next set begins right behind, the one that is left is alone there.
                if open == 1, at < Bound.max, i == starts.count || starts[i].at > at + 1 { owners.insert(sum) }
            }
        }
    }
}

extension SourceSet {
    fileprivate func intersects(_ other: SourceSet) -> Bool {
        remote4.intersects(other.remote4) || remote6.intersects(other.remote6) || own4.intersects(other.own4)
            || own6.intersects(other.own6)
    }
}
