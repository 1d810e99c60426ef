import Compiler
import Nftables
import Policy
import TestSupport
import Testing

/// The promise that holds everything together: what is rendered decides as the policy does, whatever state connections and
/// meters are in.
@Suite struct AgreementTests {
    static let policies: UInt64 = 320
    static let attempts = 200
    static let firstSeed: UInt64 = 1

    @Test("the rendering read back decides every attempt as Policy.decide does")
    func renderingAgreesWithDecide() throws {
        var allowed = 0
        var refused = 0
        for seed in Self.firstSeed..<Self.firstSeed + Self.policies {
            let yaml = PolicyGenerator.yaml(seed: seed)
            let policy = try Gates.policy(yaml)
            let result = PolicyCompiler.compile(policy, options: CompileOptions(now: Gates.now))
            try #require(
                result.table != nil, "seed \(seed): \(result.diagnostics.map(\.message))\n\(yaml)")
            let evaluator = TableEvaluator(try TableParser.parse(result.text))
            var random = SeededGenerator(seed: seed &* 7919)
            let sampler = AttemptSampler(policy: policy, now: Gates.now)
            for sample in sampler.attempts(Self.attempts, using: &random) {
                let packet = Packet(sample.attempt, user: sample.user, group: sample.group)
                let decision = policy.decide(sample.attempt)
                switch decision {
                case .allowed: allowed += 1
                case .refused: refused += 1
                case .undeclared: break
                }
                try check(packet, decision, policy, evaluator, "seed \(seed) \(sample)\n\(yaml)")
            }
        }
        // Samples that all fall on one side would prove nothing.
        #expect(
            allowed > Self.attempts * Int(Self.policies) / 20, "allowed \(allowed), refused \(refused)")
        #expect(
            refused > Self.attempts * Int(Self.policies) / 20, "allowed \(allowed), refused \(refused)")
    }

    private func check(
        _ packet: Packet, _ decision: Decision, _ policy: Policy, _ evaluator: TableEvaluator,
        _ context: String
    ) throws {
        for variant in variants(of: packet) {
            let outcome = try evaluator.outcome(of: variant)
            switch decision {
            case .undeclared:
                #expect(outcome == TableEvaluator.Outcome(fate: .accepted), "\(context)")
            case .allowed(let port, let rule):
                let counter = "pg_a_\(policy.ports[port].name)/\(policy.ports[port].rules[rule].name)"
                #expect(outcome.isAccepted && outcome.counters == [counter], "\(outcome) \(context)")
            case .refused(let port, _):
                let declaration = policy.ports[port]
                let wanted: TableEvaluator.Outcome.Fate =
                    switch (declaration.otherwise, packet.transport) {
                    case (.drop, _): .dropped
                    case (.reject, 6): .reset
                    case (.reject, _): .prohibited
                    }
                #expect(outcome.fate == wanted, "\(outcome) \(context)")
                #expect(outcome.counters.last == "pg_d_\(declaration.name)", "\(outcome) \(context)")
            }
        }
    }

    /// States that must not change a verdict. An owner is known wherever this host asks itself for something new.
    private func variants(of packet: Packet) -> [Packet] {
        var all = [packet]
        for state in [Nftables.ConnectionState.established, .related, .invalid, .untracked] {
            var variant = packet
            variant.state = state
            variant.isConfirmed = true
            all.append(variant)
        }
        for (isOverRate, metersAreFull) in [(true, false), (false, true)] {
            for state in [Nftables.ConnectionState.new, .untracked] {
                var variant = packet
                variant.state = state
                variant.isOverRate = isOverRate
                variant.metersAreFull = metersAreFull
                all.append(variant)
            }
        }
        return all
    }
}
