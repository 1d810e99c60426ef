import Nftables
import Policy

/// The judges of what clients send.
extension PortRenderer {
    private var toDenied: Statement { .verdict(.goto(ObjectNames.denied(port.name))) }

    /// Judges what reaches the port from outside and does not belong to a live connection.
    var remoteJudge: Chain {
        // Only this host may ask for its loopback addresses, whatever route_localnet says.
        var rules = [
            Rule([.destinationIsLoopbackV4, toDenied], comment: portComment),
            Rule([.destinationIsLoopbackV6, toDenied], comment: portComment),
        ]
        switch settings.sourceCheck {
        case .strict: rules.append(Rule([.noRouteBack(sameInterface: true), toDenied], comment: portComment))
        case .loose: rules.append(Rule([.noRouteBack(sameInterface: false), toDenied], comment: portComment))
        case .none: break
        }
        rules += stagedEntry(ObjectNames.stagedJudge(port.name))
        rules += auditEntry(ObjectNames.audited(port.name))
        for plan in plain {
            for way in plan.ways { rules.append(rule(plan, way.asks, .goto(terminal(plan, lasts: way.lasts)))) }
        }
        if port.grants != nil {
            for way in grantWays {
                rules.append(Rule(way.asks + [.verdict(.goto(ObjectNames.granted(port.name)))], comment: portComment))
            }
        }
        for plan in typed {
            for way in plan.ways {
                rules.append(
                    rule(plan, way.asks, .jump(ObjectNames.typed(port.name, plan.name, lasts: way.lasts))))
            }
        }
        for plan in observed {
            for way in plan.ways {
                rules.append(rule(plan, way.asks, .jump(ObjectNames.wouldAllow(port.name, plan.name))))
            }
        }
        rules += unjudged
        rules.append(Rule([toDenied], comment: portComment))
        return Chain(name: ObjectNames.remoteJudge(port.name), rules: rules)
    }

    /// Judges connections of this host to itself, where the process behind a packet is known.
    var ownJudge: Chain {
        var rules = stagedEntry(ObjectNames.stagedOwnJudge(port.name))
        rules += auditEntry(ObjectNames.ownAudited(port.name))
        var leftovers: [Rule] = []
        for plan in plain + typed + observed {
            let target: Verdict =
                if plan.mode == .observe {
                    .jump(ObjectNames.wouldAllow(port.name, plan.name))
                } else if plan.requests != nil {
                    .jump(ObjectNames.typed(port.name, plan.name, lasts: false))
                } else {
                    .goto(terminal(plan, lasts: false))
                }
            for (clause, sets) in zip(plan.sources.own, plan.ownSets) {
                for address in addressMatches(clause, sets) {
                    guard let processes = clause.processes else {
                        rules.append(rule(plan, [address], target))
                        continue
                    }
                    rules.append(rule(plan, [address] + processMatches(processes), target))
                    guard plan.mode == .enforce, let time = timeMatch(plan) else { continue }
                    let rest: [Statement] = [
                        .connectionState([.established]), .counter(ObjectNames.leftover(port.name)), .verdict(.accept),
                    ]
                    leftovers.append(Rule([address] + time + rest, comment: ruleComment(plan)))
                }
            }
        }
        rules += unjudged
        if !leftovers.isEmpty {
            // What a process left behind when it closed its socket (last data, FIN, the ACKs of TIME_WAIT) has no owner any
            // more. It may end a connection that was allowed; whatever has an owner has been judged by it above.
            rules.append(Rule([.socketHasOwner, toDenied], comment: portComment))
            var seen: Set<[Statement]> = []
            rules += leftovers.filter { seen.insert($0.statements).inserted }
        }
        rules.append(Rule([toDenied], comment: portComment))
        return Chain(name: ObjectNames.ownJudge(port.name), rules: rules)
    }

    /// Ends for payload of connections whose first segment no rule found right, and for segments that come before it.
    private var unjudged: [Rule] {
        guard judgesSegments else { return [] }
        let unfit = Statement.verdict(.goto(ObjectNames.unfit(port.name)))
        // A client that sends again without data what is dropped here is none the worse.
        let early: [Statement] = [
            .counter(ObjectNames.early(port.name)), .verdict(onlyObserves ? .accept : .drop),
        ]
        var rules: [Rule] = []
        for state in [ConnectionStates.State.pending, .pendingServed] {
            let payload: [Statement] = [states.isIn(state), .hasPayload]
            rules += [
                payload + [.connectionKnown(.clientSequence, set: ObjectNames.firstBytes, negated: false), unfit],
                // So late that the place of its first byte is forgotten.
                payload + [.connectionKnown(.client, set: ObjectNames.opened, negated: true), unfit],
                payload + early,
            ].map { Rule($0, comment: portComment) }
        }
        rules.append(Rule([.tcpFlags(.opening), .hasPayload] + early, comment: portComment))
        return rules
    }

    func rule(_ plan: RulePlan, _ matches: [Statement], _ verdict: Verdict) -> Rule {
        Rule(matches + (timeMatch(plan) ?? []) + [.verdict(verdict)], comment: ruleComment(plan))
    }

    /// Where packets go that a rule without request types takes.
    private func terminal(_ plan: RulePlan, lasts: Bool) -> String {
        lasts ? ObjectNames.allowed(port.name, plan.name) : ObjectNames.allowedForNow(port.name, plan.name)
    }

    /// The ways in of those who were granted access.
    var grantWays: [Way] {
        guard port.grants != nil else { return [] }
        return [AddressFamily.v4, .v6].map { family in
            .timed(family, ObjectNames.grants(port.name, v6: family == .v6), within: nil)
        }
    }

    /// Returns the matches on the clock, or nil when the rule is over.
    func timeMatch(_ plan: RulePlan) -> [Statement]? {
        switch plan.time {
        case .always: []
        case .before(let end): [.timeBefore(end)]
        case .during: plan.timeSet.map { [.timeInSet($0)] }
        case .never: nil
        }
    }

    /// Returns one match for each family that an own clause takes.
    func addressMatches(_ clause: OwnClause, _ sets: RulePlan.OwnSets) -> [Statement] {
        switch clause.addresses {
        case .all: [.family(.v4), .family(.v6)]
        case .only:
            [
                sets.v4.map { .sourceInSet(family: .v4, set: $0) }, sets.v6.map { .sourceInSet(family: .v6, set: $0) },
            ].compactMap(\.self)
        }
    }

    func processMatches(_ processes: ProcessClause) -> [Statement] {
        var matches: [Statement] = []
        if let users = processes.users { matches.append(.socketUser(users)) }
        if let groups = processes.groups { matches.append(.socketGroup(groups)) }
        if let cgroup = processes.cgroup {
            matches.append(
                .cgroupInSet(level: UInt8(clamping: cgroup.level), set: ObjectNames.cgroups(cgroup)))
        }
        return matches
    }

    var hasProcessClauses: Bool {
        deciding.contains { plan in plan.sources.own.contains { $0.processes != nil } }
    }
}
