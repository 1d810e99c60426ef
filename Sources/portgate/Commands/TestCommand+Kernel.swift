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
    static func askKernel(about outcomes: [TestOutcome], of policy: Policy, accounts: AccountDatabase) -> KernelFindings
    {
        var result = KernelFindings()
        guard !outcomes.isEmpty else { return result }
        let verdicts: [TrialOutcome]
        do {
            verdicts = try KernelTrial(accounts: accounts).decide(outcomes.map(\.attempt), by: policy)
        } catch {
            result.isComplete = false
            switch error {
            case .notCompiled(let found): result.findings = found
            default: result.findings = [.kernelNotAvailable(error.description)]
            }
            return result
        }
        let comparison = TrialComparison(of: policy, tests: outcomes, kernel: verdicts)
        result.findings = comparison.findings
        result.isComplete = comparison.isComplete
        return result
    }
}
