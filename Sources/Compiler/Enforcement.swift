import Policy

/// Finds every key whose enforcement this version lacks. Identities are found where rules resolve them.
enum Enforcement {
    /// Returns a diagnostic for each of them.
    static func unenforced(in policy: Policy) -> [Diagnostic] {
        var found: [Diagnostic] = []
        let defaults = policy.defaults
        if defaults.undeclared == .deny {
            found.append(.notYetEnforced("undeclared: deny", at: defaults.undeclaredSpan))
        }
        if defaults.undeclared == .report, let span = defaults.undeclaredSpan {
            found.append(.notYetActedOn("undeclared: report", at: span))
        }
        return found
    }
}
