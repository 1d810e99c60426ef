import Gate
import Glibc
import JSON
import Policy

/// A command that looks at or changes the host's gate.
protocol HostCommand: PublishingCommand {
    /// What such commands have in common.
    var host: HostSettings { get set }

    /// Does the work; a ``GateFailure`` is shown and becomes the exit code.
    func operate(_ console: Console) throws -> ExitCode
}

/// The settings of every command on a host.
struct HostSettings: Sendable {
    /// `--state-dir`.
    var stateDirectory: String?
    /// `--lock-wait`, in seconds.
    var lockWaitSeconds = 0
    /// `--policy-clock`.
    var policyClock: Instant?
    /// `--must-allow`.
    var mustAllow: [ManagementEndpoint] = []
    /// `--allow-lockout`.
    var allowLockout = false
    /// `--yes`.
    var yes = false
    /// `--without-ledger`.
    var withoutLedger = false

    /// The state directory: as said, else by the environment, else the standard one.
    func state(_ console: Console) -> StateDirectory {
        StateDirectory(path: stateDirectory ?? console.environment("PORTGATE_STATE_DIR") ?? "")
    }

    /// The ways into the host that a change must leave open.
    func guardian(_ console: Console) -> LockoutGuard {
        let ssh = SSHConnection.current(environment: console.environment("SSH_CONNECTION"))
        return LockoutGuard(endpoints: (ssh.map { [ManagementEndpoint($0)] } ?? []) + mustAllow)
    }

    /// Says so when there is an SSH connection of which nothing can be known: then nothing guards it.
    func tellOfUnreadableSSH(_ console: Console) {
        guard let text = console.environment("SSH_CONNECTION"), !text.isEmpty,
            SSHConnection.current(environment: text) == nil
        else { return }
        console.say(
            "warning: SSH_CONNECTION cannot be read, so nobody looked whether this cuts the connection it is run over; "
                + "name it with --must-allow [PG460]")
    }

    /// Takes the lock of the state directory.
    func lock(_ console: Console) throws(GateFailure) -> StateLock {
        try state(console).lock(waitSeconds: lockWaitSeconds, now: .now)
    }

    /// Puts in order what became of a generation that nobody confirmed, before anything else is changed, and tells of it.
    /// A generation that still waits is refused unless `isEnding`, which ends it.
    func settleConfirmation(_ door: KernelDoor, _ console: Console) throws(GateFailure) {
        let state = state(console)
        guard let pending = try state.pending() else { return }
        let lock = try lock(console)
        switch try Confirmer(door: door, state: state, now: { .now }).settle(holding: lock) {
        case .confirmed(let generation): console.say("generation \(generation) was confirmed; recorded now")
        case .fellBack(_, _, let reason): console.say("warning: \(Self.words(pending, reason))")
        case nil:
            if try state.pending() != nil { throw .awaitsConfirmation(pending.generation) }
        }
    }

    /// Writes down that the kernel returned to the generation before, when this user may. Looking is not held up by it for
    /// longer than some seconds.
    func noteFallBack(
        _ waiting: ConfirmationLook?, _ door: KernelDoor, _ console: Console, waitSeconds: Int = 0
    ) {
        guard let waiting, case .fellBack = waiting.stand else { return }
        let state = state(console)
        guard let lock = try? state.lock(waitSeconds: waitSeconds, now: .now) else { return }
        try? Confirmer(door: door, state: state, now: { .now }).note(waiting, holding: lock)
    }

    /// Tells that a generation fell back.
    static func words(_ pending: PendingConfirmation, _ reason: String) -> String {
        let now = pending.previous.map { "generation \($0) is in force" } ?? "nothing is gated, as before it"
        return "generation \(pending.generation) fell back: \(reason); \(now) [PG472]"
    }

    /// Who makes a change, for the record.
    func appliedBy(_ console: Console) -> String {
        let sudo = console.environment("SUDO_USER").flatMap { Name($0) }
        return "uid \(getuid())" + (sudo.map { " (sudo: \($0))" } ?? "")
    }

