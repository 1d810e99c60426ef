import Compiler
import Policy

/// Who makes the sockets of an attempt of this host to itself.
struct TrialOwner: Hashable, Sendable {
    var user: UInt32
    var group: UInt32

    /// Finds an owner for whom the policy's process identities that hold are those the attempt names, so that the policy
    /// decides on the packet as on the attempt; nil when there is none.
    static func find(for attempt: AccessAttempt, by decider: Decider, accounts: AccountDatabase) -> TrialOwner? {
        let policy = decider.policy
        var processes: [(name: Name, user: UInt32?, group: UInt32?)] = []
        for identity in policy.identities {
            guard case .process(let proof) = identity.proof, proof.cgroup == nil else { continue }
            let user = proof.user.map { accounts.number(ofUser: $0) }
            let group = proof.group.map { accounts.number(ofGroup: $0) }
            // A name that the host does not know is nobody's here.
            if case .some(nil) = user { continue }
            if case .some(nil) = group { continue }
            processes.append((identity.name, user ?? nil, group ?? nil))
        }
        let possible = Self.closure(of: attempt.identities, in: policy)
        let decision = decider.decide(attempt).verdict
        let (users, groups) = (Set(processes.compactMap(\.user)), Set(processes.compactMap(\.group)))
        for user in [Self.stranger(to: users)] + users.sorted() {
            for group in [Self.stranger(to: groups)] + groups.sorted() {
                let holding = Set(
                    processes.filter { ($0.user ?? user) == user && ($0.group ?? group) == group }.map(\.name))
                guard holding.isSubset(of: possible) else { continue }
                guard processes.allSatisfy({ holding.contains($0.name) || !attempt.identities.contains($0.name) })
                else { continue }
                var made = attempt
                made.identities = holding
                if decider.decide(made).verdict == decision { return TrialOwner(user: user, group: group) }
            }
        }
        return nil
    }

    // A number that no identity of the policy states; 0 where it can be, the only one that every user namespace has.
    private static func stranger(to numbers: Set<UInt32>) -> UInt32 {
        if !numbers.contains(0) { return 0 }
        return (61_000...65_533).first { !numbers.contains($0) } ?? 65_534
    }

    // The identities named, and the members of those that are groups.
    private static func closure(of names: Set<Name>, in policy: Policy) -> Set<Name> {
        var (found, waiting) = (Set<Name>(), Array(names))
        while let name = waiting.popLast() {
            guard found.insert(name).inserted, case .members(let members) = policy.identity(named: name)?.proof else {
                continue
            }
            waiting += members
        }
        return found
    }
}

extension AccountDatabase {
    fileprivate func number(ofUser account: ProcessProof.Account) -> UInt32? {
        switch account {
        case .name(let name): user(name)
        case .number(let number): number
        }
    }

    fileprivate func number(ofGroup account: ProcessProof.Account) -> UInt32? {
        switch account {
        case .name(let name): group(name)
        case .number(let number): number
        }
    }
}

extension Decision {
    /// The decision without what would explain it.
    var verdict: Decision {
        if case .refused(let port, _) = self { .refused(port: port, misses: []) } else { self }
    }
}
