import Compiler
import Policy
import Reports

/// `portgate test`: the unit tests of policies.
struct TestCommand: PublishingCommand {
    static let name = "test"
    static let summary = "run the tests that policies carry"
    static let details = """
        Decides every connection under `tests:` by the policy and compares with what is expected. A failed test shows the \
        rule that decided, or the rule that came nearest to allowing. A policy without tests is not a pass: it says so.

        Each PATH is a policy of its own: a file, a folder of files, or `-` for standard input.
        """
    static let exitCodes: [ExitCode] = [.clean, .findings, .usage, .incomplete]
    static let formats: [OutputFormat] = [.text, .json, .junit, .tap]
    static let options: [CommandOption<Self>] =
        [
            .at("make tests without a time of their own at TIME (RFC 3339) instead of now") { $0.at = $1 },
            .flag("fail-on-untested", help: "fail when some rule allows none of the tests' connections") {
                $0.failsOnUntested = true
            },
            .flag("kernel", help: "let the kernel decide each test too, by real packets in a namespace of its own") {
                $0.asksKernel = true
            },
            .flag("strict", help: "fail on warnings too, such as a policy without tests") { $0.isStrict = true },
        ] + CommandOption.accounts { $1(&$0.accountFiles) } + [outputOption]
    static let operands: Operands<Self> = .policies { settings, path in
        defer { settings.paths.append(path) }
        return !settings.paths.contains(path)
    }

    var outputs: [OutputRequest] = []
    private var paths: [String] = []
    private var at: Instant?
    private var isStrict = false
    private var failsOnUntested = false
    private var asksKernel = false
    private var accountFiles = AccountFiles()

    init() {}

    func run(_ console: Console) throws -> ExitCode {
        let now = at ?? .now
        let accounts = try HostAccounts.database(of: accountFiles)
        let inputs = paths.map { PolicyInput(reading: $0) }
        var isDecided = true
        var subjects: [ReportSubject] = []
        for input in inputs { subjects.append(test(input, now: now, accounts: accounts, isDecided: &isDecided)) }
        let isReadable = !inputs.contains(where: \.isUnreadable)
        var report = Report(command: Self.name, complete: isReadable && isDecided, subjects: subjects)
        let fails = report.count(.failed) + report.count(.error) > 0 || isStrict && report.count(.warning) > 0
        if !fails, report.complete, paths == paths.filter({ $0 != "-" }), paths.count == 1 {
            report.nextStep = "portgate compile \(paths[0])"
        }
        try Publisher(requests: requests, console: console).publish(report, isStrict: isStrict)
        guard isReadable else { return .usage }
        return fails ? .findings : isDecided ? .clean : .incomplete
    }

    private func test(
        _ input: PolicyInput, now: Instant, accounts: AccountDatabase, isDecided: inout Bool
    ) -> ReportSubject {
        var description = input.description
        var findings = input.result.diagnostics
        var cases: [CaseResult] = []
        if let policy = input.policy {
            let outcomes = PolicyTestRunner.run(policy, now: now)
            cases = outcomes.map { CaseResult($0, in: policy) }
            if policy.tests.isEmpty { findings.append(.policyWithoutTests(policy)) }
            if asksKernel {
                let kernel = Self.askKernel(about: outcomes, of: policy, accounts: accounts)
                findings += kernel.findings
                isDecided = isDecided && kernel.isComplete
                if kernel.isComplete, kernel.findings.isEmpty, !outcomes.isEmpty {
                    description = [description, "each test decided alike by the kernel"].compactMap(\.self).joined(
                        separator: ", ")
                }
            }
            if failsOnUntested {
                findings += PolicyTestRunner.untestedRules(policy, outcomes).map { .untestedRule($0, in: policy) }
            }
        }
        return ReportSubject(
            path: input.path, findings: findings, sources: input.result.sources, cases: cases,
            description: description)
    }
}

extension CaseResult {
    /// Puts the outcome of a policy's test into words: what was expected, what decided, and what came nearest.
    init(_ outcome: TestOutcome, in policy: Policy) {
        let test = policy.tests[outcome.test]
        let explanation = outcome.explanation
        var details = [explanation.summary]
        if let miss = explanation.nearest {
            let rule = "\(explanation.port.map { "\($0)/" } ?? "")\(miss.rule) (\(policy.sources.place(of: miss.span)))"
            details.append("nearest rule \(rule): \(miss.sentences.joined(separator: "; "))")
        }
        self.init(
            name: test.name, outcome: outcome.passed ? .passed : .failed,
            message: outcome.failure.map { failure in
                switch failure {
                case .decision:
                    "expected \(test.expect.rawValue), the policy decides \(test.expect == .allow ? "deny" : "allow")"
                case .rule:
                    "expected to be allowed by \(test.by.map { "\($0)" } ?? "?"), allowed by "
                        + "\(explanation.rule.map { "\($0)" } ?? "another rule")"
                case .undeclared: "expected \(test.expect.rawValue), no declaration covers the port"
                }
            }, details: outcome.passed ? [] : details, span: test.span)
    }
}
