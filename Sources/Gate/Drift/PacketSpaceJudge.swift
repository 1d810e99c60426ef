public import Drift
import Nftables

/// The judge of ``DriftReader``: it holds the whole ruleset against the policy, and the gate's table against the applied one, over
/// all packets.
public struct PacketSpaceJudge: MeaningJudge {
    /// Creates the judge.
    public init() {}

    /// Returns every deviation of meaning.
    public func findings(_ question: MeaningQuestion) throws -> [DriftFinding] {
        let applied = try question.applied.map { try $0.assembled() }
        let result = MeaningFindings(
            live: question.live, policy: question.declared, options: question.options, applied: applied,
            hostAddresses: question.addresses
        ).result()
        return result.findings + result.undecided.map { .notLookedAt("what some packets meet", $0) }
    }
}
