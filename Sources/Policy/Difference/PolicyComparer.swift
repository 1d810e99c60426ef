/// Takes two policies apart and compares them port by port.
struct PolicyComparer {
    private let old: Policy
    private let new: Policy
    private let oldDecider: Decider
    private let newDecider: Decider
    private var oldTerms: TermBuilder
    private var newTerms: TermBuilder
    private var catalog: DemandCatalog
    private var words: TimeWords?
    private var budget: Int
    /// The ports for which the budget was not enough.
    private(set) var undecided: [Name] = []

    init(old: Policy, new: Policy, now: Instant, budget: Int) {
        self.old = old
        self.new = new
        self.budget = budget
        oldDecider = Decider(old)
        newDecider = Decider(new)
        oldTerms = TermBuilder(old)
        newTerms = TermBuilder(new)
        let rules = (old.ports + new.ports).flatMap(\.rules)
        catalog = DemandCatalog(
            line: TimeLine(start: now, days: Linter.horizonDays, ends: rules.compactMap(\.expires)),
            rates: rules.compactMap(\.rate))
        // Each end behind the horizon makes the line longer for every rule.
        if catalog.line.lateEnds.count > Self.mostLateEnds { self.budget = 0 }
    }

    /// The most different ends behind the horizon for which rules are compared.
    static let mostLateEnds = 200

    /// Whether something of a port is only observed, so that there is more to compare.
    var hasStaged: Bool {
        (old.ports + new.ports).contains { !$0.staged.isEmpty || $0.rules.contains { $0.mode == .observe } }
    }

    // MARK: Ports

    /// A pair of declarations of the same numbers.
    private struct Pair: Hashable {
        let old: Int?
        let new: Int?
    }

    /// Compares every port that either policy declares; those without differences are among the result.
    mutating func ports() -> [PortDifference] {
        let numbers = pairs()
        let order = numbers.keys.sorted { left, right in
            (left.new ?? Int.max, left.old ?? -1) < (right.new ?? Int.max, right.old ?? -1)
        }
        return order.compactMap { pair in
            numbers[pair].flatMap { difference(pair, on: $0) }
        }
    }

    /// The numbers that each pair of declarations has in common, by protocol.
    private func pairs() -> [Pair: [(transport: TransportProtocol, ranges: [PortRange])]] {
        var found: [Pair: [(transport: TransportProtocol, ranges: [PortRange])]] = [:]
        for transport in TransportProtocol.allCases {
            func ranges(_ policy: Policy) -> [PortRange] {
                policy.ports.filter { $0.protocols.contains(transport) }.flatMap(\.ports)
            }
            var cuts: Set<Int> = []
            for range in ranges(old) + ranges(new) { cuts.formUnion([Int(range.first), Int(range.last) + 1]) }
            let sorted = cuts.sorted()
            for (first, past) in zip(sorted, sorted.dropFirst()) {
                guard let from = UInt16(exactly: first), let to = UInt16(exactly: past - 1),
                    let range = PortRange(from, to)
                else { continue }
                let pair = Pair(old: oldDecider.port(from, transport), new: newDecider.port(from, transport))
                guard pair.old != nil || pair.new != nil else { continue }
                if let last = found[pair]?.last, last.transport == transport {
                    let index = (found[pair]?.count ?? 1) - 1
                    found[pair]?[index].ranges = Self.joined(last.ranges, range)
                } else {
                    found[pair, default: []].append((transport, [range]))
                }
            }
        }
        return found
    }

    private static func joined(_ ranges: [PortRange], _ range: PortRange) -> [PortRange] {
        if let last = ranges.last, last.last < range.first, range.first - last.last == 1,
            let joined = PortRange(last.first, range.last)
        {
            return ranges.dropLast() + [joined]
        }
        return ranges + [range]
    }

    private mutating func difference(
        _ pair: Pair, on numbers: [(transport: TransportProtocol, ranges: [PortRange])]
    ) -> PortDifference? {
        let oldPort = pair.old.map { old.ports[$0] }
        let newPort = pair.new.map { new.ports[$0] }
        guard let span = newPort?.span ?? oldPort?.span else { return nil }
        let before = PortComparison.Side(terms: terms(of: oldPort, isOld: true), port: oldPort)
        let after = PortComparison.Side(terms: terms(of: newPort, isOld: false), port: newPort)
        var settings: [SettingChange] = []
        if let oldPort, let newPort {
            settings = SettingComparison(old: oldPort, new: newPort, oldTerms: oldTerms, newTerms: newTerms).changes
        }
        var difference = PortDifference(
            oldName: oldPort?.name, newName: newPort?.name, span: span, numbers: numbers,
            standing: oldPort == nil ? .declared : newPort == nil ? .undeclared : .kept,
            changes: changes(from: before, to: after, on: numbers), settings: settings)
        if difference.standing != .kept {
            let nobody = PortComparison.Side(terms: [], port: nil)
            difference.letIn = changes(
                from: nobody, to: newPort == nil ? before : after, on: numbers, findsWitnesses: false)
        }
        if budget <= 0, let name = difference.name, !undecided.contains(name) { undecided.append(name) }
        return difference
    }

