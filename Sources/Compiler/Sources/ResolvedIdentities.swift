import Policy

/// What a rule's identities come to, members expanded and account names turned into numbers.
struct ResolvedIdentities: Hashable, Sendable {
    /// Every address of an address identity.
    var addresses: AddressSet = .empty
    /// Every process identity: any of the clauses.
    var processes: [ProcessClause] = []
    /// Every identity that is told by more than an address.
    var proven: [ProvenClause] = []
}

/// Expands identities, once for each, and remembers what was wrong with them.
struct IdentityResolver {
    private let declared: [Name: Identity]
    private let accounts: AccountDatabase
    private var numbers: [AccountKey: UInt32?] = [:]
    private var missing: Set<MissingAccount> = []
    /// Findings so far.
    private(set) var diagnostics: [Diagnostic] = []

    private struct AccountKey: Hashable {
        let kind: ResolvedAccount.Kind
        let name: String
    }

    private struct MissingAccount: Hashable {
        let identity: Name
        let account: AccountKey
    }

    init(policy: Policy, accounts: AccountDatabase) {
        declared = Dictionary(policy.identities.map { ($0.name, $0) }) { first, _ in first }
        self.accounts = accounts
    }

    /// Names that became numbers, sorted.
    var resolved: [ResolvedAccount] {
        numbers.compactMap { key, number in
            number.map { ResolvedAccount(kind: key.kind, name: key.name, number: $0) }
        }.sorted { ($0.kind.rawValue, $0.name) < ($1.kind.rawValue, $1.name) }
    }

    /// Returns what the identities of a rule come to. An identity that cannot be enforced is reported and means nobody.
    mutating func resolve(_ names: [Name]) -> ResolvedIdentities {
        var v4: [Interval<UInt32>] = []
        var v6: [Interval<UInt128>] = []
        var own = AddressSet.empty
        var parts: [ProcessParts] = []
        var proven: [ProvenClause] = []
        for identity in leaves(of: names) {
            switch identity.proof {
            case .addresses(let addresses):
                v4 += addresses.v4.intervals
                v6 += addresses.v6.intervals
                if !addresses.ownIsEmpty { own = own.union(addresses.ownOnly) }
            case .process(let proof):
                if let resolved = resolve(proof, of: identity) { parts.append(resolved) }
            case .members:
                continue
            case .wireguard(let interface, let addresses):
                proven.append(
                    ProvenClause(proof: .interface(interface), v4: addresses.v4, v6: addresses.v6))
            case .ipsec(let proof): proven.append(ProvenClause(proof: .security(proof)))
            case .link(let proof): proven.append(ProvenClause(proof: .link(proof)))
            case .session: proven.append(ProvenClause(proof: .session(identity.name)))
            }
        }
        let remote = AddressSet(v4: IntervalSet(v4), v6: IntervalSet(v6))
        return ResolvedIdentities(
            addresses: remote.union(own), processes: ProcessParts.clauses(parts), proven: proven)
    }

    /// Tells whether an identity behind these names has been reported.
    func hasReported(_ names: [Name]) -> Bool {
        leaves(of: names).contains { leaf in
            missing.contains { $0.identity == leaf.name }
        }
    }

    /// Returns the identities behind names, members expanded, each once, in order of their names.
    private func leaves(of names: [Name]) -> [Identity] {
        var seen: Set<Name> = []
        var open = names
        var found: [Identity] = []
        while let name = open.popLast() {
            guard seen.insert(name).inserted, let identity = declared[name] else { continue }
            if case .members(let members) = identity.proof { open += members } else { found.append(identity) }
        }
        return found.sorted { $0.name < $1.name }
    }

    private mutating func resolve(_ proof: ProcessProof, of identity: Identity) -> ProcessParts? {
        let user = proof.user.map { number(of: $0, kind: .user, identity: identity, at: proof.span) }
        let group = proof.group.map { number(of: $0, kind: .group, identity: identity, at: proof.span) }
        // A part that is stated and has no number makes the whole identity mean nobody.
        if case .some(.none) = user { return nil }
        if case .some(.none) = group { return nil }
        let cgroup = proof.cgroup.map { ProcessClause.Cgroup(identity: identity.name, path: $0) }
        guard user != nil || group != nil || cgroup != nil else { return nil }
        return ProcessParts(user: user ?? nil, group: group ?? nil, cgroup: cgroup)
    }

    private mutating func number(
        of account: ProcessProof.Account, kind: ResolvedAccount.Kind, identity: Identity, at span: SourceSpan
    ) -> UInt32? {
        switch account {
        case .number(let number):
            return number
        case .name(let name):
            let key = AccountKey(kind: kind, name: name)
            let found = numbers[key] ?? (kind == .user ? accounts.user(name) : accounts.group(name))
            numbers[key] = .some(found)
            if found == nil, missing.insert(MissingAccount(identity: identity.name, account: key)).inserted {
                diagnostics.append(.unknownAccount(kind, name, identity: identity.name, at: span))
            }
            return found
        }
    }
}

/// One process identity in numbers.
private struct ProcessParts: Hashable {
    var user: UInt32?
    var group: UInt32?
    var cgroup: ProcessClause.Cgroup?

    /// Returns clauses that match exactly what any of the parts matches: users alone, groups alone, pairs by group, and each
    /// cgroup with what goes with it.
    static func clauses(_ all: [ProcessParts]) -> [ProcessClause] {
        let parts = all.filter { $0.cgroup == nil }
        let cgroups = all.compactMap { part in
            part.cgroup.map {
                ProcessClause(users: part.user.map { [$0] }, groups: part.group.map { [$0] }, cgroup: $0)
            }
        }
        var users: Set<UInt32> = []
        var groups: Set<UInt32> = []
        var pairs: [UInt32: Set<UInt32>] = [:]
        for part in parts {
            switch (part.user, part.group) {
            case (let user?, nil): users.insert(user)
            case (nil, let group?): groups.insert(group)
            case (let user?, let group?): pairs[group, default: []].insert(user)
            case (nil, nil): continue
            }
        }
        var clauses: [ProcessClause] = []
        if !users.isEmpty { clauses.append(ProcessClause(users: users.sorted(), groups: nil)) }
        if !groups.isEmpty { clauses.append(ProcessClause(users: nil, groups: groups.sorted())) }
        for (group, users) in pairs.sorted(by: { $0.key < $1.key }) {
            clauses.append(ProcessClause(users: users.sorted(), groups: [group]))
        }
        return clauses + cgroups
    }
}

extension AddressSet {
    /// The part that means own connections.
    fileprivate var ownOnly: AddressSet {
        var own = self
        own.v4 = .empty
        own.v6 = .empty
        return own
    }
}
