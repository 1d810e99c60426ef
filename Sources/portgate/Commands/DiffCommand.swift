import Gate
import Policy
import Reports

/// `portgate diff`: what two policies let in differently.
struct DiffCommand: PublishingCommand {
    static let name = "diff"
    static let summary = "show who gains and who loses access between two policies"
    static let details = """
        Compares what OLD and NEW let in, not how they are written: per port and protocol, who gains and who loses, from \
        which addresses, when and with which requests. Renaming, reordering or splitting blocks is no change. Windows are \
        compared for 400 days from now, or from --at.

        An operand is a file, a folder of files, `-` for standard input, REV:PATH for a file or folder in a git revision \
        (what it includes is read from that revision too), or `live` for the policy of the generation that was applied \
        last. Write ./live for a file of that name.

        Changes are no findings unless --fail-on-widening makes those that let more in one: then the exit code is 1.
        """
    static let exitCodes: [ExitCode] = [.clean, .findings, .usage, .incomplete]
    static let formats: [OutputFormat] = [.text, .json, .markdown, .sarif, .github, .junit]
    static let options: [CommandOption<Self>] = [
        .at("compare from TIME (RFC 3339) on instead of from now") { $0.at = $1 },
        .flag("fail-on-widening", help: "exit 1 if anything lets more in") { $0.failsOnWidening = true },
        .stateDirectory("where `live` is recorded") { $0.host.stateDirectory = $1 }, outputOption,
    ]
    static let operands: Operands<Self> = Operands(usage: "OLD NEW", count: 2...2, completion: .paths) {
        settings, text throws(UsageError) in
        guard !text.isEmpty else { throw UsageError("an empty operand names no policy") }
        guard text != "-" || !settings.named.contains("-") else {
            throw UsageError("standard input can be one of the two policies only")
        }
        settings.named.append(text)
    }

    var outputs: [OutputRequest] = []
    private var named: [String] = []
    private var host = HostSettings()
    private var at: Instant?
    private var failsOnWidening = false

    init() {}

    func run(_ console: Console) throws -> ExitCode {
        guard named.count == 2 else { return .usage }
        let state = host.state(console)
        let operands = try named.map { try DiffOperand($0, state: state, console) }
        let reading = DiffReading(operands[1], console)
        // Both are waited for before anything is said of either.
        let first = Result { try operands[0].policy(console) }
        let second = Result { try reading.policy() }
        let (old, new) = (try first.get(), try second.get())
        let difference = PolicyDifference(from: old, to: new, at: at ?? .now)
        let report = DifferenceReport(
            difference, old: named[0], new: named[1], oldSources: old.sources, newSources: new.sources,
            failsOnWidening: failsOnWidening)
        let publisher = Publisher(requests: requests, console: console)
        try publisher.publish { format, style in
            switch format {
            case .json: report.json
            case .markdown: report.markdown
            case .sarif: SARIFReport.render(report.report, version: Tool.version)
            case .github: GitHubReport.render(report.report)
            case .junit: JUnitReport.render(report.report, failing: .error)
            case .text, .line, .tap, .plan, .html, .prometheus: report.text(style)
            }
        }
        if !report.isComplete { return .incomplete }
        return failsOnWidening && difference.widened > 0 ? .findings : .clean
    }
}
