import Compiler
import Foundation
import Gate
import Policy
import TestSupport
import Testing

/// The big promise: the policy's reference decision and the kernel, running what was compiled, agree on every packet.
@Suite("Policy.decide and the kernel", .serialized)
struct PolicyAgreementTests {
    /// How long it runs and where it begins; scripts/property.sh sets both.
    private struct Budget {
        let seed: UInt64
        let policies: Int
        let seconds: Double?
        /// Of each policy: more than the 200 that must be decided, because some cannot be sent (martian sources).
        let attempts = 240

        init(_ environment: [String: String]) {
            seed = environment["PORTGATE_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...0xffff_ffff)
            seconds = environment["PORTGATE_PROPERTY_SECONDS"].flatMap { Double($0) }
            policies = seconds == nil ? 300 : .max
        }
    }

    private struct Case {
        let policy: Policy
        let attempt: AccessAttempt
        let decision: Decision
        let outcome: TrialOutcome
    }

    @Test("they agree on random policies and attempts at every boundary")
    func agreement() throws {
        let budget = Budget(ProcessInfo.processInfo.environment)
        print("PORTGATE_SEED=\(budget.seed)")
        let begin = Date()
        var (policies, decided, allowed, unsendable) = (0, 0, 0, 0)
        for number in 0..<budget.policies {
            if let seconds = budget.seconds, Date().timeIntervalSince(begin) > seconds { break }
            let seed = budget.seed &+ UInt64(number)
            let text = PolicyGenerator.yaml(seed: seed)
            let policy = try GateLab.policy(text)
            let attempts = Self.attempts(policy, count: budget.attempts, seed: seed)
            guard let outcomes = try Self.outcomes(attempts, policy) else { continue }
            policies += 1
            let decider = Decider(policy)
            for (attempt, outcome) in zip(attempts, outcomes) {
                let decision = decider.decide(attempt)
                switch Self.agree(decision, outcome) {
                case true?:
                    decided += 1
                    if case .allowed = decision { allowed += 1 }
                case false?:
                    try report(Case(policy: policy, attempt: attempt, decision: decision, outcome: outcome), text, seed)
                    return
                case nil:
                    unsendable += 1
                }
            }
        }
        print(
            "\(policies) policies, \(decided) attempts agreed, \(allowed) of them allowed, \(unsendable) cannot be sent"
        )
        // The comparison must have had something to compare.
        #expect(policies >= min(budget.policies, 300) * 9 / 10 || budget.seconds != nil)
        #expect(decided >= policies * 200)
        #expect(allowed > decided / 20)
    }

    private static let trial = KernelTrial(horizonDays: 40)

    /// What the kernel says; nil for a policy with a rule that matches nobody or a window without openings, which is refused.
    private static func outcomes(_ attempts: [AccessAttempt], _ policy: Policy) throws -> [TrialOutcome]? {
        do {
            return try trial.decide(attempts, by: policy)
        } catch {
            guard case .notCompiled(let found) = error else { throw error }
            let expected = found.contains { $0.code == "PG203" || $0.code == "PG204" }
            if !expected { throw error }
            return nil
        }
    }

    /// Attempts of a policy at few moments, so that few tables need loading.
    private static func attempts(_ policy: Policy, count: Int, seed: UInt64) -> [AccessAttempt] {
        var random = SeededGenerator(seed: seed ^ 0x5eed)
        let sampler = AttemptSampler(policy: policy, now: Instant(seconds: PolicyGenerator.now))
        var attempts = sampler.attempts(count, using: &random).map(\.attempt)
        // No host has the unspecified address, and no route leads back to it: the source check refuses it.
        let unspecified: [IPAddress] = [.v4(IPv4Address(bits: 0)), .v6(IPv6Address(bits: 0))]
        for index in attempts.indices where unspecified.contains(attempts[index].source) {
            attempts[index].source = .v4(IPv4Address(bits: 0x0a00_0001))
        }
        let moments = (0..<4).map { _ in random.pick(attempts).time }
        for index in attempts.indices { attempts[index].time = random.pick(moments) }
        return attempts
    }

    /// Whether model and kernel say the same; nil when the kernel was not asked.
    private static func agree(_ decision: Decision, _ outcome: TrialOutcome) -> Bool? {
        switch (decision, outcome) {
        case (_, .cannotBeSent): nil
        case (.allowed, .arrived), (.undeclared, .arrived), (.refused, .refused): true
        default: false
        }
    }

    // MARK: - What went wrong

    /// Prints a disagreement as small as it can be made.
    private func report(_ found: Case, _ text: String, _ seed: UInt64) throws {
        let small = try minimised(found)
        let options = CompileOptions(now: small.attempt.time)
        let ruleset = String(decoding: PolicyCompiler.compile(small.policy, options: options).text, as: UTF8.self)
        let rules = small.policy.ports.map { port in "\(port.name): \(port.rules.map(\.name.text))" }
        Issue.record(
            """
            the model and the kernel disagree; repeat with PORTGATE_SEED=\(seed)
            attempt: \(small.attempt)
            model:   \(small.decision)
            kernel:  \(small.outcome)
            reproduced alone: \(try Self.disagrees(small.policy, small.attempt))
            needed of the policy: \(rules.joined(separator: ", "))
            policy:
            \(text)
            ruleset of what is needed:
            \(ruleset)
            """)
    }

    /// Drops ports and rules as long as model and kernel still disagree.
    private func minimised(_ found: Case) throws -> Case {
        var policy = found.policy
        for index in policy.ports.indices.reversed() {
            var less = policy
            less.ports.remove(at: index)
            if try Self.disagrees(less, found.attempt) { policy = less }
        }
        for port in policy.ports.indices {
            for rule in policy.ports[port].rules.indices.reversed() {
                var less = policy
                less.ports[port].rules.remove(at: rule)
                if try Self.disagrees(less, found.attempt) { policy = less }
            }
        }
        let outcome = try Self.trial.decide([found.attempt], by: policy)[0]
        return Case(
            policy: policy, attempt: found.attempt, decision: policy.decide(found.attempt), outcome: outcome)
    }

    private static func disagrees(_ policy: Policy, _ attempt: AccessAttempt) throws -> Bool {
        agree(policy.decide(attempt), try trial.decide([attempt], by: policy)[0]) == false
    }
}
