public import Compiler
public import Drift
public import Nftables
public import Policy

/// Decides over all packets whether what a kernel runs is what was declared and applied.
///
/// The one place where the decision over the packet space is plugged in: ``DriftReader/judge``.
public protocol MeaningJudge: Sendable {
    /// Returns every deviation of meaning; of kinds `over-permissive`, `over-restrictive`, `log-missing`, `altered`,
    /// `structure`, `foreign-shadow`, `foreign-opening` and `published-port`. What it cannot decide it says as `not-looked-at`.
    func findings(_ question: MeaningQuestion) throws -> [DriftFinding]
}

/// What a judge is asked.
public struct MeaningQuestion: Sendable {
    /// What the kernel runs.
    public var live: LiveRuleset
    /// The policy that is declared; nil when none was named: then only ``applied`` says what is meant.
    public var declared: Policy?
    /// What the policy is compiled with: as the generation in force was.
    public var options: CompileOptions
    /// The table that was applied last, when it was applied on this boot and in this network namespace.
    public var applied: Table?
    /// The moment, by the host's clock.
    public var now: Instant
    /// The addresses that the host has; nil when they are not known: then any may be its own.
    public var addresses: AddressSet?

    /// Asks a question.
    public init(live: LiveRuleset, declared: Policy?, options: CompileOptions, applied: Table?, now: Instant) {
        self.options = options
        self.live = live
        self.declared = declared
        self.applied = applied
        self.now = now
    }
}
