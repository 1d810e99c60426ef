import Policy

/// Who makes the sockets of an attempt of this host to itself.
struct TrialOwner: Hashable, Sendable {
    var user: UInt32
    var group: UInt32

    /// Finds an owner for whom, of a policy's identities, those named in the attempt hold and no other process identity does
    /// than those that make them hold; nil when there is none.
    ///
    /// - Parameters:
    ///   - user: resolves a user to its number.
    ///   - group: resolves a group to its number.
    static func find(
        for attempt: AccessAttempt, in policy: Policy, user: (ProcessProof.Account) -> UInt32?,
        group: (ProcessProof.Account) -> UInt32?
    ) -> TrialOwner? {
        var processes: [(name: Name, user: UInt32?, group: UInt32?)] = []
        for identity in policy.identities {
            guard case .process(let proof) = identity.proof, proof.cgroup == nil else { continue }
            let (uid, gid) = (proof.user.flatMap(user), proof.group.flatMap(group))
            // A name that the host does not know is nobody's here.
            guard (proof.user == nil) == (uid == nil), (proof.group == nil) == (gid == nil) else { continue }
            processes.append((identity.name, uid, gid))
        }
        let named = Self.closure(of: attempt.identities, in: policy)
        let (users, groups) = (Set(processes.compactMap(\.user)), Set(processes.compactMap(\.group)))
        for uid in [Self.stranger(to: users)] + users.sorted() {
            for gid in [Self.stranger(to: groups)] + groups.sorted() {
                let holding = Set(
                    processes.filter { ($0.user ?? uid) == uid && ($0.group ?? gid) == gid }.map(\.name))
                guard holding.isSubset(of: named) else { continue }
                var made = attempt
                made.identities = holding
                // Told apart by the model itself: an identity of the attempt that nothing here makes hold cannot be tried.
                if attempt.identities.allSatisfy({ policy.holds($0, for: made) }) {
                    return TrialOwner(user: uid, group: gid)
                }
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
