import Nftables
import Policy

/// The judge of a declaration that is staged beside the enforced one: it tells once of each new connection what it would do,
/// and hands back. It judges by sources, times and identities; request types and rates are left to the day it is enforced.
extension PortRenderer {
    /// Rules of the staged declaration that would decide.
    var stagedDeciding: [RulePlan] { staged.filter { $0.mode == .enforce && $0.time != .never } }

    private var stagedComment: String {
        Provenance.comment(port.name.text, at: port.staged.first?.span ?? port.span, in: settings.sources)
    }

    /// Leads new connections past the staged judge.
    func stagedEntry(_ judge: String) -> [Rule] {
        guard !port.staged.isEmpty else { return [] }
        return [
            Rule(
                [.connectionState([.new]), .connectionUnconfirmed, .verdict(.jump(judge))], comment: stagedComment)
        ]
    }

    var stagedChains: [Chain] {
        guard let declaration = port.staged.first else { return [] }
        var remote: [Rule] = []
        var own: [Rule] = []
        var ends: [Chain] = []
        for plan in stagedDeciding {
            let end = ObjectNames.stagedAllow(port.name, plan.name)
            for way in plan.ways { remote.append(rule(plan, way.asks, .goto(end))) }
            for (clause, sets) in zip(plan.sources.own, plan.ownSets) {
                for address in addressMatches(clause, sets) {
                    own.append(rule(plan, [address] + (clause.processes.map(processMatches) ?? []), .goto(end)))
                }
            }
            let record = declaration.log.allowed == .connections ? [log("would-allow \(port.name)/\(plan.name)")] : []
            ends.append(
                Chain(
                    name: end,
                    rules: [Rule(record + [.counter(end), .verdict(.return)], comment: ruleComment(plan))]))
        }
        let deny = Rule([.verdict(.goto(ObjectNames.stagedDeny(port.name)))], comment: stagedComment)
        return [
            Chain(name: ObjectNames.stagedJudge(port.name), rules: remote + [deny]),
            Chain(name: ObjectNames.stagedOwnJudge(port.name), rules: own + [deny]),
        ] + ends + [stagedDenied(declaration)]
    }

    /// Records what the staged declaration would refuse, within its rate.
    private func stagedDenied(_ declaration: Port) -> Chain {
        let name = ObjectNames.stagedDeny(port.name)
        var rules = [Rule([.counter(name)], comment: stagedComment)]
        if case .perSource(let rate) = declaration.log.denied {
            let limit = Limit(
                over: true, count: rate.count, unit: rate.per.rawValue, burst: min(rate.count, Self.largestBurst))
            for family in [AddressFamily.v4, .v6] {
                let meter = Statement.meter(
                    set: ObjectNames.stagedMeter(port.name, v6: family == .v6), family: family, limit: limit)
                rules.append(Rule([meter, .verdict(.return)], comment: stagedComment))
            }
        }
        if declaration.log.denied != .none {
            rules.append(Rule([log("would-deny \(port.name)"), .verdict(.return)], comment: stagedComment))
        }
        return Chain(name: name, rules: rules)
    }

    var stagedCounters: [String] {
        guard !port.staged.isEmpty else { return [] }
        return stagedDeciding.map { ObjectNames.stagedAllow(port.name, $0.name) } + [ObjectNames.stagedDeny(port.name)]
    }

    var stagedMeters: [NamedSet] {
        guard case .perSource(let rate)? = port.staged.first?.log.denied else { return [] }
        return [AddressFamily.v4, .v6].map {
            Self.meter(ObjectNames.stagedMeter(port.name, v6: $0 == .v6), $0, rate.per)
        }
    }
}
