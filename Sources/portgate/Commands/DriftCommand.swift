import Drift
import Gate
import Policy
import Reports

/// `portgate drift`: everything by which this host is not what its policy declares.
struct DriftCommand: HostCommand {
    static let name = "drift"
    static let summary = "find everything by which this host is not what its policy declares"
    static let details = """
        Compares the policy with what was applied last and with what is live: the rules of every table, what listens, the \
        kernel's settings, what lies beside the gate, and what changed since the last look. Changes nothing; what it saw is \
        remembered in looks.json of the state directory, when that is there. Without PATH the generation that was recorded \
        stands in for the policy.

        Exit code 0: everything was looked at and nothing is wrong; 1: there are errors or warnings; 3: not everything could \
        be looked at, and what was is well. Notes never count.

        Every finding has an id that stays the same from look to look. --ignores names a YAML list of {id | code, reason, \
        until}: what somebody accepted, until a day. --repair ID shows how to undo a finding and does nothing; there is no \
        --yes to it. --watch follows the kernel's changes, looks again within a second of each, and prints what appeared \
        (+) and what went away (-).
        """
    static let exitCodes: [ExitCode] = [.clean, .findings, .usage, .incomplete]
    static let formats: [OutputFormat] = [.text, .json, .sarif, .junit, .html, .prometheus, .github]
    static let options: [CommandOption<Self>] = [
        .value(
            "ignores", "FILE", completion: .paths,
            help: "pass over what FILE lists (else drift-ignores.yaml of the state directory, or beside the policy)"
        ) { settings, text throws(UsageError) in
            guard !text.isEmpty else { throw UsageError("--ignores names no file") }
            settings.ignoresPath = text
        },
        .value("repair", "ID", help: "show how to undo a finding; nothing is done") {
            settings, text throws(UsageError) in
            guard let id = FindingID(text) else {
                throw UsageError("--repair '\(text)' is not the id of a finding, as D-0a1b2c3d")
            }
            settings.repair = id
        },
        .flag("accept", help: "take settings and steps since the last look for good") { $0.accepts = true },
        .flag("no-remember", help: "write nothing to the state directory") { $0.remembers = false },
        .flag("watch", help: "look again at every change of the ruleset, until interrupted") { $0.isWatch = true },
        .value("for", "SECONDS", help: "end the watch after so long") { settings, text throws(UsageError) in
            guard let seconds = Int(text), (1...31_536_000).contains(seconds) else {
                throw UsageError("--for '\(text)' is not a number of seconds from 1 to 31536000")
            }
            settings.watchSeconds = seconds
        },
        .stateDirectory, outputOption,
    ]
    static let operands: Operands<Self> = .optional("PATH", completion: .paths) { settings, text throws(UsageError) in
        guard !text.isEmpty else { throw UsageError("an empty PATH names no policy") }
        settings.path = text
    }

    var outputs: [OutputRequest] = []
    var host = HostSettings()
    private(set) var path: String?
    private(set) var watchSeconds: Int?
    private var ignoresPath: String?
    private var repair: FindingID?
    private var accepts = false
    private var remembers = true
    private var isWatch = false

    init() {}

    func validate() throws(UsageError) {
        if isWatch {
            if repair != nil { throw UsageError("--repair is of one look; it goes without --watch") }
            if path == "-" { throw UsageError("--watch cannot read standard input again") }
            if outputs.count > 1 || outputs.contains(where: { $0.path != nil || ![.text, .json].contains($0.format) }) {
                throw UsageError("--watch writes text or json to standard output")
            }
        } else if watchSeconds != nil {
            throw UsageError("--for goes with --watch")
        }
        if repair != nil, outputs.contains(where: { ![.text, .json].contains($0.format) }) {
            throw UsageError("--repair writes text or json")
        }
        if accepts, !remembers { throw UsageError("--accept is for the next look; it goes without --no-remember") }
    }

    func operate(_ console: Console) throws -> ExitCode {
        let reader = reader(console)
        if isWatch { return try watch(console) { try look(reader, console, watched: $0) } }
        let report = try look(reader, console)
        if let repair {
            guard let entry = report.entry(repair) else {
                throw CommandFailure(
                    .usage, "this look found nothing with the id \(repair)", help: "portgate drift lists what it finds")
            }
            let plan = RepairPlan(entry, in: report)
            try Publisher(requests: requests, console: console).publish { format, _ in
                format == .json ? DriftJSON.render(plan, in: report) : DriftText.render(plan)
            }
            return .clean
        }
        try publish(report, console)
        return Self.exit(report)
    }

    /// The exit code that a report deserves.
    static func exit(_ report: DriftReport) -> ExitCode {
        if report.hasFindings { return .findings }
        return report.isComplete ? .clean : .incomplete
    }

    private func publish(_ report: DriftReport, _ console: Console) throws {
        let common = Report(drift: report)
        try Publisher(requests: requests, console: console).publish { format, style in
            switch format {
            case .json: DriftJSON.render(report)
            case .html: DriftHTML.render(report)
            case .prometheus: DriftPrometheus.render(report)
            case .sarif: SARIFReport.render(common, version: Tool.version)
            case .github: GitHubReport.render(common)
            case .junit: JUnitReport.render(common, failing: .warning)
            case .text, .line, .tap, .plan, .markdown: DriftText.render(report, style: style)
            }
        }
    }

    // MARK: - Looking

    private func reader(_ console: Console) -> DriftReader {
        var reader = DriftReader(
            door: .live(), state: host.state(console),
            identities: IdentityAudit(host: .live(accounts: HostAccounts.database)), accounts: HostAccounts.database)
        reader.judge = PacketSpaceJudge()
        reader.remembers = remembers
        reader.accepts = accepts
        return reader
    }

    private func look(
        _ reader: DriftReader, _ console: Console, watched: [RulesetStep] = []
    ) throws -> DriftReport {
        let declared = declared()
        var sources = declared.sources
        let ignores = try ignores(console, &sources)
        let now = Instant.now
        let (findings, facts) = reader.read(declared, now: now, watched: watched)
        return DriftReport(at: now, facts: facts, findings: findings, ignores: ignores, sources: sources)
    }

    /// Reads the policy; one that cannot be used keeps nothing else from being looked at.
    private func declared() -> DeclaredPolicy {
        guard let path else { return .none }
        let input = PolicyInput(reading: path)
        if let policy = input.policy { return .policy(policy, paths: [path]) }
        return .unusable(input.result.diagnostics, input.result.sources, paths: [path])
    }

    /// Reads what is to be passed over. A file that was named must be there.
    private func ignores(_ console: Console, _ sources: inout SourceMap) throws -> DriftIgnores {
        guard let file = try IgnoresFile.read(ignoresPath, state: host.state(console), policy: path) else {
            return DriftIgnores()
        }
        return DriftIgnores(reading: file.bytes, file: sources.add(file))
    }
}
