import Nftables
import Policy

/// Who may open connections to a port when no durable ledger takes records.
struct AuditPlan: Hashable, Sendable {
    let withinSeconds: UInt32
    let sources: RuleSources
    let v4Set: String?
    let v6Set: String?
    let ownSets: [RulePlan.OwnSets]

    init(_ audit: AuditSettings, port: Name, pool: inout SetPool) {
        withinSeconds = audit.withinSeconds
        sources = RuleSources(networks: .only(audit.breakGlass), identities: .unrestricted)
        pool.user = "\(port)"
        v4Set = sources.v4.isEmpty ? nil : pool.name(sources.v4)
        v6Set = sources.v6.isEmpty ? nil : pool.name(sources.v6)
        ownSets = RulePlan.OwnSets.sets(of: sources.own, &pool)
    }

    /// The set that a packet's protocol is in while a ledger is there.
    var durable: NamedSet {
        NamedSet(
            name: ObjectNames.durable(within: withinSeconds),
            content: .timedProtocols(refreshedForSeconds: withinSeconds))
    }
}

/// Ports that take no new connections without a durable ledger.
extension PortRenderer {
    /// Leads what does not belong to an established connection past the question; untracked packets, and connections that
    /// another one announced, open something too.
    func auditEntry(_ chain: String) -> [Rule] {
        guard audit != nil, !onlyObserves else { return [] }
        return [
            Rule(
                [.connectionState([.invalid, .related, .new, .untracked]), .verdict(.jump(chain))], comment: portComment
            )
        ]
    }

    /// The chains that ask whether a ledger is there, or the source is one that is let in without.
    var auditChains: [Chain] {
        guard let audit, !onlyObserves else { return [] }
        let isThere = Rule([.protocolInSet(audit.durable.name), .verdict(.return)], comment: portComment)
        let end = Rule(
            [.counter(ObjectNames.audited(port.name)), .verdict(.goto(ObjectNames.denied(port.name)))],
            comment: portComment)
        func exceptions(_ matches: [Statement]) -> [Rule] {
            matches.map { Rule([$0, .verdict(.return)], comment: portComment) }
        }
        let remote = [
            audit.v4Set.map { Statement.sourceInSet(family: .v4, set: $0) },
            audit.v6Set.map { Statement.sourceInSet(family: .v6, set: $0) },
        ].compactMap(\.self)
        let own = zip(audit.sources.own, audit.ownSets).flatMap { addressMatches($0, $1) }
        return [
            Chain(name: ObjectNames.audited(port.name), rules: [isThere] + exceptions(remote) + [end]),
            Chain(name: ObjectNames.ownAudited(port.name), rules: [isThere] + exceptions(own) + [end]),
        ]
    }
}