    /// What a side lets in: of the enforced rules of a declaration, or everything where nothing judges.
    private mutating func terms(of port: Port?, isOld: Bool) -> [AccessTerm] {
        guard let port else {
            guard (isOld ? old : new).defaults.undeclared == .report else { return [] }
            let demand = Demand(
                time: catalog.number(of: catalog.line.always), requests: nil, atom: nil, level: DemandCatalog.unlimited)
            return [AccessTerm(demand: demand, sources: .all, rules: [])]
        }
        let rules = port.rules.enumerated().filter { $0.element.mode == .enforce }.map { (index: $0, rule: $1) }
        return isOld ? oldTerms.terms(of: rules, &catalog) : newTerms.terms(of: rules, &catalog)
    }

    // MARK: Changes

    /// Compares two sides; what is widened comes first. Witnesses are of the policies, not of other sides.
    private mutating func changes(
        from before: PortComparison.Side, to after: PortComparison.Side,
        on numbers: [(transport: TransportProtocol, ranges: [PortRange])], findsWitnesses: Bool = true
    ) -> [AccessChange] {
        let comparison = PortComparison(catalog: catalog, old: before, new: after)
        let findings = comparison.findings(over: numbers.map(\.transport), budget: &budget)
        guard budget > 0 else { return [] }
        var changes: [AccessChange] = []
        for finding in findings {
            // Protocols with the same numbers share a line.
            var groups: [(ranges: [PortRange], transports: [TransportProtocol])] = []
            for transport in finding.transports {
                let ranges = numbers.first { $0.transport == transport }?.ranges ?? []
                if let index = groups.firstIndex(where: { $0.ranges == ranges }) {
                    groups[index].transports.append(transport)
                } else {
                    groups.append((ranges, [transport]))
                }
            }
            for group in groups {
                var change = change(finding, on: group.ranges, over: group.transports, before, after)
                if findsWitnesses { change.witness = witness(of: change, from: finding.sampleSources) }
                changes.append(change)
            }
        }
        return changes.filter { $0.direction == .widened } + changes.filter { $0.direction == .narrowed }
    }

    private mutating func change(
        _ finding: PortComparison.Finding, on ranges: [PortRange], over transports: [TransportProtocol],
        _ before: PortComparison.Side, _ after: PortComparison.Side
    ) -> AccessChange {
        let change = finding.change
        let isWider = change.new > change.old
        let rules = (isWider ? after : before).port?.rules ?? []
        let time = described(finding.points)
        let rates = (catalog.rate(of: change.old), catalog.rate(of: change.new))
        return AccessChange(
            direction: isWider ? .widened : .narrowed,
            kind: change.old == 0 || change.new == 0 ? .access : .rate(old: rates.0, new: rates.1),
            ports: ranges, transports: transports, sources: finding.sources,
            holders: finding.atoms.map(holder), exceptHolders: change.otherAtoms.map(holder),
            requests: finding.requests.map(words), exceptRequests: change.otherRequests.map(words), time: time,
            causes: finding.rules.compactMap { index in
                index < rules.count ? AccessChange.Cause(rule: rules[index].name, span: rules[index].span) : nil
            }, points: finding.points, sample: change)
    }

    private mutating func described(_ points: TimeSet) -> ChangeTime {
        if words == nil {
            var windows: [(window: Window, openings: [InstantRange])] = []
            for window in new.windows { windows.append((window, newTerms.openings(of: window.name, on: catalog.line))) }
            for window in old.windows { windows.append((window, oldTerms.openings(of: window.name, on: catalog.line))) }
            words = TimeWords(line: catalog.line, windows: windows)
        }
        return words?.describe(points)
            ?? ChangeTime(
                words: "", isAlways: false, window: nil, from: catalog.line.start, until: nil, examples: [])
    }

    private func holder(_ atom: Int) -> AccessChange.Holder {
        let proof = catalog.atoms[atom]
        let names = newTerms.names(provenBy: [proof]) + oldTerms.names(provenBy: [proof])
        return AccessChange.Holder(proof: proof, names: Array(Set(names)).sorted())
    }

    private func words(_ request: RequestKey) -> String {
        newTerms.words(request) ?? oldTerms.words(request) ?? "a request type"
    }

    // MARK: Witnesses

