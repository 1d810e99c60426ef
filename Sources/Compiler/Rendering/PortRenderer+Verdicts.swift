import Nftables
import Policy

/// What a port's judges lead to.
extension PortRenderer {
    /// Records a connection once, counts what is judged, accepts.
    func allowed(_ plan: RulePlan, lasts: Bool) -> Chain {
        let name =
            lasts ? ObjectNames.allowed(port.name, plan.name) : ObjectNames.allowedForNow(port.name, plan.name)
        let rules =
            overRate(plan, [.connectionState([.new])])
            + admission(
                counter: ObjectNames.allowed(port.name, plan.name),
                logged: ObjectNames.allowedLogged(port.name, plan.name), words: "allow \(port.name)/\(plan.name)",
                comment: ruleComment(plan), lasts: lasts)
        return Chain(name: name, rules: rules)
    }

    /// The same for those who were granted access.
    var granted: Chain {
        let name = ObjectNames.granted(port.name)
        return Chain(
            name: name,
            rules: admission(
                counter: name, logged: ObjectNames.grantedLogged(port.name), words: "grant \(port.name)",
                comment: portComment, lasts: false))
    }

    /// Whether connections that are let in are recorded.
    var recordsAllowed: Bool { port.log.allowed == .connections }

    private func admission(counter name: String, logged: String, words: String, comment: String, lasts: Bool) -> [Rule]
    {
        let counter = Statement.counter(name)
        let end =
            switch (serves == nil, lasts) {
            case (true, true): ObjectNames.live
            case (true, false): ObjectNames.admitted
            case (false, true): ObjectNames.awaitLive
            case (false, false): ObjectNames.awaitAdmitted
            }
        let accept: [Statement] = [counter, .verdict(.goto(end))]
        var rules: [Rule] = []
        if recordsAllowed {
            // What is logged is counted by itself: the recorder compares its records with it.
            let log: [Statement] = [.counter(logged), log(words)]
            // The first packet of a connection ends here; the rules below are for what is rare.
            rules.append(Rule([.connectionState([.new]), .connectionUnconfirmed] + log + accept, comment: comment))
            // A connection that was cut, opened anew between the same ends.
            rules.append(Rule([states.isDead] + log, comment: comment))
            // Untracked packets belong to no connection: some of each source are recorded.
            let limit = Limit(over: true, count: 1, unit: Rate.Unit.second.rawValue, burst: 10)
            for family in [AddressFamily.v4, .v6] {
                let meter = Statement.meter(
                    set: ObjectNames.untrackedMeter(v6: family == .v6), family: family, limit: limit)
                let matches: [Statement] = [.connectionState([.untracked]), meter]
                rules.append(Rule(matches + [counter, .verdict(.accept)], comment: comment))
            }
            rules.append(Rule([.connectionState([.untracked])] + log, comment: comment))
        }
        rules.append(Rule(accept, comment: comment))
        return rules
    }

    /// Whether handshakes on this port are read: where connections are recorded, and TCP carries them.
    var isHeard: Bool { recordsAllowed && !onlyObserves && port.protocols.contains(.tcp) }

    /// Logs a packet for the reader of handshakes.
    var tap: Chain {
        Chain(name: ObjectNames.tap(port.name), rules: [Rule([log("data \(port.name)")], comment: portComment)])
    }

    /// Refuses new connections of a source that is over the rule's rate. A meter without room limits nothing.
    func overRate(_ plan: RulePlan, _ matches: [Statement]) -> [Rule] {
        // The chain of a rule that never opens stands there to be seen, without a meter.
        guard let rate = plan.rate, plan.time != .never else { return [] }
        let limit = Limit(
            over: true, count: rate.count, unit: rate.per.rawValue, burst: min(rate.count, Self.largestBurst))
        return [AddressFamily.v4, .v6].map { family in
            let meter = Statement.meter(
                set: ObjectNames.rateMeter(port.name, plan.name, v6: family == .v6), family: family, limit: limit)
            let end: [Statement] = [
                .counter(ObjectNames.overRate(port.name, plan.name)), .verdict(.goto(ObjectNames.denied(port.name))),
            ]
            return Rule(matches + [meter] + end, comment: ruleComment(plan))
        }
    }

