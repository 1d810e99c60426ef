public import Policy

/// What the kernel said about a policy's tests, held against what the policy decides.
public struct TrialComparison: Sendable {
    /// A disagreement for each test that the kernel decides otherwise, and a warning for each that it was not asked about.
    public let findings: [Diagnostic]
    /// Whether the kernel decided every test.
    public let isComplete: Bool

    /// Compares the outcomes of a policy's tests with the kernel's, given in the same order.
    public init(of policy: Policy, tests outcomes: [TestOutcome], kernel verdicts: [TrialOutcome]) {
        var findings: [Diagnostic] = []
        var isComplete = outcomes.count == verdicts.count
        for (outcome, verdict) in zip(outcomes, verdicts) {
            let test = policy.tests[outcome.test]
            let packet = Self.packet(of: outcome.attempt)
            switch (outcome.decision, verdict) {
            case (.allowed, .arrived), (.undeclared, .arrived), (.refused, .refused):
                continue
            case (_, .cannotBeSent(let reason)):
                isComplete = false
                findings.append(.kernelNotAsked(test, packet: packet, reason: reason.description))
            case (_, .arrived), (_, .refused):
                findings.append(
                    .kernelDisagrees(
                        test, packet: packet, model: outcome.explanation.summary,
                        kernel: verdict == .arrived ? "lets through" : "refuses", in: policy))
            }
        }
        self.findings = findings
        self.isComplete = isComplete
    }

    private static func packet(of attempt: AccessAttempt) -> String {
        "\(attempt.transport.name) \(attempt.isOwn ? "of this host itself, " : "")\(attempt.source) -> \(attempt.port) "
            + "at \(attempt.time.rfc3339)"
    }
}
