// What two policies let in differently: PG380 to PG383. Places are those of the new policy.
extension Diagnostic {
    /// Something is widened; an error where the author asked for none.
    public static func widened(
        _ words: String, fails: Bool, at span: SourceSpan?, notes: [Note], port: Name?, rule: Name?
    ) -> Diagnostic {
        Diagnostic(
            code: "PG380", severity: fails ? .error : .warning, message: words, span: span, notes: notes,
            port: port?.text, rule: rule?.text)
    }

    /// Something is narrowed.
    public static func narrowed(
        _ words: String, at span: SourceSpan?, notes: [Note], port: Name?, rule: Name?
    ) -> Diagnostic {
        Diagnostic(
            code: "PG381", severity: .note, message: words, span: span, notes: notes, port: port?.text,
            rule: rule?.text)
    }

    /// A setting differs that opens and closes nothing.
    public static func settingChanged(_ words: String, at span: SourceSpan?, port: Name?) -> Diagnostic {
        Diagnostic(code: "PG382", severity: .note, message: words, span: span, port: port?.text)
    }

    /// A port was too large to be compared.
    public static func notCompared(_ port: Name) -> Diagnostic {
        Diagnostic(
            code: "PG383", severity: .error,
            message: "port \(port) was not compared: its rules are too many and too different", span: nil,
            port: port.text)
    }
}
