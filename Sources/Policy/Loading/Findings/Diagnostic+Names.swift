/// Findings on names: declared twice, or never.
extension Diagnostic {
    static func duplicate(_ what: String, _ name: String, at span: SourceSpan, first: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG040", severity: .error, message: "\(what) '\(name.quoted)' is declared twice", span: span,
            notes: [Note("first declared here", span: first)])
    }

    static func stagedElsewhere(_ observed: Port, enforced: Port) -> Diagnostic {
        Diagnostic(
            code: "PG049", severity: .error,
            message: "port '\(observed.name)' is observed here for other numbers or protocols than it is enforced for",
            span: observed.portsSpan, notes: [Note("it is enforced for these", span: enforced.portsSpan)],
            port: observed.name.text)
    }

    static func conflict(
        _ key: String, _ value: String, at span: SourceSpan, first: String, firstSpan: SourceSpan
    ) -> Diagnostic {
        Diagnostic(
            code: "PG041", severity: .error,
            message: "\(key) is '\(value.quoted)' here and '\(first.quoted)' in another place", span: span,
            notes: [Note("\(key) is stated here as '\(first.quoted)'", span: firstSpan)])
    }

    static func reservedName(_ what: String, _ name: String, _ reason: String, at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG042", severity: .error, message: "\(what) cannot be called '\(name.quoted)': \(reason)", span: span
        )
    }

    static func unknownName(
        _ what: String, _ name: String, known: some Sequence<String>, at span: SourceSpan, port: String? = nil,
        rule: String? = nil
    ) -> Diagnostic {
        let nearest = Suggestions.nearest(to: name, among: known)
        let hint = nearest.map { "; did you mean '\($0)'?" } ?? ""
        return Diagnostic(
            code: "PG043", severity: .error, message: "no \(what) is called '\(name.quoted)'\(hint)", span: span,
            fix: nearest.map { Fix(span: span, replacement: $0) }, port: port, rule: rule)
    }

    static func memberCycle(_ names: [String], at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG045", severity: .error,
            message: "identity '\(names.first ?? "")' is a member of itself: \(names.joined(separator: " → "))",
            span: span)
    }

    static func unknownZone(_ name: String, nearest: String?, at span: SourceSpan) -> Diagnostic {
        let hint = nearest.map { "; did you mean '\($0)'?" } ?? "; wanted a name such as Europe/Berlin or UTC"
        return Diagnostic(
            code: "PG046", severity: .error, message: "no time zone is called '\(name.quoted)'\(hint)", span: span,
            fix: nearest.map { Fix(span: span, replacement: $0) })
    }

    static func unusableZone(_ name: String, _ reason: String, at span: SourceSpan) -> Diagnostic {
        Diagnostic(code: "PG048", severity: .error, message: "time zone '\(name.quoted)' \(reason)", span: span)
    }

    static func unknownRequest(_ text: String, reason: String?, nearest: String?, at span: SourceSpan) -> Diagnostic {
        let hint = nearest.map { "; did you mean '\($0)'?" } ?? ""
        let message =
            reason.map { "request type '\(text.quoted)' \($0)" }
            ?? "'\(text.quoted)' is neither a request type nor a declared signature\(hint)"
        return Diagnostic(
            code: "PG047", severity: .error, message: message, span: span,
            fix: reason == nil ? nearest.map { Fix(span: span, replacement: $0) } : nil)
    }
}
