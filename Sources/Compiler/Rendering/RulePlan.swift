import Nftables
import Policy

/// A rule worked out, before it is put into statements.
struct RulePlan: Hashable, Sendable {
    var name: Name
    var span: SourceSpan
    var mode: Mode
    var rate: Rate?
    /// The request types; nil when any will do.
    var requests: [RequestType]?
    var sources: RuleSources
    var time: TimeRestriction
    /// The set of `sources.v4`, when it is not empty.
    var v4Set: String?
    /// The set of `sources.v6`, when it is not empty.
    var v6Set: String?
    /// The ways in from outside, plain addresses first; none when the rule is over.
    var ways: [Way] = []
    /// The sets of the own clauses' addresses, in their order.
    var ownSets: [OwnSets]
    /// The set of instants, when `time` is `during`.
    var timeSet: String?

    /// The sets of an own clause; both nil when it takes any address.
    struct OwnSets: Hashable, Sendable {
        var v4: String?
        var v6: String?

        /// Makes the sets of clauses, in their order.
        static func sets(of clauses: [OwnClause], _ pool: inout SetPool) -> [OwnSets] {
            clauses.map { clause in
                guard case .only(let v4, let v6) = clause.addresses else { return OwnSets() }
                return OwnSets(
                    v4: v4.isEmpty ? nil : pool.name(v4), v6: v6 ? pool.name(AddressSet.loopbackV6Block) : nil)
            }
        }
    }

    init(rule: AccessRule, sources: RuleSources, time: TimeRestriction, port: Name, pool: inout SetPool) {
        name = rule.name
        span = rule.span
        mode = rule.mode
        rate = rule.rate
        if case .only(let types) = rule.requests { requests = types }
        self.sources = sources
        self.time = time
        // A rule that is over needs no sets: it is rendered without a way to it.
        let live = time != .never
        v4Set = live && !sources.v4.isEmpty ? pool.name(sources.v4) : nil
        v6Set = live && !sources.v6.isEmpty ? pool.name(sources.v6) : nil
        ownSets = live ? OwnSets.sets(of: sources.own, &pool) : sources.own.map { _ in OwnSets() }
        if case .during(let ranges) = time { timeSet = pool.name(ranges) }
        guard live else { return }
        if let v4Set { ways.append(.addresses(.v4, v4Set)) }
        if let v6Set { ways.append(.addresses(.v6, v6Set)) }
        for clause in sources.proven { ways += Self.ways(clause, &pool) }
        if time != .always {
            for index in ways.indices { ways[index].lasts = false }
        }
    }

    private static func ways(_ clause: ProvenClause, _ pool: inout SetPool) -> [Way] {
        // What an address set leaves of a family: any, some, or nobody.
        let v4 = clause.v4.map { $0.isEmpty ? nil : pool.name($0) }
        let v6 = clause.v6.map { $0.isEmpty ? nil : pool.name($0) }
        switch clause.proof {
        case .session(let identity):
            var ways: [Way] = []
            for (family, declared) in [(AddressFamily.v4, v4), (.v6, v6)] {
                let set = ObjectNames.sessions(identity, v6: family == .v6)
                pool.add(NamedSet(name: set, content: .timed(family: family, ranges: false, size: SetPool.timedSize)))
                switch declared {
                case .none: ways.append(.timed(family, set, within: nil))
                case .some(.none): continue
                case .some(let declared?): ways.append(.timed(family, set, within: declared))
                }
            }
            return ways
        case .interface(let name):
            return told(by: [.inputInterface(name, negated: false)], over: name, v4, v6)
        case .security(let proof):
            let matches = [proof.reqid.map(Statement.securityRequest), proof.spi.map(Statement.securityIndex)]
            return told(by: matches.compactMap(\.self), over: nil, v4, v6)
        case .link(let proof):
            let matches = [
                proof.mac.map(Statement.linkAddress),
                proof.interface.map { Statement.inputInterface($0, negated: false) },
            ]
            return told(by: matches.compactMap(\.self), over: proof.interface, v4, v6)
        }
    }

    private static func told(
        by matches: [Statement], over interface: String?, _ v4: String??, _ v6: String??
    ) -> [Way] {
        // Any address of any family: one way for both.
        if case .none = v4, case .none = v6 { return [.told(by: matches, over: interface, nil)] }
        return [(AddressFamily.v4, v4), (.v6, v6)].compactMap { family, set in
            guard case .some(let set?) = set else { return nil }
            return .told(by: matches, over: interface, (family, set))
        }
    }
}