    /// Records a change in the ledger, makes it, and records what came of it.
    func recorded<Result>(
        _ change: ChangeJournal.Change, _ console: Console, _ make: () throws -> Result,
        outcome: (Result) -> KeyValuePairs<String, JSONValue?>
    ) throws -> Result {
        let journal = try ChangeJournal(change, in: state(console), without: withoutLedger) { console.say($0) }
        do {
            let result = try make()
            journal.end("done", outcome(result)) { console.say($0) }
            return result
        } catch {
            let failure = error as? GateFailure
            journal.end(
                "failed",
                [
                    "code": failure.map { .string($0.diagnostic.code) },
                    "message": .string(failure?.diagnostic.message ?? "\(error)"),
                ]
            ) { console.say($0) }
            throw error
        }
    }

    /// Makes sure that somebody agrees: `--yes`, or the word typed at a terminal.
    func confirm(_ question: String, _ console: Console) throws(GateFailure) {
        if yes { return }
        try Confirmation.ask(question) { console.say($0) }
    }
}

extension HostCommand {
    func run(_ console: Console) throws -> ExitCode {
        do {
            return try operate(console)
        } catch let failure as GateFailure {
            let diagnostic = failure.diagnostic
            console.say("portgate: \(diagnostic.message) [\(diagnostic.code)]")
            for note in diagnostic.notes { console.say("  note: \(note.message)") }
            for request in requests where request.format == .json {
                let document = GateDocument(command: Self.name, complete: false, findings: [diagnostic], members: [])
                try Publisher(requests: [request], console: console).publish { _, _ in document.bytes }
            }
            return ExitCode(rawValue: failure.exit.rawValue) ?? .incomplete
        }
    }
}

extension CommandOption {
    /// `--state-dir DIR`; `use` says what the folder is for.
    static func stateDirectory(_ use: String, set: @escaping @Sendable (inout Settings, String) -> Void) -> Self {
        .value(
            "state-dir", "DIR", completion: .paths,
            help: "\(use) (PORTGATE_STATE_DIR, else \(StateDirectory.standardPath))"
        ) { settings, text throws(UsageError) in
            guard !text.isEmpty else { throw UsageError("--state-dir names no folder") }
            set(&settings, text)
        }
    }
}

extension CommandOption where Settings: HostCommand {
    /// `--state-dir DIR`.
    static var stateDirectory: Self { .stateDirectory("keep state in DIR") { $0.host.stateDirectory = $1 } }

    /// `--lock-wait SECONDS`.
    static var lockWait: Self {
        .value("lock-wait", "SECONDS", help: "wait so long for another portgate that holds the lock") {
            settings, text throws(UsageError) in
            guard let seconds = Int(text), (0...86_400).contains(seconds) else {
                throw UsageError("--lock-wait '\(text)' is not a number of seconds from 0 to 86400")
            }
            settings.host.lockWaitSeconds = seconds
        }
    }

    /// `--policy-clock TIME`.
    static var policyClock: Self {
        .value(
            "policy-clock", "TIME",
            help: "rehearse: let this moment stand for TIME (RFC 3339) in every window and expiry"
        ) { settings, text throws(UsageError) in
            do throws(InstantError) {
                settings.host.policyClock = try Instant(parsing: text)
            } catch {
                throw UsageError("--policy-clock '\(text)': \(error)")
            }
        }
    }

    /// `--must-allow ADDRESS[@PORT[/PROTOCOL]]`.
    static var mustAllow: Self {
        .value(
            "must-allow", "ADDRESS[@PORT[/PROTOCOL]]", repeatable: true,
            help: "refuse a change that shuts this source out of the port (22/tcp unless stated); repeatable"
        ) { settings, text throws(UsageError) in
            guard let endpoint = ManagementEndpoint(parsing: text) else {
                throw UsageError("--must-allow '\(text)' is not ADDRESS, ADDRESS@PORT or ADDRESS@PORT/PROTOCOL")
            }
            settings.host.mustAllow.append(endpoint)
        }
    }

    /// `--allow-lockout`.
    static var allowLockout: Self {
        .flag("allow-lockout", help: "apply even if it cuts this SSH connection or what --must-allow names") {
            $0.host.allowLockout = true
        }
    }

    /// `--without-ledger`.
    static var withoutLedger: Self {
        .flag("without-ledger", help: "change it though the ledger cannot take it; recorded when it can again") {
            $0.host.withoutLedger = true
        }
    }

    /// `--yes`.
    static var yes: Self { .flag("yes", help: "do not ask") { $0.host.yes = true } }
}