    /// Records what an observed rule would allow, and hands back.
    func wouldAllow(_ plan: RulePlan) -> Chain {
        let name = ObjectNames.wouldAllow(port.name, plan.name)
        let comment = ruleComment(plan)
        let words = "would-allow \(port.name)/\(plan.name)"
        return Chain(
            name: name,
            rules: [
                Rule([.connectionState([.new]), .connectionUnconfirmed, log(words)], comment: comment),
                Rule([.counter(name), .verdict(.return)], comment: comment),
            ])
    }

    /// Records what is refused, up to a rate for each source, and hands over to the refusal. No limit stands in a rule
    /// that refuses: a limit there would let everything above it pass.
    var denied: Chain {
        var rules: [Rule] = []
        if onlyObserves {
            // Told once for each connection, not for each of its packets.
            rules.append(
                Rule(
                    [
                        .connectionState([.invalid, .established, .related]), .counter(ObjectNames.denied(port.name)),
                        .verdict(.accept),
                    ], comment: portComment))
        } else {
            rules.append(
                Rule(
                    [
                        .connectionState([.established]), .connectionDirection(.original),
                        .verdict(.goto(ObjectNames.revoked(port.name))),
                    ], comment: portComment))
        }
        let refuse = Statement.verdict(.goto(ObjectNames.refusal(port.name)))
        let words = onlyObserves ? "would-deny \(port.name)" : "deny \(port.name)"
        rules += limited([], log(words), end: [refuse])
        return Chain(name: ObjectNames.denied(port.name), rules: rules)
    }

    /// Cuts a connection that was allowed and is not any more. One of TCP is recorded each time: cut, it does not come again.
    var revoked: Chain {
        let counter = Statement.counter(ObjectNames.revoked(port.name))
        let log = log("revoke \(port.name)")
        let record = port.log.denied == .none ? [] : [log]
        let cut = Rule(
            [.transport(6)] + record + [counter, .verdict(.goto(ObjectNames.cut))], comment: portComment)
        return Chain(
            name: ObjectNames.revoked(port.name), rules: [cut] + limited([], log, end: [counter, .verdict(.drop)]))
    }

    /// Logs within the port's rate and goes on to an end.
    private func limited(_ matches: [Statement], _ log: Statement, end: [Statement]) -> [Rule] {
        let logged = Statement.counter(ObjectNames.deniedLogged(port.name))
        var rules: [Rule] = []
        switch port.log.denied {
        case .perSource(let rate):
            let limit = Limit(
                over: true, count: rate.count, unit: rate.per.rawValue, burst: min(rate.count, Self.largestBurst))
            for family in [AddressFamily.v4, .v6] {
                let meter = Statement.meter(
                    set: ObjectNames.deniedMeter(port.name, v6: family == .v6), family: family, limit: limit)
                let quiet = Statement.counter(ObjectNames.deniedQuiet(port.name))
                rules.append(Rule(matches + [meter, quiet] + end, comment: portComment))
            }
            rules.append(Rule(matches + [log, logged] + end, comment: portComment))
        case .all:
            rules.append(Rule(matches + [log, logged] + end, comment: portComment))
        case .none:
            rules.append(Rule(matches + end, comment: portComment))
        }
        return rules
    }

    /// Counts and refuses.
    var refusal: Chain {
        let counter = Statement.counter(ObjectNames.denied(port.name))
        var rules: [Rule] = []
        switch port.otherwise {
        case _ where onlyObserves:
            rules.append(Rule([counter, .verdict(.accept)], comment: portComment))
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
}
