import Policy

extension Diagnostic {
    /// PG201: a key whose enforcement this version lacks.
    static func notYetEnforced(
        _ key: String, at span: SourceSpan?, notes: [Note] = [], port: Name? = nil, rule: Name? = nil
    ) -> Diagnostic {
        Diagnostic(
            code: "PG201", severity: .error,
            message: "`\(key)` is not yet enforced; nothing is rendered while it stands here",
            span: span, notes: notes, port: port?.text, rule: rule?.text)
    }

    /// PG202: a user or group that the host does not have.
    static func unknownAccount(_ kind: ResolvedAccount.Kind, _ name: String, identity: Name, at span: SourceSpan)
        -> Diagnostic
    {
        Diagnostic(
            code: "PG202", severity: .error,
            message: "identity \(identity) names the \(kind.rawValue) '\(name)', which this host does not have; "
                + "create it or write its number", span: span)
    }

    /// PG203: networks and identities without a common source.
    static func matchesNobody(_ rule: AccessRule, of port: Port) -> Diagnostic {
        var notes: [Note] = []
        if let span = rule.networksSpan { notes.append(Note("these networks", span: span)) }
        if let span = rule.identitiesSpan { notes.append(Note("these identities", span: span)) }
        let why =
            notes.isEmpty
            ? "it states no source" : notes.count == 2 ? "no source is in both" : "they mean no source"
        return Diagnostic(
            code: "PG203", severity: .error, message: "rule \(rule.name) matches nobody: \(why)", span: rule.span,
            notes: notes, port: port.name.text, rule: rule.name.text)
    }

    /// PG204: a window without an opening before the horizon.
    static func neverOpens(_ window: Window, until horizon: Instant, rule: AccessRule, of port: Port) -> Diagnostic {
        Diagnostic(
            code: "PG204", severity: .error,
            message: "window \(window.name) does not open before the horizon, \(horizon.rfc3339)",
            span: rule.windowsSpan ?? rule.span, notes: [Note("declared here", span: window.span)],
            port: port.name.text, rule: rule.name.text)
    }

    /// PG206: a key that changes nobody's access and that nothing acts on yet.
    static func notYetActedOn(_ key: String, at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG206", severity: .warning, message: "nothing acts on `\(key)` yet; the gate is rendered without it",
            span: span)
    }

    /// PG205: a rule that has ended, or ends before it begins.
    static func noLongerAllows(_ rule: AccessRule, of port: Port, expired: Bool) -> Diagnostic {
        let why = expired ? "it has expired" : "it expires before its windows open"
        return Diagnostic(
            code: "PG205", severity: .note, message: "rule \(rule.name) allows nobody: \(why)",
            span: rule.expiresSpan ?? rule.span, port: port.name.text, rule: rule.name.text)
    }

    /// PG249: a defect of portgate itself.
    static func renderingDiffers(_ what: String) -> Diagnostic {
        Diagnostic(
            code: "PG249", severity: .error,
            message: "the rendering does not say what the policy says: \(what); this is a defect of portgate", span: nil
        )
    }
}
