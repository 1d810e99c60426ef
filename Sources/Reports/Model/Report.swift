public import Policy

/// What a command found: the one model behind every output format.
public struct Report: Hashable, Sendable {
    /// The command, as `check`.
    public var command: String
    /// Whether everything that was to be looked at was looked at.
    public var complete: Bool
    /// What was looked at, in the order given.
    public var subjects: [ReportSubject]
    /// The command to run next, for people.
    public var nextStep: String?

    /// Creates a report.
    public init(command: String, complete: Bool, subjects: [ReportSubject], nextStep: String? = nil) {
        self.command = command
        self.complete = complete
        self.subjects = subjects
        self.nextStep = nextStep
    }

    /// The number of findings of a severity.
    public func count(_ severity: Severity) -> Int {
        subjects.reduce(0) { $0 + $1.findings.count { $0.severity == severity } }
    }

    /// The number of test cases that came out so.
    public func count(_ outcome: CaseResult.Outcome) -> Int {
        subjects.reduce(0) { $0 + $1.cases.count { $0.outcome == outcome } }
    }

    /// Whether any test cases were to be run.
    public var hasCases: Bool { subjects.contains { !$0.cases.isEmpty } }
}
