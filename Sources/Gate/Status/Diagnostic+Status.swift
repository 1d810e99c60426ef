import Policy

extension Diagnostic {
    private init(finding code: String, _ severity: Severity, _ message: String, notes: [String] = []) {
        self.init(
            code: code, severity: severity, message: message, span: nil, notes: notes.map { Diagnostic.Note($0) })
    }

    /// PG451.
    static func nothingInForce() -> Diagnostic {
        Diagnostic(finding: "PG451", .warning, "no table inet portgate is live: nothing is gated here")
    }

    /// PG452.
    static func altered(_ differences: [String], hasRecord: Bool) -> Diagnostic {
        let message =
            hasRecord
            ? "the live table is not what was applied: another hand changed it"
            : "a table inet portgate is live that no recorded generation explains"
        var notes = Array(differences.prefix(20))
        if differences.count > notes.count { notes.append("and \(differences.count - notes.count) more differences") }
        return Diagnostic(finding: "PG452", .warning, message, notes: notes)
    }

    /// PG453.
    static func otherHost(_ record: GenerationRecord, _ host: HostIdentity) -> Diagnostic {
        let reason =
            record.host.boot != host.boot
            ? "the host was restarted since"
            : "it was applied in network namespace \(record.host.namespace), this is \(host.namespace)"
        return Diagnostic(finding: "PG453", .warning, "generation \(record.number) is not in force here: \(reason)")
    }

    /// PG454.
    static func interruptedChange(_ number: Int) -> Diagnostic {
        Diagnostic(
            finding: "PG454", .warning, "the change to generation \(number) was interrupted; apply the policy again")
    }

    /// PG455.
    static func horizonNear(_ horizon: Instant, daysLeft: Int64) -> Diagnostic {
        let words = daysLeft < 0 ? "passed" : "is \(daysLeft) days away"
        return Diagnostic(
            finding: "PG455", .warning,
            "the windows' horizon, \(horizon.rfc3339), \(words); after it they stay closed: apply the policy again")
    }

    /// PG456.
    static func endsSoon(_ port: String, _ rule: String, _ expires: Instant, daysLeft: Int64) -> Diagnostic {
        Diagnostic(
            code: "PG456", severity: .warning,
            message: "rule \(port)/\(rule) ends at \(expires.rfc3339), in \(daysLeft) days", span: nil, port: port,
            rule: rule)
    }

    /// PG457, when nobody has bound the group.
    static func logUnbound(_ group: UInt16) -> Diagnostic {
        Diagnostic(
            finding: "PG457", .warning,
            "no process has bound log group \(group) in this network namespace: its records are lost")
    }

    /// PG457, when the kernel does not tell.
    static func logUnknown(_ groups: [UInt16]) -> Diagnostic {
        let list = groups.map { String($0) }.joined(separator: ", ")
        let message = "the kernel does not tell whether anybody takes log group \(list)"
        return Diagnostic(finding: "PG457", .warning, message)
    }

    /// PG458.
    static func laterChains(_ chains: [BaseChain]) -> Diagnostic {
        Diagnostic(
            finding: "PG458", .note, "\(chains.count) base chains of other tables judge after the gate",
            notes: chains.map { chain in
                "\(chain.family.name) \(chain.table) \(chain.name): \(chain.hookName), priority \(chain.priority)"
                    + (chain.dropsByDefault ? ", drops what it leaves undecided" : "")
            })
    }

    /// PG459.
    static func shiftedClock(_ offset: Int64) -> Diagnostic {
        Diagnostic(finding: "PG459", .warning, "a rehearsal is in force: the policy's clock is \(Plan.shift(offset))")
    }

    /// PG471.
    static func awaitsConfirmation(_ pending: PendingConfirmation, secondsLeft: UInt64) -> Diagnostic {
        let then = pending.previous.map { "to generation \($0)" } ?? "to no gate at all"
        return Diagnostic(
            finding: "PG471", .warning,
            "generation \(pending.generation) is armed, \(secondsLeft) s left: the kernel returns \(then) unless it is "
                + "confirmed")
    }

    /// PG472.
    static func fellBack(_ pending: PendingConfirmation, reason: String) -> Diagnostic {
        let now = pending.previous.map { "generation \($0) is in force" } ?? "nothing is gated"
        return Diagnostic(
            finding: "PG472", .warning, "generation \(pending.generation) fell back: \(reason); \(now)")
    }

    /// PG473.
    static func passedOver(_ number: Int, _ reason: String) -> Diagnostic {
        Diagnostic(finding: "PG473", .warning, "generation \(number) was passed over: \(reason)")
    }

    /// PG460.
    static func wayInCloses(_ words: String) -> Diagnostic { Diagnostic(finding: "PG460", .warning, words) }
}
