import Gate
import Glibc
import JSON
import Policy

/// `portgate plan`: what applying a policy would change.
struct PlanCommand: HostCommand {
    static let name = "plan"
    static let summary = "show what applying a policy would change on this host"
    static let details = """
        Compares the live table of this network namespace with the policy, in the policy's words; changes nothing. Exit code \
        0: nobody's access would change; 1: something would.

        -o plan=FILE saves the plan: 'portgate apply FILE' does exactly that, or refuses when anything has changed since.
        """
    static let exitCodes: [ExitCode] = [.clean, .findings, .usage, .incomplete]
    static let formats: [OutputFormat] = [.text, .json, .plan]
    static let options: [CommandOption<Self>] = [
        .noProof { $0.proves = false }, .policyClock, .mustAllow, .stateDirectory, outputOption,
    ]
    static let operands: Operands<Self> = .policy { $0.path = $1 }

    var outputs: [OutputRequest] = []
    var host = HostSettings()
    private var path = ""
    private var proves = true

    init() {}

    func validate() throws(UsageError) {
        if path == "-", outputs.contains(where: { $0.format == .plan }) {
            throw UsageError("a plan of standard input cannot be saved: apply could not read it again")
        }
    }

    func operate(_ console: Console) throws -> ExitCode {
        let hostNow = Instant.now
        let now = host.policyClock ?? hostNow
        let door = KernelDoor.live()
        let look = try HostLook(door, host.state(console))
        host.noteFallBack(look.confirmation, door, console)
        let declared = try DeclaredGate(
            path: path, now: now, offset: hostNow.seconds - now.seconds, live: look.judging,
            proving: proves, console)
        let plan = Planner(now: now, policy: declared.policy).plan(
            declared: declared.change.table, live: look.judging, recorded: look.recorded,
            interrupted: look.interrupted?.table)
        let verdict = host.guardian(console).judge(
            declared.change.table, policy: declared.policy, now: hostNow, policyNow: now)
        look.tell(console)
        host.tellOfUnreadableSSH(console)
        let warnings = verdict.refusal.map { [$0.diagnostic.message + "; apply would refuse it"] } ?? verdict.warnings
        for warning in warnings { console.say("warning: \(warning)") }
        let saved = SavedPlan(
            paths: [path], folder: try Self.folder(), now: now, clockOffset: declared.change.clockOffset,
            policyDigest: declared.policy.digest, rulesetDigest: declared.change.rulesetDigest,
            kernelGeneration: look.live.generation, host: look.host, summary: plan.summary)
        try Publisher(requests: requests, console: console).publish { format, _ in
            switch format {
            case .plan: saved.bytes
            case .json:
                GateDocument(
                    command: Self.name, complete: true, findings: verdict.refusal.map { [$0.diagnostic] } ?? [],
                    members: [.init("plan", plan.json)]
                ).bytes
            default: Array(plan.text.utf8)
            }
        }
        return plan.changesAccess ? .findings : .clean
    }

    /// The folder that relative paths start from.
    static func folder() throws(CommandFailure) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard getcwd(&buffer, buffer.count) != nil else { throw CommandFailure(.usage, "the working folder is gone") }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
