import Nftables
import Policy

/// Request types in their strict form: only the segment that starts at the client's first byte is judged, and the connection
/// counts as judged when the server has acknowledged it. Until then no other payload reaches a socket, so that nothing that
/// overlaps, comes early or is thrown away by the server can stand in for what was judged.
extension PortRenderer {
    /// Takes packets whose source a rule with request types allows.
    func typedChain(_ plan: RulePlan, lasts: Bool) -> Chain {
        let comment = ruleComment(plan)
        let counter = Statement.counter(ObjectNames.allowed(port.name, plan.name))
        let end = Statement.verdict(.goto(lasts ? ObjectNames.live : ObjectNames.admitted))
        // What was judged once stays so: its first bytes do not come again.
        // Data in a SYN is refused below, whatever is known of an earlier connection between the same ends.
        var rules =
            !port.protocols.contains(.tcp)
            ? []
            : [
                Rule([.tcpFlags(.opening), .hasPayload, .verdict(.return)], comment: comment)
            ]
        rules += [
            Rule([states.isIn(.unserved), counter, .verdict(.accept)], comment: comment),
            Rule([states.isIn(.admitted), counter, end], comment: comment),
            Rule([states.isIn(.live), counter, end], comment: comment),
        ]
        if port.protocols.contains(.udp) {
            let target = lasts ? ObjectNames.allowed : ObjectNames.allowedForNow
            for matches in alternatives(plan, over: .udp) {
                rules.append(
                    Rule(
                        [.transport(17)] + matches + [.verdict(.goto(target(port.name, plan.name)))], comment: comment))
            }
        }
        guard port.protocols.contains(.tcp) else {
            return Chain(name: ObjectNames.typed(port.name, plan.name, lasts: lasts), rules: rules)
        }
        // Multipath TCP reorders what the application reads, and an urgent byte is taken out of it: what was judged would not
        // be what is read. A connection without the option is one of plain TCP.
        rules.append(Rule([.stripMultipath], comment: comment))
        for state in onlyObserves ? [] : [ConnectionStates.State.pending, .pendingServed] {
            rules.append(
                Rule(
                    [states.isIn(state), .tcpFlags(.urgent), .counter(ObjectNames.early(port.name)), .verdict(.drop)],
                    comment: comment))
        }
        rules.append(
            Rule(
                [.transport(6), .hasPayload, .verdict(.goto(ObjectNames.payloads(port.name, plan.name)))],
                comment: comment))
        for state in [ConnectionStates.State.pending, .pendingServed] {
            rules.append(
                Rule(
                    [
                        states.isIn(state),
                        .connectionKnown(.clientSequence, set: ObjectNames.firstBytes, negated: false),
                        remember(.client, ObjectNames.opened, Remembered.firstConnection),
                        remember(.clientSequence, ObjectNames.firstBytes, Remembered.first), counter,
                        .verdict(.accept),
                    ], comment: comment))
            rules.append(Rule([states.isIn(state), counter, .verdict(.accept)], comment: comment))
        }
        rules += overRate(plan, [.tcpFlags(.opening)])
        rules.append(Rule([.tcpFlags(.opening), counter, .verdict(.accept)], comment: comment))
        return Chain(name: ObjectNames.typed(port.name, plan.name, lasts: lasts), rules: rules)
    }

    /// Holds a first segment against the rule's types, and hands back every other.
    func payloads(_ plan: RulePlan) -> Chain {
        let comment = ruleComment(plan)
        let notFirst = Statement.connectionKnown(.clientSequence, set: ObjectNames.firstBytes, negated: true)
        var rules = [Rule([notFirst, .verdict(.return)], comment: comment)]
        for matches in alternatives(plan, over: .tcp) {
            rules.append(
                Rule(matches + [.verdict(.goto(ObjectNames.right(port.name, plan.name)))], comment: comment))
        }
        return Chain(name: ObjectNames.payloads(port.name, plan.name), rules: rules)
    }

    /// Records a connection whose first segment is right, and remembers that it was until the server acknowledges it.
    func right(_ plan: RulePlan) -> Chain {
        let comment = ruleComment(plan)
        let judged = ObjectNames.judged(port.name, plan.name)
        let known = [
            remember(.client, ObjectNames.opened, Remembered.firstConnection),
            remember(.clientSequence, ObjectNames.firstBytes, Remembered.first),
            remember(.client, judged, Remembered.judged),
        ]
        let end: [Statement] = [.counter(ObjectNames.allowed(port.name, plan.name)), .verdict(.accept)]
        var rules: [Rule] = []
        if port.log.allowed == .connections {
            // What there is no room for is not recorded as allowed.
            let isNew = Statement.connectionKnown(.client, set: judged, negated: true)
            rules.append(Rule([isNew] + known + [log("allow \(port.name)/\(plan.name)")] + end, comment: comment))
        }
        rules.append(Rule(known + end, comment: comment))
        rules.append(full)
        return Chain(name: ObjectNames.right(port.name, plan.name), rules: rules)
    }

