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
        if let span = defaults.retentionSpan { found.append(.notYetActedOn("retention", at: span)) }
        if defaults.undeclared == .report, let span = defaults.undeclaredSpan {
            found.append(.notYetActedOn("undeclared: report", at: span))
        }
        if defaults.markMask != Defaults().markMask {
            found.append(.notYetEnforced("mark-mask", at: defaults.markMaskSpan))
        }
        for port in policy.ports {
            func refuse(_ key: String, at span: SourceSpan?, rule: AccessRule? = nil) {
                found.append(
                    .notYetEnforced(key, at: span ?? rule?.span ?? port.span, port: port.name, rule: rule?.name))
            }
            if port.reach != Set(Port.Reach.allCases) { refuse("reach", at: port.reachSpan) }
            if port.mode == .observe { refuse("mode: observe", at: port.modeSpan) }
            if port.serves != nil { refuse("serves", at: port.servesSpan) }
            if let grants = port.grants { refuse("grants", at: grants.span) }
            if let audit = port.audit { refuse("audit", at: audit.span) }
            for rule in port.rules {
                if rule.requests != .unrestricted { refuse("requests", at: rule.requestsSpan, rule: rule) }
                if rule.rate != nil { refuse("rate", at: rule.rateSpan, rule: rule) }
                if rule.mode == .observe { refuse("mode: observe", at: rule.modeSpan, rule: rule) }
            }
        }
        return found
    }
}
