import Nftables

/// Fills the sets of cgroups with the ids that their paths have at this moment. A path without a cgroup leaves its set empty:
/// then the identity is nobody.
struct IdentityBinder: Sendable {
    let door: KernelDoor
    var groups = ControlGroups.find()

    /// Makes every set of cgroups of a table hold what it is to hold, where the set is live. It is done before the rules that
    /// ask for a set are in force as well as after, and says nothing of what cannot be done: ``IdentityAudit`` looks at what
    /// the kernel has in the end.
    ///
    /// - Returns: whether something was changed.
    @discardableResult
    func bind(_ table: Table?) -> Bool {
        var isChanged = false
        for claim in IdentityClaims(table).controlGroups {
            let set = SetHandle(controlGroups: claim.set)
            guard let held = try? door.elements(set).elements else { continue }
            var wanted: [SetElement] = []
            switch groups.look(at: claim.path) {
            case .live(let id): wanted = [SetElement(id)]
            case .absent: break
            // What was right before is not thrown away because nobody can look.
            case .unknown: continue
            }
            let change = SetChange(
                set, removed: held.filter { !wanted.contains($0) }, added: wanted.filter { !held.contains($0) })
            guard !change.isEmpty else { continue }
            isChanged = true
            try? door.change([change], nil)
        }
        return isChanged
    }
}

extension SetHandle {
    /// Names a set of cgroups.
    init(controlGroups name: String) { self.init(name, key: .controlGroup, isInterval: false) }
}
