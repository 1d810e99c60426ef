import Nftables
import Policy

/// Renders one port declaration: its chains, counters and meters.
struct PortRenderer {
    /// Sources that a meter can follow at once. When it is full, nothing is suppressed any more.
    static let meterSize: UInt32 = 65_536
    /// Seconds after which a meter forgets a source.
    static let meterTimeout: UInt32 = 60
    /// The largest burst whose nanoseconds the kernel can count whatever the unit.
    static let largestBurst: UInt32 = 100_000
    /// Records that the kernel may gather before it hands them over.
    static let queueThreshold: UInt16 = 32

    let port: Port
    let plans: [RulePlan]
    let logGroup: UInt16
    let sources: SourceMap

    /// Whether the port's rules need the meters of untracked sources.
    var needsUntrackedMeters: Bool { port.log.allowed == .connections && !plans.isEmpty }

    /// The chains: judges first, then what they lead to.
    var chains: [Chain] {
        [remoteJudge, ownJudge] + plans.map(allowed) + [denied, refusal]
    }

    /// The counters that the chains use.
    var counters: [NamedCounter] {
        var names = plans.map { ObjectNames.allowed(port.name, $0.name) }
        names.append(ObjectNames.denied(port.name))
        switch port.log.denied {
        case .perSource: names += [ObjectNames.deniedLogged(port.name), ObjectNames.deniedQuiet(port.name)]
        case .all: names.append(ObjectNames.deniedLogged(port.name))
        case .none: break
        }
        if hasProcessClauses { names.append(ObjectNames.leftover(port.name)) }
        return names.map { NamedCounter(name: $0) }
    }

    /// The meters that the chains use.
    var meters: [NamedSet] {
        guard case .perSource = port.log.denied else { return [] }
        return [
            Self.meter(ObjectNames.deniedMeter(port.name, v6: false), .v4),
            Self.meter(ObjectNames.deniedMeter(port.name, v6: true), .v6),
        ]
    }

    /// Returns an empty meter.
    static func meter(_ name: String, _ family: AddressFamily) -> NamedSet {
        NamedSet(name: name, content: .dynamic(family: family, size: meterSize, timeoutSeconds: meterTimeout))
    }

    // MARK: Judges

    /// Judges what reaches the port from outside. Every packet of both directions passes here: there is no way around it
    /// for established connections, so that what is revoked ends at its next packet.
    private var remoteJudge: Chain {
        let denied = Statement.verdict(.goto(ObjectNames.denied(port.name)))
        // Only this host may ask for its loopback addresses, whatever route_localnet says.
        var rules = [
            Rule([.destinationIsLoopbackV4, denied], comment: portComment),
            Rule([.destinationIsLoopbackV6, denied], comment: portComment),
        ]
        for plan in plans {
            guard let time = timeMatch(plan) else { continue }
            if let set = plan.v4Set { rules.append(allowRule(plan, [.sourceInSet(family: .v4, set: set)] + time)) }
            if let set = plan.v6Set { rules.append(allowRule(plan, [.sourceInSet(family: .v6, set: set)] + time)) }
        }
        rules.append(Rule([denied], comment: portComment))
        return Chain(name: ObjectNames.remoteJudge(port.name), rules: rules)
    }

    /// Judges connections of this host to itself, where the process behind a packet is known.
    private var ownJudge: Chain {
        let denied = Rule([.verdict(.goto(ObjectNames.denied(port.name)))], comment: portComment)
        var rules: [Rule] = []
        var leftovers: [Rule] = []
        for plan in plans {
            guard let time = timeMatch(plan) else { continue }
            for (clause, sets) in zip(plan.sources.own, plan.ownSets) {
                for address in addressMatches(clause, sets) {
                    guard let processes = clause.processes else {
                        rules.append(allowRule(plan, [address] + time))
                        continue
                    }
                    rules.append(allowRule(plan, [address] + processMatches(processes) + time))
                    let rest: [Statement] = [
                        .connectionState([.established]), .counter(ObjectNames.leftover(port.name)), .verdict(.accept),
                    ]
                    leftovers.append(Rule([address] + time + rest, comment: ruleComment(plan)))
                }
            }
        }
        if !leftovers.isEmpty {
            // What a process left behind when it closed its socket (last data, FIN, the ACKs of TIME_WAIT) has no owner any
            // more. It may end a connection that was allowed; whatever has an owner has been judged by it above.
            rules.append(Rule([.socketHasOwner] + denied.statements, comment: portComment))
            var seen: Set<[Statement]> = []
            rules += leftovers.filter { seen.insert($0.statements).inserted }
        }
        rules.append(denied)
        return Chain(name: ObjectNames.ownJudge(port.name), rules: rules)
    }

    private func allowRule(_ plan: RulePlan, _ matches: [Statement]) -> Rule {
        Rule(matches + [.verdict(.goto(ObjectNames.allowed(port.name, plan.name)))], comment: ruleComment(plan))
    }

