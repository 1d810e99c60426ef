import Policy

/// What a rule's identities come to, members expanded and account names turned into numbers.
struct ResolvedIdentities: Hashable, Sendable {
    /// Every address of an address identity.
    var addresses: AddressSet = .empty
    /// Every process identity: any of the clauses.
    var processes: [ProcessClause] = []
}

/// Expands identities, once for each, and remembers what was wrong with them.
struct IdentityResolver {
    private let declared: [Name: Identity]
    private let accounts: AccountDatabase
    private var numbers: [AccountKey: UInt32?] = [:]
    private var refused: Set<Name> = []
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
    mutating func resolve(_ names: [Name], usedAt use: SourceSpan?) -> ResolvedIdentities {
        var v4: [Interval<UInt32>] = []
        var v6: [Interval<UInt128>] = []
        var own = AddressSet.empty
        var parts: [ProcessParts] = []
        for identity in leaves(of: names) {
            switch identity.proof {
            case .addresses(let addresses):
                v4 += addresses.v4.intervals
                v6 += addresses.v6.intervals
                if !addresses.ownIsEmpty { own = own.union(addresses.ownOnly) }
            case .process(let proof):
                if let resolved = resolve(proof, of: identity, usedAt: use) { parts.append(resolved) }
            case .members:
                continue
            case .wireguard, .ipsec, .link, .session:
                refuse(identity, key: identity.proof.kind, at: identity.span, usedAt: use)
            }
        }
        let remote = AddressSet(v4: IntervalSet(v4), v6: IntervalSet(v6))
        return ResolvedIdentities(addresses: remote.union(own), processes: ProcessParts.clauses(parts))
    }

    /// Tells whether an identity behind these names has been reported.
    func hasReported(_ names: [Name]) -> Bool {
        leaves(of: names).contains { leaf in
            refused.contains(leaf.name) || missing.contains { $0.identity == leaf.name }
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

    private mutating func resolve(_ proof: ProcessProof, of identity: Identity, usedAt use: SourceSpan?)
        -> ProcessParts?
    {
        if proof.cgroup != nil {
            refuse(identity, key: "cgroup", at: proof.span, usedAt: use)
            return nil
        }
        let user = proof.user.map { number(of: $0, kind: .user, identity: identity, at: proof.span) }
        let group = proof.group.map { number(of: $0, kind: .group, identity: identity, at: proof.span) }
        // A part that is stated and has no number makes the whole identity mean nobody.
        if case .some(.none) = user { return nil }
        if case .some(.none) = group { return nil }
        guard user != nil || group != nil else { return nil }
        return ProcessParts(user: user ?? nil, group: group ?? nil)
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

    private mutating func refuse(_ identity: Identity, key: String, at span: SourceSpan, usedAt use: SourceSpan?) {
        guard refused.insert(identity.name).inserted else { return }
        let notes = use.map { [Diagnostic.Note("identity \(identity.name) is used here", span: $0)] } ?? []
        diagnostics.append(.notYetEnforced(key, at: span, notes: notes))
    }
}

/// One process identity in numbers.
private struct ProcessParts: Hashable {
    var user: UInt32?
    var group: UInt32?

    /// Returns clauses that match exactly what any of the parts matches: users alone, groups alone, and pairs by group.
    static func clauses(_ parts: [ProcessParts]) -> [ProcessClause] {
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
        return clauses
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
