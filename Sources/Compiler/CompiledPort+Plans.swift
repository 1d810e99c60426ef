import Policy

extension CompiledPort {
    /// Describes what a declaration became.
    init(port: Port, plans: [RulePlan]) {
        name = port.name
        span = port.span
        ports = port.ports
        protocols = port.protocols.sorted { $0.rawValue < $1.rawValue }
        refusal = port.otherwise
        log = port.log
        remoteChain = ObjectNames.remoteJudge(port.name)
        ownChain = ObjectNames.ownJudge(port.name)
        deniedCounter = ObjectNames.denied(port.name)
        rules = zip(port.rules, plans).map { CompiledRule(rule: $0, plan: $1, port: port.name) }
    }
}

extension CompiledRule {
    fileprivate init(rule: AccessRule, plan: RulePlan, port: Name) {
        name = rule.name
        span = rule.span
        v4 = Sources(
            set: plan.v4Set, addresses: UInt128(plan.sources.v4.count), intervals: plan.sources.v4.intervals.count)
        v6 = Sources(set: plan.v6Set, addresses: plan.sources.v6.count, intervals: plan.sources.v6.intervals.count)
        own = plan.sources.own.map { clause in
            Own(anyAddress: clause.addresses == .all, users: clause.processes?.users, groups: clause.processes?.groups)
        }
        if case .only(let names) = rule.windows {
            windows = names
            if case .during(let ranges) = plan.time { openings = ranges.count } else { openings = 0 }
        } else {
            windows = []
            openings = nil
        }
        timeSet = plan.timeSet
        expires = rule.expires
        isOver = plan.time == .never
        chain = ObjectNames.allowed(port, rule.name)
        counter = chain
    }
}

extension IntervalSet {
    /// The number of members, or the greatest number of the type when there are more.
    fileprivate var count: Bound {
        var sum: Bound = 0
        for interval in intervals {
            let (size, wraps) = (interval.last - interval.first).addingReportingOverflow(1)
            let (next, overflow) = sum.addingReportingOverflow(size)
            if wraps || overflow { return .max }
            sum = next
        }
        return sum
    }
}
