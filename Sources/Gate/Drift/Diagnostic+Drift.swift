import Nftables
import Policy

// What drift has to say beside what status says: PG310 to PG344.
extension Diagnostic {
    private init(
        drift code: String, _ severity: Severity, _ message: String, notes: [String] = [], at span: SourceSpan? = nil,
        port: String? = nil
    ) {
        var shown = notes.prefix(20).map { Diagnostic.Note($0) }
        if notes.count > shown.count { shown.append(Diagnostic.Note("and \(notes.count - shown.count) more")) }
        self.init(code: code, severity: severity, message: message, span: span, notes: shown, port: port)
    }

    /// PG310.
    static func declaredIsNotApplied(_ record: GenerationRecord?, changes: [String]) -> Diagnostic {
        let message =
            record.map {
                "the policy declared is not the policy applied: generation \($0.number) of \($0.created.rfc3339) is of "
                    + "another"
            } ?? "the policy declared was never applied with this state directory"
        return Diagnostic(drift: "PG310", .error, message, notes: changes)
    }

    /// PG311.
    static func declaredCompilesOtherwise(_ number: Int, _ differences: [String]) -> Diagnostic {
        Diagnostic(
            drift: "PG311", .warning,
            "the policy declared is that of generation \(number), and compiles to other rules than were applied",
            notes: differences)
    }

    /// PG312.
    static func recordMismatch(_ what: String, live: String, recorded: String) -> Diagnostic {
        Diagnostic(drift: "PG312", .warning, "the live table is of \(what) \(live), recorded is \(recorded)")
    }

    /// PG313.
    static func recordStandsIn(_ record: GenerationRecord?) -> Diagnostic {
        let stands = record.map { "generation \($0.number) as it was recorded stands in for it" }
        return Diagnostic(
            drift: "PG313", .note,
            "no policy was named, so none was compared with what was applied; "
                + (stands ?? "and nothing was ever applied with this state directory"))
    }

    /// PG320.
    static func undeclaredListener(_ words: String, notes: [String], isDenied: Bool) -> Diagnostic {
        Diagnostic(
            drift: "PG320", isDenied ? .error : .warning,
            "\(words), and no port of the policy is that" + (isDenied ? "; the policy says undeclared: deny" : ""),
            notes: notes)
    }

    /// PG321.
    static func undeclaredOwnListener(_ words: String, notes: [String]) -> Diagnostic {
        Diagnostic(drift: "PG321", .note, "\(words), and no port of the policy is that", notes: notes)
    }

    /// PG322.
    static func unusedPort(_ name: String, _ services: String, at span: SourceSpan?) -> Diagnostic {
        Diagnostic(
            drift: "PG322", .note, "nobody listens on port \(name) (\(services)) in this network namespace", at: span,
            port: name)
    }

    /// PG323.
    static func bootMissing(_ looked: [String]) -> Diagnostic {
        Diagnostic(drift: "PG323", .warning, "nothing runs 'portgate boot' when this host starts", notes: looked)
    }

    /// PG324.
    static func bootAltered(_ unit: String, _ differences: [String]) -> Diagnostic {
        Diagnostic(drift: "PG324", .warning, "\(unit) is not as packaged", notes: differences)
    }

    /// PG325.
    static func bootUnknown(_ reason: String) -> Diagnostic {
        Diagnostic(drift: "PG325", .note, "what loads the gate when this host starts cannot be told: \(reason)")
    }

    /// PG330.
    static func settingChanged(_ name: String, from old: String, to new: String, since: Instant) -> Diagnostic {
        Diagnostic(
            drift: "PG330", .warning, "\(name) is \(new), and was \(old) at \(since.rfc3339)")
    }

    /// PG331.
    static func madeAndUndone(_ step: LastLook.Step, own: [String]) -> Diagnostic {
        Diagnostic(
            drift: "PG331", own.isEmpty ? .warning : .note,
            "the ruleset was changed and changed back: the kernel's generation went from \(step.from) to \(step.to), and "
                + "the rules are the same",
            notes: ["between \(step.since.rfc3339) and \(step.seen.rfc3339)"] + step.by + own)
    }

    /// PG332.
    static func rulesetMoved(_ step: LastLook.Step, tables: [String]) -> Diagnostic {
        let what =
            tables.isEmpty ? "what changed cannot be told" : "changed: \(tables.joined(separator: ", "))"
        return Diagnostic(
            drift: "PG332", .note,
            "since \(step.since.rfc3339) the kernel's generation went from \(step.from) to \(step.to); \(what)",
            notes: step.by)
    }

    /// PG333.
    static func notRemembered(_ reason: String) -> Diagnostic {
        Diagnostic(drift: "PG333", .note, "this look is not remembered, the next has nothing to go by: \(reason)")
    }

    /// PG335.
    static func accessUnexplained(
        _ words: String, port: String? = nil, severity: Severity = .warning
    ) -> Diagnostic {
        Diagnostic(drift: "PG335", severity, words, port: port)
    }

    /// PG340.
    static func notLookedAt(_ what: String, _ reason: String, notes: [String] = []) -> Diagnostic {
        Diagnostic(drift: "PG340", .warning, "\(what) could not be looked at: \(reason)", notes: notes)
    }
}
