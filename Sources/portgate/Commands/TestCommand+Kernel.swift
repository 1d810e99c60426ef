import Compiler
import Gate
import Policy
import Reports

extension TestCommand {
    /// What the kernel said about a policy's tests.
    struct KernelFindings {
        var findings: [Diagnostic] = []
        /// Whether the kernel decided every test.
        var isComplete = true
    }

    /// Lets the kernel decide the tests by real packets and compares it with the policy's decisions.
    static func askKernel(about outcomes: [TestOutcome], of policy: Policy) -> KernelFindings {
        var result = KernelFindings()
        guard !outcomes.isEmpty else { return result }
        let verdicts: [TrialOutcome]
        do {
            verdicts = try KernelTrial(accounts: HostAccounts.database).decide(outcomes.map(\.attempt), by: policy)
        } catch {
            result.isComplete = false
            switch error {
            case .notCompiled(let found): result.findings = found
            default: result.findings = [.kernelNotAvailable(error.description)]
            }
            return result
        }
        for (outcome, verdict) in zip(outcomes, verdicts) {
            let test = policy.tests[outcome.test]
            let packet = packet(of: outcome.attempt)
            switch (outcome.decision, verdict) {
            case (.allowed, .arrived), (.undeclared, .arrived), (.refused, .refused):
                continue
            case (_, .cannotBeSent(let reason)):
                result.isComplete = false
                result.findings.append(.kernelNotAsked(test, packet: packet, reason: reason.description))
            case (_, .arrived):
                result.findings.append(
                    .kernelDisagrees(
                        test, packet: packet, model: outcome.explanation.summary, kernel: "lets through", in: policy))
            case (_, .refused):
                result.findings.append(
                    .kernelDisagrees(
                        test, packet: packet, model: outcome.explanation.summary, kernel: "refuses", in: policy))
            }
        }
        return result
    }

    private static func packet(of attempt: AccessAttempt) -> String {
        "\(attempt.transport.name) \(attempt.isOwn ? "of this host itself, " : "")\(attempt.source) -> \(attempt.port) "
            + "at \(attempt.time.rfc3339)"
    }
}