    /// Returns the matches on the clock, or nil when the rule is over.
    private func timeMatch(_ plan: RulePlan) -> [Statement]? {
        switch plan.time {
        case .always: []
        case .before(let end): [.timeBefore(end)]
        case .during: plan.timeSet.map { [.timeInSet($0)] }
        case .never: nil
        }
    }

    /// Returns one match for each family that an own clause takes.
    private func addressMatches(_ clause: OwnClause, _ sets: RulePlan.OwnSets) -> [Statement] {
        switch clause.addresses {
        case .all: [.family(.v4), .family(.v6)]
        case .only:
            [
                sets.v4.map { .sourceInSet(family: .v4, set: $0) }, sets.v6.map { .sourceInSet(family: .v6, set: $0) },
            ].compactMap(\.self)
        }
    }

    private func processMatches(_ processes: ProcessClause) -> [Statement] {
        var matches: [Statement] = []
        if let users = processes.users { matches.append(.socketUser(users)) }
        if let groups = processes.groups { matches.append(.socketGroup(groups)) }
        return matches
    }

    private var hasProcessClauses: Bool {
        plans.contains { plan in plan.time != .never && plan.sources.own.contains { $0.processes != nil } }
    }

    // MARK: Verdicts

    /// Records a connection once, counts every packet, accepts.
    private func allowed(_ plan: RulePlan) -> Chain {
        let counter = Statement.counter(ObjectNames.allowed(port.name, plan.name))
        let comment = ruleComment(plan)
        var rules: [Rule] = []
        if port.log.allowed == .connections {
            let log = Statement.log(
                prefix: Provenance.allowPrefix(port.name, plan.name), group: logGroup, snaplen: nil,
                queueThreshold: Self.queueThreshold)
            rules.append(Rule([.connectionState([.new]), .connectionUnconfirmed, log], comment: comment))
            // Untracked packets belong to no connection: some of each source are recorded.
            let limit = Limit(over: true, count: 1, unit: Rate.Unit.second.rawValue, burst: 10)
            for family in [AddressFamily.v4, .v6] {
                let meter = Statement.meter(
                    set: ObjectNames.untrackedMeter(v6: family == .v6), family: family, limit: limit)
                let matches: [Statement] = [.connectionState([.untracked]), meter]
                rules.append(Rule(matches + [counter, .verdict(.accept)], comment: comment))
            }
            rules.append(Rule([.connectionState([.untracked]), log], comment: comment))
        }
        rules.append(Rule([counter, .verdict(.accept)], comment: comment))
        return Chain(name: ObjectNames.allowed(port.name, plan.name), rules: rules)
    }

    /// Records what is refused, up to a rate for each source, and hands over to the refusal. No limit stands in a rule
    /// that refuses: a limit there would let everything above it pass.
    private var denied: Chain {
        let refuse = Statement.verdict(.goto(ObjectNames.refusal(port.name)))
        let log = Statement.log(
            prefix: Provenance.denyPrefix(port.name), group: logGroup, snaplen: nil, queueThreshold: Self.queueThreshold
        )
        let logged = Statement.counter(ObjectNames.deniedLogged(port.name))
        var rules: [Rule] = []
        switch port.log.denied {
        case .perSource(let rate):
            let limit = Limit(
                over: true, count: rate.count, unit: rate.per.rawValue, burst: min(rate.count, Self.largestBurst))
            for family in [AddressFamily.v4, .v6] {
                let meter = Statement.meter(
                    set: ObjectNames.deniedMeter(port.name, v6: family == .v6), family: family, limit: limit)
                rules.append(
                    Rule([meter, .counter(ObjectNames.deniedQuiet(port.name)), refuse], comment: portComment))
            }
            rules.append(Rule([log, logged, refuse], comment: portComment))
        case .all:
            rules.append(Rule([log, logged, refuse], comment: portComment))
        case .none:
            rules.append(Rule([refuse], comment: portComment))
        }
        return Chain(name: ObjectNames.denied(port.name), rules: rules)
    }

    /// Counts and refuses.
    private var refusal: Chain {
        let counter = Statement.counter(ObjectNames.denied(port.name))
        var rules: [Rule] = []
        switch port.otherwise {
        case .reject:
            // An answer to a packet from outside for a loopback address would leave with a loopback source.
            for destination in [Statement.destinationIsLoopbackV4, .destinationIsLoopbackV6] {
                rules.append(
                    Rule(
                        [.outputInterface("lo", negated: true), destination, counter, .verdict(.drop)],
                        comment: portComment))
            }
            rules.append(
                Rule([.transport(TransportProtocol.tcp.rawValue), counter, .rejectReset], comment: portComment))
            rules.append(Rule([counter, .rejectProhibited], comment: portComment))
        case .drop:
            rules.append(Rule([counter, .verdict(.drop)], comment: portComment))
        }
        return Chain(name: ObjectNames.refusal(port.name), rules: rules)
    }

    // MARK: Provenance

    private var portComment: String { Provenance.comment(port.name.text, at: port.span, in: sources) }

    private func ruleComment(_ plan: RulePlan) -> String {
        Provenance.comment("\(port.name)/\(plan.name)", at: plan.span, in: sources)
    }
}
