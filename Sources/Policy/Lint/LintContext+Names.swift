extension LintContext {
    /// Networks, identities and windows that nothing uses.
    func unusedNames() -> [Diagnostic] {
        var networks: Set<String> = []
        var windows: Set<Name> = []
        var granted: [Name] = []
        var breakGlass = AddressSet.empty
        for port in policy.ports + policy.ports.flatMap(\.staged) {
            for rule in port.rules {
                networks.formUnion(rule.networkNames)
                if case .only(let names) = rule.windows { windows.formUnion(names) }
                if case .only(let names) = rule.identities { granted += names }
            }
            granted += port.grants?.to ?? []
            if let audit = port.audit { breakGlass = breakGlass.union(audit.breakGlass) }
        }
        // An identity that is not used is reported itself; the networks under it are not its fault.
        for identity in policy.identities { networks.formUnion(identity.networkNames) }
        let identities = reached(from: granted)
        var found: [Diagnostic] = []
        for network in policy.networks where !networks.contains(network.name.text) {
            // Break-glass sources are kept as addresses, without the name they were written by.
            var budget = Int.max
            guard !network.addresses.isSubset(of: breakGlass, budget: &budget) else { continue }
            found.append(.unused("network", network.name, at: network.span))
        }
        for identity in policy.identities where !identities.contains(identity.name) {
            found.append(.unused("identity", identity.name, at: identity.span))
        }
        for window in policy.windows where !windows.contains(window.name) {
            found.append(.unused("window", window.name, at: window.span))
        }
        return found
    }

    /// Returns the names and, for groups, their members.
    private func reached(from names: [Name]) -> Set<Name> {
        var seen: Set<Name> = []
        var waiting = names
        while let name = waiting.popLast() {
            guard seen.insert(name).inserted, case .members(let members) = identities[name] else { continue }
            waiting += members
        }
        return seen
    }
}
