/// A policy under lint, with what several checks need.
struct LintContext {
    let policy: Policy
    let now: Instant
    let decider: Decider
    let identities: [Name: IdentityProof]
    /// The names of windows that open at least once before the horizon.
    let openingWindows: Set<Name>

    init(_ policy: Policy, now: Instant) {
        self.policy = policy
        self.now = now
        decider = Decider(policy)
        identities = Dictionary(policy.identities.map { ($0.name, $0.proof) }, uniquingKeysWith: { first, _ in first })
        openingWindows = Set(
            policy.windows.filter {
                $0.schedule.nextOpening(at: now, in: $0.zone, withinDays: Linter.horizonDays) != nil
            }.map(\.name))
    }

    /// The last moment that windows are rendered for.
    var horizon: Instant { now.advanced(byDays: Linter.horizonDays) }

    /// Calls `body` for every rule with its port.
    func forEachRule(_ body: (_ port: Port, _ rule: AccessRule) -> Void) {
        for port in policy.ports { for rule in port.rules { body(port, rule) } }
    }

    /// Returns the identities behind a name that are not groups, groups replaced by their members.
    func leaves(of names: [Name]) -> Set<Name> {
        var leaves: Set<Name> = []
        var seen: Set<Name> = []
        var waiting = names
        while let name = waiting.popLast() {
            guard seen.insert(name).inserted else { continue }
            if case .members(let members) = identities[name] { waiting += members } else { leaves.insert(name) }
        }
        return leaves
    }

    /// Returns the sources from which a rule can match at all, or nil when nothing bounds them.
    ///
    /// Identities that are told by address narrow the rule's networks; one that is told otherwise leaves them as they are.
    func sources(of rule: AccessRule) -> AddressSet? {
        var bound: AddressSet?
        if case .only(let names) = rule.identities {
            var places: [AddressSet] = []
            var isBounded = true
            for leaf in leaves(of: names) {
                switch identities[leaf] {
                case .addresses(let addresses), .wireguard(_, let addresses): places.append(addresses)
                case .process: places.append(.ownHost)
                case .ipsec, .link, .session, .members, nil: isBounded = false
                }
            }
            if isBounded { bound = .union(of: places[...]) }
        }
        guard case .only(let networks) = rule.networks else { return bound }
        return bound.map { $0.intersection(networks) } ?? networks
    }

    /// Returns the sources that a rule lets in for nothing but their address, and the identities told by it.
    func addressSources(of rule: AccessRule) -> (sources: AddressSet, identities: [Name]) {
        var sources = AddressSet.empty
        var told: [Name] = []
        switch rule.identities {
        case .unrestricted:
            if case .only(let networks) = rule.networks { sources = networks }
        case .only(let names):
            var places: [AddressSet] = []
            for leaf in leaves(of: names) {
                guard case .addresses(let addresses) = identities[leaf] else { continue }
                told.append(leaf)
                places.append(addresses)
            }
            sources = .union(of: places[...])
            if case .only(let networks) = rule.networks { sources = sources.intersection(networks) }
        }
        return (sources, told.sorted())
    }
}
