// Lint of rules: PG101 to PG109, PG124 to PG127.
extension Diagnostic {
    static func expiredRule(_ rule: AccessRule, _ port: Port, at expires: Instant) -> Diagnostic {
        Diagnostic(
            code: "PG101", severity: .error,
            message: "rule \(rule.name) expired \(expires.asEndOfRule); remove it, or give it a new end",
            span: rule.expiresSpan ?? rule.span, port: port.name.text, rule: rule.name.text)
    }

    static func ruleExpiresSoon(_ rule: AccessRule, _ port: Port, at expires: Instant, days: Int) -> Diagnostic {
        let left = days == 0 ? "less than a day" : days == 1 ? "1 day" : "\(days) days"
        return Diagnostic(
            code: "PG102", severity: .warning,
            message: "rule \(rule.name) ends in \(left) (\(expires)); decide whether it is still needed",
            span: rule.expiresSpan ?? rule.span, port: port.name.text, rule: rule.name.text)
    }

    static func shadowedRule(_ rule: AccessRule, by earlier: AccessRule, _ port: Port) -> Diagnostic {
        Diagnostic(
            code: "PG103", severity: .warning,
            message: "rule \(rule.name) changes nothing: \(earlier.name) before it allows everything that it allows",
            span: rule.span, notes: [Note("rule \(earlier.name) is here", span: earlier.span)], port: port.name.text,
            rule: rule.name.text)
    }

    static func anySource(_ rule: AccessRule, _ port: Port) -> Diagnostic {
        let severity: Severity =
            switch port.criticality {
            case .low: .note
            case .medium: .warning
            case .high, .critical: .error
            }
        return Diagnostic(
            code: "PG104", severity: severity,
            message:
                "rule \(rule.name) lets in every address of a family, and \(port.name) is of \(port.criticality.rawValue) criticality",
            span: rule.networksSpan ?? rule.identitiesSpan ?? rule.span, port: port.name.text, rule: rule.name.text)
    }

    static func tooWide(_ rule: AccessRule, _ port: Port, family: String, prefix: Int) -> Diagnostic {
        Diagnostic(
            code: "PG105", severity: .warning,
            message: "rule \(rule.name) lets in more \(family) addresses than a /\(prefix), the most for a port of "
                + "\(port.criticality.rawValue) criticality",
            span: rule.networksSpan ?? rule.identitiesSpan ?? rule.span, port: port.name.text, rule: rule.name.text)
    }

    static func ruleExpiresLate(_ rule: AccessRule, _ port: Port, at expires: Instant) -> Diagnostic {
        Diagnostic(
            code: "PG106", severity: .note,
            message:
                "rule \(rule.name) ends \(expires.asEndOfRule), more than \(Linter.horizonDays) days from now; an end "
                + "that far off is seldom noticed",
            span: rule.expiresSpan ?? rule.span, port: port.name.text, rule: rule.name.text)
    }

    static func weakIdentity(_ names: [Name], _ rule: AccessRule, _ port: Port) -> Diagnostic {
        let list = names.map(\.text).joined(separator: ", ")
        return Diagnostic(
            code: "PG107", severity: .note,
            message:
                "\(list) \(names.count == 1 ? "is" : "are") proven by source address alone, and \(port.name) is of "
                + "\(port.criticality.rawValue) criticality",
            span: rule.identitiesSpan ?? rule.span, port: port.name.text, rule: rule.name.text)
    }

    static func observed(_ rule: AccessRule, _ port: Port) -> Diagnostic {
        Diagnostic(
            code: "PG108", severity: .note, message: "rule \(rule.name) is only observed; it does not decide yet",
            span: rule.modeSpan ?? rule.span, port: port.name.text, rule: rule.name.text)
    }

    static func observed(_ port: Port) -> Diagnostic {
        Diagnostic(
            code: "PG108", severity: .note, message: "port \(port.name) is only observed; nothing is refused on it",
            span: port.modeSpan ?? port.span, port: port.name.text)
    }

    static func shadowsUnknown(_ rule: AccessRule, _ port: Port) -> Diagnostic {
        Diagnostic(
            code: "PG109", severity: .note,
            message: "from rule \(rule.name) on, rules were not compared with each other: there are too many addresses",
            span: rule.span, port: port.name.text, rule: rule.name.text)
    }

    /// The most rules that a finding points to.
    private static let mostShown = 8

    private static func places(_ rules: [AccessRule]) -> [Note] {
        rules.prefix(mostShown).map { Note("rule \($0.name) is here", span: $0.span) }
            + (rules.count > mostShown ? [Note("and \(rules.count - mostShown) more rules")] : [])
    }

    private static func names(_ rules: [AccessRule]) -> String {
        let names = rules.prefix(3).map(\.name.text)
        if rules.count > 3 { return names.joined(separator: ", ") + " and \(rules.count - 3) more" }
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " and " + last
    }

    static func redundantRule(_ rule: AccessRule, beside others: [AccessRule], _ port: Port) -> Diagnostic {
        let together = others.count == 1 ? "\(names(others)) allows" : "\(names(others)) together allow"
        return Diagnostic(
            code: "PG124", severity: .warning,
            message: "rule \(rule.name) changes nothing: \(together) everything that it allows", span: rule.span,
            notes: places(others), port: port.name.text, rule: rule.name.text)
    }

    static func mootObservation(_ rule: AccessRule, beside others: [AccessRule], _ port: Port) -> Diagnostic {
        Diagnostic(
            code: "PG125", severity: .warning,
            message: "rule \(rule.name) observes nothing: \(names(others)) \(others.count == 1 ? "lets" : "let") in "
                + "already whatever it would", span: rule.modeSpan ?? rule.span, notes: places(others),
            port: port.name.text, rule: rule.name.text)
    }

    static func mootRate(_ rule: AccessRule, beside others: [AccessRule], _ port: Port) -> Diagnostic {
        Diagnostic(
            code: "PG126", severity: .warning,
            message: "the limit of rule \(rule.name) does not hold for all that it allows: \(names(others)) "
                + "\(others.count == 1 ? "allows" : "allow") some of it more often", span: rule.rateSpan ?? rule.span,
            notes: places(others), port: port.name.text, rule: rule.name.text)
    }

    static func endsUnopened(_ rule: AccessRule, _ port: Port, at expires: Instant, windows: [Window]) -> Diagnostic {
        let names = windows.prefix(3).map(\.name.text).joined(separator: ", ")
        return Diagnostic(
            code: "PG127", severity: .warning,
            message: "rule \(rule.name) never matches: it ends \(expires.asEndOfRule), before \(names) "
                + "\(windows.count == 1 ? "opens" : "open") again", span: rule.expiresSpan ?? rule.span,
            notes: windows.prefix(mostShown).map { Note("window \($0.name) is here", span: $0.span) },
            port: port.name.text, rule: rule.name.text)
    }
}
