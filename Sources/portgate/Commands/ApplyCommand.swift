import Gate
import Glibc
import Policy

/// `portgate apply`: puts a policy in force.
struct ApplyCommand: HostCommand {
    static let name = "apply"
    static let summary = "put a policy in force on this host"
    static let details = """
        Shows the plan, asks, loads it without losing a packet of anybody who stays allowed, and reads it back. PATH is a \
        policy, or a plan saved by 'portgate plan -o plan=FILE'. Only the table 'inet portgate' of this network namespace is \
        ever touched. A change that fails is taken back (exit code 5).

        Before anything is loaded it is proved over all packets that the table lets in exactly what the policy allows. \
        --no-proof leaves that out; the record of the generation and 'portgate status' say so.

        Refuses to cut the SSH connection it is run over (exit code 4), unless --allow-lockout is given.

        --promote PORT enforces what the policy only observes of a port (mode: observe), and says what to write into it; \
        until that is written, the next apply without --promote returns to observing.

        --confirm-within 2m puts the new rules in force for two minutes: then the kernel returns to the rules before by \
        itself, whatever happens to portgate, unless 'portgate confirm' has come over a new SSH connection. With --wait it \
        waits for the end: 0 when confirmed, 5 when the kernel returned.
        """
    static let exitCodes: [ExitCode] = [.clean, .findings, .usage, .incomplete, .refused, .rolledBack]
    static let formats: [OutputFormat] = [.text, .json]
    static let options: [CommandOption<Self>] = [
        .value(
            "confirm-within", "DURATION",
            help: "let the kernel return to the rules before, unless confirmed (10s to 24h)"
        ) { settings, text throws(UsageError) in
            guard let seconds = DurationText.seconds(parsing: text), (10...86_400).contains(seconds) else {
                throw UsageError("--confirm-within '\(text)' is no length of time from 10s to 24h, such as 2m")
            }
            settings.confirmWithin = seconds
        },
        .flag("wait", help: "with --confirm-within: wait until it is confirmed or the kernel has returned") {
            $0.waits = true
        },
        .value(
            "promote", "PORT|all", repeatable: true,
            help: "enforce what the policy only observes of PORT, or of every port; repeatable"
        ) { settings, text in settings.promotion = Promotion(settings.promotion, adding: text) },
        .noProof { $0.proves = false }, .withoutLedger, .yes, .policyClock, .mustAllow, .allowLockout, .lockWait,
        .stateDirectory,
        outputOption,
    ]
    static let operands: Operands<Self> = .one("PATH", completion: .paths) { settings, text throws(UsageError) in
        guard !text.isEmpty else { throw UsageError("an empty PATH names no policy") }
        settings.path = text
    }

    var outputs: [OutputRequest] = []
    var host = HostSettings()
    private var path = ""
    private var confirmWithin: Int?
    private var waits = false
    private var proves = true
    private var promotion: Promotion?

    init() {}

    func validate() throws(UsageError) {
        if waits, confirmWithin == nil {
            throw UsageError(
                "--wait waits for a confirmation: it goes with --confirm-within (for the lock: --lock-wait)")
        }
    }

    func operate(_ console: Console) throws -> ExitCode {
        let door = KernelDoor.live()
        let state = host.state(console)
        let hostNow = Instant.now
        let saved = path == "-" ? nil : try SavedPlan.read(path)
        if saved != nil, host.policyClock != nil {
            throw UsageError("a saved plan has its own clock; --policy-clock cannot be given with it")
        }
        if saved != nil, promotion != nil {
            throw UsageError("a saved plan is of the policy as it was; --promote cannot be given with it")
        }
        try host.settleConfirmation(door, console)
        let look = try HostLook(door, state)
        if let saved {
            try saved.check(host: look.host, generation: look.live.generation, folder: PlanCommand.folder())
        }
        let now = saved?.now ?? host.policyClock ?? hostNow
        let offset = saved?.clockOffset ?? (hostNow.seconds - now.seconds)
        let declared = try DeclaredGate(
            path: saved?.paths.first ?? path, now: now, offset: offset, live: look.judging, promoting: promotion,
            proving: proves, console)
        try saved?.check(policyDigest: declared.policy.digest, rulesetDigest: declared.change.rulesetDigest)
        let plan = Planner(now: now, policy: declared.policy).plan(
            declared: declared.change.table, live: look.judging, recorded: look.recorded,
            interrupted: look.interrupted?.table)
        let change = HostChange(
            settings: host, plan: plan, change: declared.change, look: look, confirmWithin: confirmWithin, waits: waits)
        // The policy's clock now: a plan that was saved has aged by as much as the host's clock moved on.
        let policyNow = Instant(seconds: hostNow.seconds - offset)
        return try change.make(self, policy: declared.policy, policyNow: policyNow, door: door, console)
    }
}