    /// Returns a connection on which the policies differ as a change says; nil when none was found in the few tried.
    private func witness(of change: AccessChange, from sources: SourceSet) -> ChangeWitness? {
        guard let (source, isOwn) = sources.readable, let number = change.ports.first?.first,
            let transport = change.transports.first
        else { return nil }
        let proofs = change.sample.atom.map { catalog.closure(of: $0).map { catalog.atoms[$0] } } ?? []
        func attempt(_ terms: TermBuilder, _ time: Instant) -> AccessAttempt {
            AccessAttempt(
                source: source, isOwn: isOwn, port: number, transport: transport, time: time,
                identities: Set(terms.names(provenBy: proofs)), request: change.sample.request.map(terms.request))
        }
        for time in moments(of: change.points) {
            let witness = ChangeWitness(
                old: attempt(oldTerms, time), new: attempt(newTerms, time),
                proof: change.sample.atom.map { catalog.atoms[$0] }, request: change.sample.request.map(words))
            let (before, after) = (lets(witness.old, oldDecider), lets(witness.new, newDecider))
            switch change.kind {
            case .access where before != after && after == (change.direction == .widened): return witness
            case .rate where before && after: return witness
            default: continue
            }
        }
        return nil
    }

    /// Moments to try: the first ones before the horizon; behind it those of the same weekday and hour.
    private func moments(of points: TimeSet) -> [Instant] {
        let line = catalog.line
        let (ranges, later) = line.moments(of: points)
        if let first = ranges.first { return [first.start] }
        guard let stretch = later.first,
            let pattern = line.moments(of: line.pattern(of: points, on: stretch)).ranges.first
        else { return [] }
        let from = line.bounds(of: stretch).from
        let week: Int64 = 7 * 86_400
        let weeks = (from.seconds - pattern.start.seconds + week - 1) / week
        // A zone may be an hour or two from where it was in the pattern, and a window no longer than that.
        return [from]
            + (0..<8).flatMap { number in
                [0, 3_600, -3_600, 7_200, -7_200].map { shift in
                    pattern.start.advanced(bySeconds: (weeks + number) * week + shift)
                }
            }
    }

    private func lets(_ attempt: AccessAttempt, _ decider: Decider) -> Bool {
        switch decider.decide(attempt) {
        case .allowed: true
        case .refused: false
        case .undeclared: decider.policy.defaults.undeclared == .report
        }
    }

    // MARK: Settings

    /// Compares what concerns the whole gate.
    func settings() -> [SettingChange] {
        var found: [SettingChange] = []
        let (before, after) = (old.defaults, new.defaults)
        if before.undeclared != after.undeclared {
            found.append(
                SettingChange(
                    key: "defaults.undeclared", old: before.undeclared.rawValue, new: after.undeclared.rawValue,
                    direction: after.undeclared == .deny ? .narrowed : .widened,
                    meaning: after.undeclared == .deny
                        ? "connections to ports that nobody declares are refused from now on"
                        : "connections to ports that nobody declares are not refused any more",
                    span: after.undeclaredSpan))
        }
        if before.sourceCheck != after.sourceCheck {
            let order: [Defaults.SourceCheck] = [.strict, .loose, .none]
            let isLooser =
                (order.firstIndex(of: after.sourceCheck) ?? 0) > (order.firstIndex(of: before.sourceCheck) ?? 0)
            found.append(
                SettingChange(
                    key: "defaults.source-check", old: before.sourceCheck.rawValue, new: after.sourceCheck.rawValue,
                    direction: isLooser ? .widened : .narrowed, meaning: nil, span: nil))
        }
        return found
    }
}

extension SourceSet {
    /// A source that is easily read: a remote IPv4 one if there is one, not the first of its block if it has more.
    fileprivate var readable: (source: IPAddress, isOwn: Bool)? {
        // An address of the documentation (RFC 5737), where it is one of the sources.
        let documented: UInt32 = 0xc000_0201
        if remote4.contains(documented) { return (.v4(IPv4Address(bits: documented)), false) }
        if let interval = remote4.intervals.first {
            return (
                .v4(IPv4Address(bits: interval.first == interval.last ? interval.first : interval.first + 1)), false
            )
        }
        if let interval = remote6.intervals.first {
            return (
                .v6(IPv6Address(bits: interval.first == interval.last ? interval.first : interval.first + 1)), false
            )
        }
        let home: UInt32 = 0x7f00_0001
        if own4.contains(home) { return (.v4(IPv4Address(bits: home)), true) }
        if let interval = own4.intervals.first { return (.v4(IPv4Address(bits: interval.first)), true) }
        if let interval = own6.intervals.first { return (.v6(IPv6Address(bits: interval.first)), true) }
        return nil
    }
}
