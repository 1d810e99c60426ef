import Gate
import JSON
import Policy

/// `portgate rollback`: puts an earlier generation in force again.
struct RollbackCommand: HostCommand {
    static let name = "rollback"
    static let summary = "put an earlier generation in force again"
    static let details = """
        Loads the recorded ruleset of the generation before the current one, or of --to N, the same way as apply: plan, \
        question, load, read back. It becomes a new generation; nothing of the history is lost. Windows and expiries are the \
        recorded moments, so that what has ended since stays ended.

        --to 0 takes the gate away: table inet portgate is deleted and every port it gated is open to everyone who can reach \
        this host. 'portgate rollback' then puts back what was in force.

        While a generation waits to be confirmed (apply --confirm-within), 'portgate rollback' takes it back at once.
        """
    static let exitCodes: [ExitCode] = [.clean, .findings, .usage, .incomplete, .refused, .rolledBack]
    static let formats: [OutputFormat] = [.text, .json]
    static let options: [CommandOption<Self>] = [
        .value("to", "N", help: "return to generation N; 0 takes the gate away") { settings, text throws(UsageError) in
            guard let number = Int(text), number >= 0 else { throw UsageError("--to '\(text)' is not a generation") }
            settings.target = number
        },
        .flag("list", help: "list the generations, change nothing") { $0.isList = true },
        .withoutLedger, .yes, .mustAllow, .allowLockout, .lockWait, .stateDirectory, outputOption,
    ]

    var outputs: [OutputRequest] = []
    var host = HostSettings()
    private var target: Int?
    private var isList = false

    init() {}

    func validate() throws(UsageError) {
        if isList, target != nil { throw UsageError("--list changes nothing; it goes without --to") }
    }

    func operate(_ console: Console) throws -> ExitCode {
        let state = host.state(console)
        let rollback = Rollback(state: state)
        let door = KernelDoor.live()
        if isList {
            // The kernel may have returned to the generation before, and nobody wrote it down yet.
            if let look = try? state.pending() == nil ? nil : HostLook(door, state) {
                host.noteFallBack(look.confirmation, door, console, waitSeconds: 1)
            }
            return try list(rollback.entries(), console)
        }
        if try state.pending() != nil {
            let look = try HostLook(door, state)
            if let waiting = look.confirmation, case .armed = waiting.stand {
                guard target == nil else { throw GateFailure.awaitsConfirmation(waiting.pending.generation) }
                return try takeBack(waiting, look, door, console)
            }
            try host.settleConfirmation(door, console)
            // It was taken back already: one step further was not asked for.
            if target == nil { return .clean }
        }
        let look = try HostLook(door, state)
        let change = try rollback.change(to: target).entering(after: look.judging)
        let policyNow = Instant(seconds: Instant.now.seconds - change.clockOffset)
        let plan = Planner(now: policyNow).plan(
            declared: change.table, live: look.judging, recorded: look.recorded,
            interrupted: look.interrupted?.table)
        return try HostChange(settings: host, plan: plan, change: change, look: look)
            .make(self, policy: nil, policyNow: policyNow, door: door, console)
    }

    /// Takes a generation back that waits to be confirmed: the kernel would do so by itself a little later.
    private func takeBack(
        _ waiting: ConfirmationLook, _ look: HostLook, _ door: KernelDoor, _ console: Console
    ) throws -> ExitCode {
        let plan = Planner(now: .now).plan(declared: waiting.old, live: look.judging, recorded: look.recorded)
        let isText = requests.contains { $0.format == .text && $0.path == nil }
        if isText { try console.write(plan.text) }
        look.tell(console)
        let verdict = host.guardian(console).judge(waiting.old, policy: nil, now: .now, policyNow: .now)
        for words in verdict.warnings + [verdict.refusal?.diagnostic.message].compactMap(\.self) {
            console.say("warning: \(words) [PG460]")
        }
        try host.confirm("Take it back?", console)
        let lock = try host.lock(console)
        let confirmer = Confirmer(door: door, state: host.state(console)) { .now }
        let end = try SteadySignals.ignoring {
            try host.recorded(.init("take-back", by: host.appliedBy(console)), console) {
                try confirmer.takeBack(holding: lock)
            } outcome: { _ in
                [:]
            }
        }
        let words: String
        switch end {
        case .confirmed(let generation)?:
            words =
                "generation \(generation) was confirmed meanwhile: it stays in force; run rollback again to leave it"
        case .fellBack(let generation, let previous, _)?:
            let now = previous.map { "generation \($0) is in force" } ?? "nothing is gated, as before it"
            words = "generation \(generation) was taken back, read back: \(now)"
        case nil: words = "no generation waits to be confirmed any more"
        }
        let document = GateDocument(
            command: Self.name, complete: true, findings: [], members: [.init("result", .string(words))])
        try Publisher(requests: requests, console: console).publish { format, _ in
            format == .json ? document.bytes : Array("\(words)\n".utf8)
        }
        return .clean
    }

    private func list(_ entries: [Rollback.Entry], _ console: Console) throws -> ExitCode {
        try Publisher(requests: requests, console: console).publish { format, _ in
            guard format == .json else {
                return Array(
                    (entries.map { $0.text + "\n" }.joined()
                        + "\(entries.count) \(entries.count == 1 ? "generation" : "generations")\n").utf8)
            }
            let member = JSONValue.Member("generations", .array(entries.map(\.json)))
            return GateDocument(command: Self.name, complete: true, findings: [], members: [member]).bytes
        }
        return .clean
    }
}
