public import Policy

/// Why the gate did not do, or could not finish, what it was asked: a diagnostic and the exit code that goes with it.
public struct GateFailure: Error, Hashable, Sendable {
    /// The exit codes of the command line that a failure can end with.
    public enum Exit: Int32, Hashable, Sendable {
        /// Usage, or input that cannot be read.
        case usage = 2
        /// The look could not be completed: nothing is known, or not enough.
        case couldNotLook = 3
        /// Refused for safety; nothing was changed.
        case refused = 4
        /// Applied, then rolled back: what was live before is live again.
        case rolledBack = 5
    }

    /// What happened.
    public let diagnostic: Diagnostic
    /// How the command ends.
    public let exit: Exit

    /// Creates a failure; each code has one constructor function that calls this.
    init(
        _ code: String, _ exit: Exit, _ message: String, notes: [String] = [], port: String? = nil, rule: String? = nil
    ) {
        diagnostic = Diagnostic(
            code: code, severity: .error, message: message, span: nil, notes: notes.map { Diagnostic.Note($0) },
            port: port, rule: rule)
        self.exit = exit
    }
}

extension GateFailure {
    /// PG401.
    static func stateUnusable(_ reason: String, exit: Exit) -> GateFailure {
        GateFailure(
            "PG401", exit, "the state directory cannot be used: \(reason)",
            notes: exit == .refused ? ["nothing was changed in the kernel"] : [])
    }

    /// PG402.
    static func stateDamaged(_ path: String, _ reason: String) -> GateFailure {
        GateFailure(
            "PG402", .couldNotLook, "\(path) is damaged: \(reason)",
            notes: ["restore it from a backup, or move the state directory away and apply the policy again"])
    }

    /// PG403.
    static func locked(_ path: String, holder: String) -> GateFailure {
        GateFailure(
            "PG403", .refused, "another portgate holds \(path): \(holder)",
            notes: ["nothing was changed; --wait SECONDS waits for it"])
    }

    /// PG404.
    static func kernelUnreadable(_ reason: String) -> GateFailure {
        GateFailure("PG404", .couldNotLook, "the live rules cannot be read: \(reason)")
    }

    /// PG405.
    static func kernelUnsteady(tries: Int) -> GateFailure {
        GateFailure(
            "PG405", .couldNotLook, "the rules changed during each of \(tries) looks at them",
            notes: ["another program keeps changing nftables; nothing is known for certain"])
    }

    /// PG406.
    static func movedOn(_ what: String) -> GateFailure {
        GateFailure(
            "PG406", .refused, "\(what)", notes: ["nothing was changed; run plan again and look at what it says now"])
    }

    /// PG407.
    static func planOutdated(_ reason: String) -> GateFailure {
        GateFailure("PG407", .refused, "the saved plan no longer holds: \(reason)", notes: ["nothing was changed"])
    }

    /// PG408.
    static func planDamaged(_ path: String, _ reason: String) -> GateFailure {
        GateFailure("PG408", .usage, "\(path) is not a saved plan: \(reason)")
    }

    /// PG409.
    static func wouldLockOut(_ endpoint: String, reason: String) -> GateFailure {
        GateFailure(
            "PG409", .refused, "this would cut the SSH connection it is run over: \(endpoint) is refused by \(reason)",
            notes: ["nothing was changed; --allow-lockout applies it all the same"])
    }

    /// PG410.
    static func mustAllowRefused(_ endpoint: String, reason: String) -> GateFailure {
        GateFailure(
            "PG410", .refused, "--must-allow \(endpoint) is refused by \(reason)",
            notes: ["nothing was changed; --allow-lockout applies it all the same"])
    }

    /// PG411.
    static func notConfirmed(_ reason: String) -> GateFailure {
        GateFailure("PG411", .refused, "not confirmed: \(reason)", notes: ["nothing was changed"])
    }

    /// PG412.
    static func returned(_ reason: String) -> GateFailure {
        GateFailure(
            "PG412", .rolledBack, "the change failed: \(reason)",
            notes: ["what was live before is live again, verified"])
    }

    /// PG413.
    static func stranded(_ reason: String, live: [String]) -> GateFailure {
        GateFailure(
            "PG413", .couldNotLook, "the change failed, and what was live before could not be restored: \(reason)",
            notes: live)
    }

    /// PG414.
    static func nothingEarlier(_ reason: String) -> GateFailure {
        GateFailure("PG414", .usage, "no generation to return to: \(reason)")
    }

    /// PG415.
    static func unrecorded(_ reason: String) -> GateFailure {
        GateFailure(
            "PG415", .couldNotLook, "the change is live and verified, and could not be recorded: \(reason)",
            notes: ["make room in the state directory and apply again"])
    }

    /// PG416.
    static func listenersUnreadable(_ reason: String) -> GateFailure {
        GateFailure("PG416", .couldNotLook, "the listening sockets cannot be read: \(reason)")
    }

    /// PG417.
    static func fileExists(_ path: String) -> GateFailure {
        GateFailure("PG417", .usage, "\(path) is there already; init never overwrites")
    }

    /// PG418.
    static func notAPolicyHere(_ reason: String) -> GateFailure { GateFailure("PG418", .usage, reason) }

    /// PG419.
    static func notLoadable(_ reason: String) -> GateFailure {
        GateFailure(
            "PG419", .refused, "the ruleset cannot be put into transactions: \(reason)", notes: ["nothing was changed"])
    }

    /// PG421.
    static func elementsRefused(_ reason: String, _ changes: [SetChange]) -> GateFailure {
        let names = changes.filter { !$0.isEmpty }.map(\.set.name).joined(separator: ", ")
        return GateFailure(
            "PG421", .refused, "the kernel refused a change of set elements: \(reason)",
            notes: ["the change was of \(names); nothing of it was made"])
    }
}
