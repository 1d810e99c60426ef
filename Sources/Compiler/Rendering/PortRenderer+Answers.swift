import Nftables
import Policy

/// The judges of what servers send: a connection that is not allowed any more ends at its next packet in either direction.
extension PortRenderer {
    /// Judges what a socket of this host sends to a client.
    var answerJudge: Chain {
        Chain(name: ObjectNames.answerJudge(port.name), rules: answers(\.answers))
    }

    /// Judges what comes back from behind a translated destination.
    var translatedJudge: Chain {
        Chain(name: ObjectNames.translatedJudge(port.name), rules: answers(\.translated))
    }

    private func answers(_ matches: KeyPath<Way, [Statement]>) -> [Rule] {
        // Resets that the gate itself sends pass here too.
        var rules = [Rule([.tcpFlags(.reset), .verdict(.accept)], comment: portComment)]
        rules += servedRules
        // First what changes what is known of a connection: a rule without request types may take its packets as well.
        for plan in judgesSegments ? typed : [] {
            for way in plan.ways {
                let matches = way[keyPath: matches]
                let target = ObjectNames.verified(port.name, plan.name, lasts: way.lasts)
                rules += [
                    rule(plan, [.tcpFlags(.openingAnswer)] + matches, .goto(ObjectNames.opening(port.name))),
                    rule(plan, matches, .jump(target)),
                ]
            }
        }
        for plan in plain + typed {
            for way in plan.ways { rules.append(rule(plan, way[keyPath: matches], .accept)) }
        }
        for way in grantWays { rules.append(Rule(way[keyPath: matches] + [.verdict(.accept)], comment: portComment)) }
        if matches == \.translated, deciding.contains(where: { !$0.sources.own.isEmpty }) {
            // Back to this host, which may have asked itself. Whose that connection is, only the packets that it sends tell.
            rules.append(
                Rule(
                    [.destinationType([.local]), .verdict(.goto(ObjectNames.ownAnswers(port.name)))],
                    comment: portComment))
        }
        let end: Verdict = onlyObserves ? .accept : .goto(ObjectNames.revoked(port.name))
        rules.append(Rule([.verdict(end)], comment: portComment))
        // What two rules say alike is said once.
        var seen: Set<[Statement]> = []
        return rules.filter { seen.insert($0.statements).inserted }
    }

    /// Follows what this host answers itself. Whose a connection is, only the packets of the one who asks tell.
    var ownAnswers: Chain {
        var rules = [Rule([.tcpFlags(.reset), .verdict(.accept)], comment: portComment)] + servedRules
        if judgesSegments {
            rules.append(
                Rule(
                    [.tcpFlags(.openingAnswer), .verdict(.goto(ObjectNames.opening(port.name)))],
                    comment: portComment))
            for plan in typed where !plan.sources.own.isEmpty {
                let target = ObjectNames.verified(port.name, plan.name, lasts: false)
                rules.append(Rule([.verdict(.jump(target))], comment: ruleComment(plan)))
            }
        }
        rules.append(Rule([.verdict(.accept)], comment: portComment))
        return Chain(name: ObjectNames.ownAnswers(port.name), rules: rules)
    }

    private var servedRules: [Rule] {
        guard serves != nil else { return [] }
        return [ConnectionStates.State.pending, .unserved].map { state in
            Rule(
                [states.isIn(state), .hasPayload, .verdict(.jump(ObjectNames.served(port.name)))],
                comment: portComment)
        }
    }
}
