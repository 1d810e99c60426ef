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

    /// PG402, of what a list file held.
    static func listDamaged(_ path: String, _ reason: String, _ list: String, _ generation: Int) -> GateFailure {
        GateFailure(
            "PG402", .couldNotLook,
            "\(path) is damaged: \(reason); generation \(generation) records in it what '\(list)' held",
            notes: [
                "the rules in force do not depend on it; restore it from a backup, or apply the policy again, which records "
                    + "its lists as they are then"
            ])
    }

    /// PG403.
    static func locked(_ path: String, holder: String) -> GateFailure {
        GateFailure(
            "PG403", .refused, "another portgate holds \(path): \(holder)",
            notes: ["nothing was changed; --lock-wait SECONDS waits for it"])
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

    /// PG431: a generation waits to be confirmed, and something else is to be done.
    public static func awaitsConfirmation(_ generation: Int) -> GateFailure {
        GateFailure(
            "PG431", .refused, "generation \(generation) waits to be confirmed",
            notes: ["nothing was changed; 'portgate confirm' keeps it, 'portgate rollback' takes it back at once"])
    }

    /// PG432.
    static func fellBack(_ generation: Int, to previous: Int?, reason: String) -> GateFailure {
        let now = previous.map { "generation \($0) is in force again" } ?? "nothing is gated, as before it"
        return GateFailure(
            "PG432", .rolledBack, "generation \(generation) was not confirmed: \(reason)", notes: ["\(now)"])
    }

    /// PG433, when the connection is too old.
    static func connectionTooOld(_ process: Int32) -> GateFailure {
        GateFailure(
            "PG433", .refused,
            "the SSH connection this is run over (pid \(process)) is older than the new rules: that it lives on proves "
                + "nothing about a new one",
            notes: ["log in anew, over a connection of its own, and confirm there (ssh -S none …)"])
    }

    /// PG433, when there is no connection.
    static func noConnection() -> GateFailure {
        GateFailure(
            "PG433", .refused, "this is not run over an SSH connection: nobody has shown that a new one gets in",
            notes: ["log in and confirm there; or say --local, which keeps the new rules without that proof"])
    }

    /// PG434.
    static func nothingToConfirm() -> GateFailure {
        GateFailure("PG434", .usage, "no generation waits to be confirmed")
    }

    /// PG435.
    static func noWayBack(_ reason: String) -> GateFailure {
        GateFailure(
            "PG435", .refused, "there is nothing certain to fall back to: \(reason)",
            notes: ["nothing was changed; apply without --confirm-within first"])
    }

    /// PG437.
    static func bootFailed(_ reason: String, notes: [String]) -> GateFailure {
        GateFailure("PG437", .couldNotLook, "no recorded generation could be put in force: \(reason)", notes: notes)
    }

    /// PG436.
    static func notCleaned(_ reason: String) -> GateFailure {
        GateFailure(
            "PG436", .couldNotLook, "what the unconfirmed generation left could not be put in order: \(reason)",
            notes: ["the kernel judges by what stands in its base chains: look with 'portgate status'"])
    }
}
