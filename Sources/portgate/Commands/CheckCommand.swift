import Policy
import Reports

/// `portgate check`: everything wrong with policies, in one pass.
struct CheckCommand: PublishingCommand {
    static let name = "check"
    static let summary = "find everything wrong with policies"
    static let details = """
        Reads each PATH as a policy of its own: a file, a folder of files, or `-` for standard input. Reports every mistake \
        in one pass, at its line and column, and what deserves a second look. Needs no root, no network and no nft.

        `portgate explain CODE` tells what a finding means; a comment `# portgate:ignore PG104 until=YYYY-MM-DD reason` \
        on its line, or the line above, accepts a PG1xx finding.
        """
    static let exitCodes: [ExitCode] = [.clean, .findings, .usage, .incomplete]
    static let formats: [OutputFormat] = [.text, .json, .sarif, .github, .junit]
    static let options: [CommandOption<Self>] = [
        .at("judge as of TIME (RFC 3339) instead of now") { $0.at = $1 },
        .flag("strict", help: "fail on warnings too") { $0.isStrict = true },
        outputOption,
    ]
    static let operands: Operands<Self> = .policies { settings, path in
        defer { settings.paths.append(path) }
        return !settings.paths.contains(path)
    }

    var outputs: [OutputRequest] = []
    private var paths: [String] = []
    private var at: Instant?
    private var isStrict = false

    init() {}

    func run(_ console: Console) throws -> ExitCode {
        let now = at ?? .now
        let inputs = paths.map { PolicyInput(reading: $0) }
        let subjects = inputs.map { input in
            let lint = input.policy.map { Linter.lint($0, now: now) } ?? []
            return ReportSubject(
                path: input.path, findings: input.result.diagnostics + lint, sources: input.result.sources,
                description: input.description)
        }
        var report = Report(command: Self.name, complete: !inputs.contains(where: \.isUnreadable), subjects: subjects)
        report.nextStep = nextStep(after: report)
        try Publisher(requests: requests, console: console).publish(report, isStrict: isStrict)
        if !report.complete { return .usage }
        return report.count(.error) > 0 || isStrict && report.count(.warning) > 0 ? .findings : .clean
    }

    private func nextStep(after report: Report) -> String? {
        let findings = report.subjects.flatMap(\.findings)
        if let worst = findings.max(by: { $0.severity < $1.severity }), worst.severity > .note {
            return "portgate explain \(worst.code)"
        }
        return paths.contains("-") ? nil : "portgate test \(paths.joined(separator: " "))"
    }
}
