import Policy

/// A rule worked out, before it is put into statements.
struct RulePlan: Hashable, Sendable {
    var name: Name
    var span: SourceSpan
    var sources: RuleSources
    var time: TimeRestriction
    /// The set of `sources.v4`, when it is not empty.
    var v4Set: String?
    /// The set of `sources.v6`, when it is not empty.
    var v6Set: String?
    /// The sets of the own clauses' addresses, in their order.
    var ownSets: [OwnSets]
    /// The set of instants, when `time` is `during`.
    var timeSet: String?

    /// The sets of an own clause; both nil when it takes any address.
    struct OwnSets: Hashable, Sendable {
        var v4: String?
        var v6: String?
    }

    init(rule: AccessRule, sources: RuleSources, time: TimeRestriction, pool: inout SetPool) {
        name = rule.name
        span = rule.span
        self.sources = sources
        self.time = time
        // A rule that is over needs no sets: it is rendered without a way to it.
        let live = time != .never
        v4Set = live && !sources.v4.isEmpty ? pool.name(sources.v4) : nil
        v6Set = live && !sources.v6.isEmpty ? pool.name(sources.v6) : nil
        ownSets = sources.own.map { clause in
            guard live, case .only(let v4, let v6) = clause.addresses else { return OwnSets() }
            return OwnSets(
                v4: v4.isEmpty ? nil : pool.name(v4), v6: v6 ? pool.name(AddressSet.loopbackV6Block) : nil)
        }
        if case .during(let ranges) = time { timeSet = pool.name(ranges) }
    }
}
