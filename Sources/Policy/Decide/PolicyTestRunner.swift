/// What became of one unit test of a policy.
public struct TestOutcome: Hashable, Sendable {
    /// Why a test failed.
    public enum Failure: Hashable, Sendable {
        /// The policy allows what should be refused, or refuses what should be allowed.
        case decision
        /// Allowed as expected, by another rule than the one named.
        case rule
        /// No declaration covers the port and protocol tried.
        case undeclared
    }

    /// Index into ``Policy/tests``.
    public let test: Int
    /// The attempt that the test describes, at its own time or at the time of the run.
    public let attempt: AccessAttempt
    /// What the policy decides on it; of the misses the nearest.
    public let decision: Decision
    /// The decision in words: the deciding rule, or the nearest misses.
    public let explanation: Explanation
    /// Why the test failed; nil when it passed.
    public let failure: Failure?

    /// Whether the policy decides as the test expects.
    public var passed: Bool { failure == nil }
}

/// Runs a policy's unit tests on its reference decision. Pure: the time comes in.
public enum PolicyTestRunner {
    /// Runs every test; the outcomes stand in the order of the tests. A test without a time is made `now`.
    public static func run(_ policy: Policy, now: Instant) -> [TestOutcome] {
        let decider = Decider(policy)
        return policy.tests.enumerated().map { index, test in
            let attempt = AccessAttempt(test, in: policy, now: now)
            let decision = decider.decide(attempt)
            return TestOutcome(
                test: index, attempt: attempt, decision: decision.nearest(Explanation.mostMisses),
                explanation: decider.explain(decision, attempt),
                failure: failure(of: test, decision, in: policy))
        }
    }

    private static func failure(of test: PolicyTest, _ decision: Decision, in policy: Policy) -> TestOutcome.Failure? {
        switch decision {
        case .undeclared:
            return .undeclared
        case .refused:
            return test.expect == .deny ? nil : .decision
        case .allowed(let port, let rule):
            guard test.expect == .allow else { return .decision }
            guard let by = test.by, policy.ports[port].rules[rule].name != by else { return nil }
            return .rule
        }
    }

    /// Returns the rules that allowed none of the tests' attempts, in the order of the policy.
    public static func untestedRules(_ policy: Policy, _ outcomes: [TestOutcome]) -> [RuleReference] {
        var tested: Set<RuleReference> = []
        for outcome in outcomes {
            if case .allowed(let port, let rule) = outcome.decision {
                tested.insert(RuleReference(port: port, rule: rule))
            }
        }
        return policy.ports.indices.flatMap { port in
            policy.ports[port].rules.indices.map { RuleReference(port: port, rule: $0) }
        }.filter { !tested.contains($0) && policy.ports[$0.port].rules[$0.rule].mode == .enforce }
    }
}

/// A rule by its place in a policy.
public struct RuleReference: Hashable, Sendable {
    /// Index into ``Policy/ports``.
    public let port: Int
    /// Index into ``Port/rules``.
    public let rule: Int

    /// Creates a reference.
    public init(port: Int, rule: Int) {
        self.port = port
        self.rule = rule
    }
}