    /// Looks at what the server sends: when it acknowledges more than the place of the first byte, the segment that was right
    /// is what it took.
    func verified(_ plan: RulePlan, lasts: Bool) -> Chain {
        let comment = ruleComment(plan)
        let matches: [Statement] = [
            .connectionKnown(.server, set: ObjectNames.judged(port.name, plan.name), negated: false),
            .connectionKnown(.serverAcknowledges, set: ObjectNames.firstBytes, negated: true),
        ]
        let end = Statement.verdict(.goto(lasts ? ObjectNames.live : ObjectNames.admitted))
        let waiting: [Statement] = serves == nil ? [end] : [states.set(.unserved), .verdict(.accept)]
        return Chain(
            name: ObjectNames.verified(port.name, plan.name, lasts: lasts),
            rules: [
                Rule([states.isIn(.pending)] + matches + waiting, comment: comment),
                Rule([states.isIn(.pendingServed)] + matches + [end], comment: comment),
            ])
    }

    /// Takes a server's SYN and ACK: what it acknowledges is the place of the client's first byte.
    var opening: Chain {
        let known = Statement.connectionKnown(.serverAcknowledges, set: ObjectNames.firstBytes, negated: false)
        let other = Statement.connectionKnown(.server, set: ObjectNames.opened, negated: false)
        let begin: [Statement] = [
            remember(.server, ObjectNames.opened, Remembered.openingConnection),
            remember(.serverAcknowledges, ObjectNames.firstBytes, Remembered.opening), states.set(.pending),
            .verdict(.accept),
        ]
        var rules = [
            Rule([known] + begin, comment: portComment)
        ]
        if !onlyObserves {
            // Another connection with the same ends, while an earlier one is not forgotten: it has to wait.
            rules.append(
                Rule(
                    [other, .counter(ObjectNames.early(port.name)), .verdict(.drop)], comment: portComment))
        }
        rules.append(Rule(begin, comment: portComment))
        rules.append(full)
        return Chain(name: ObjectNames.opening(port.name), rules: rules)
    }

    /// Holds a server's first payload against what the port serves.
    var served: Chain {
        var rules: [Rule] = []
        for transport in [TransportProtocol.tcp, .udp] where port.protocols.contains(transport) {
            guard let serves else { continue }
            let matcher = RequestMatcher(serverSpeaks: serves, over: transport, signatures: settings.signatures)
            for matches in matcher.alternatives {
                let matches = [Statement.transport(transport.rawValue)] + matches.map(Statement.payload)
                for (state, next) in [(ConnectionStates.State.pending, .pendingServed), (.unserved, .admitted)]
                    as [(ConnectionStates.State, ConnectionStates.State)]
                {
                    rules.append(
                        Rule(
                            [states.isIn(state)] + matches + [states.set(next), .verdict(.return)],
                            comment: portComment))
                }
            }
        }
        let counter = Statement.counter(ObjectNames.unfit(port.name))
        let words = onlyObserves ? "would-deny \(port.name) serves" : "deny \(port.name) serves"
        let ends: [[Statement]] =
            onlyObserves
            ? [[counter, states.set(.admitted), .verdict(.return)]]
            : [[.transport(6), counter, .verdict(.goto(ObjectNames.cut))], [counter, .verdict(.drop)]]
        if port.log.denied != .none { rules.append(Rule([log(words)], comment: portComment)) }
        rules += ends.map { Rule($0, comment: portComment) }
        return Chain(name: ObjectNames.served(port.name), rules: rules)
    }

    /// Cuts a connection whose first bytes were wrong, too few to tell, or too late.
    var unfit: Chain {
        let counter = Statement.counter(ObjectNames.unfit(port.name))
        let verdict = onlyObserves ? "would-deny" : "deny"
        let end = [counter, Statement.verdict(.goto(onlyObserves ? ObjectNames.live : ObjectNames.cut))]
        var rules = [Rule(end, comment: portComment)]
        if port.log.denied != .none {
            rules = [Rule([log("\(verdict) \(port.name) short")] + end, comment: portComment)]
            // Whatever a rule would take is longer.
            let all = RequestMatcher(
                clientSpeaks: typed.flatMap { $0.requests ?? [] }, over: .tcp, signatures: settings.signatures)
            if let longEnough = all.longEnough {
                let wrong = [.payload(longEnough), log("\(verdict) \(port.name) request")]
                rules.insert(Rule(wrong + end, comment: portComment), at: 0)
            }
        }
        return Chain(name: ObjectNames.unfit(port.name), rules: rules)
    }

    /// Ends for a connection for which there is no room in a table: it is refused, and that is recorded.
    private var full: Rule {
        let counter = Statement.counter(ObjectNames.unfit(port.name))
        let words = onlyObserves ? "would-deny \(port.name) full" : "deny \(port.name) full"
        return Rule(
            [log(words), counter, .verdict(onlyObserves ? .accept : .drop)], comment: portComment)
    }

    private func remember(_ key: ConnectionKey, _ set: String, _ seconds: UInt32) -> Statement {
        .remember(key, set: set, timeoutSeconds: seconds, refreshes: true)
    }

    private func alternatives(_ plan: RulePlan, over transport: TransportProtocol) -> [[Statement]] {
        RequestMatcher(clientSpeaks: plan.requests ?? [], over: transport, signatures: settings.signatures)
            .alternatives.map { $0.map(Statement.payload) }
    }
}
