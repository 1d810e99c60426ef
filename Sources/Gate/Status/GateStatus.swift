public import Policy

/// What is in force on this host, and what is to be said about it.
public struct GateStatus: Sendable {
    /// A port as it is in force.
    public struct PortStatus: Hashable, Sendable {
        /// Its name.
        public let name: String
        /// Its protocols and numbers, as `tcp 5432`.
        public let services: String
        /// Packets refused.
        public let refused: UInt64?
        /// Packets refused and logged.
        public let logged: UInt64?
        /// Packets refused and not logged, their source being over its rate.
        public let suppressed: UInt64?
        /// Its rules in order.
        public let rules: [RuleStatus]
        /// What is only observed of it; nil when all of it is enforced.
        public let observed: ObservedStatus?
    }

    /// What is only observed of a port.
    public struct ObservedStatus: Hashable, Sendable {
        /// Whether the port itself refuses nobody; then what it counts as refused it would refuse.
        public let refusesNobody: Bool
        /// Packets that observed rules of the port would allow, by rule.
        public let rules: [String: UInt64]
        /// New connections that rules of the declaration beside it would allow, by rule.
        public let staged: [String: UInt64]
        /// New connections that the declaration beside it would refuse; nil when there is none.
        public let stagedRefusals: UInt64?
    }

    /// A rule as it is in force.
    public struct RuleStatus: Hashable, Sendable {
        /// Its name.
        public let name: String
        /// Packets allowed.
        public let allowed: UInt64?
        /// Whether it lets anybody in at this moment.
        public let isOpen: Bool
        /// When that changes next, by the policy's clock; nil when it does not.
        public let changes: Instant?
        /// When it ends for good, by the policy's clock.
        public let expires: Instant?
    }

    /// The generation that was applied last, when one was.
    public let record: GenerationRecord?
    /// How its change ended.
    public let outcome: GenerationOutcome?
    /// Whether a table is live.
    public let isLive: Bool
    /// What became of a generation that has to be confirmed, until its end is put in order.
    public let confirmation: ConfirmationLook?
    /// Whether the live table is exactly the recorded one, on the host it was recorded for.
    public let isAsApplied: Bool
    /// The kernel's ruleset generation.
    public let kernelGeneration: UInt32
    /// The policy's digest that the live table names.
    public let policyDigest: String?
    /// The ports in force.
    public let ports: [PortStatus]
    /// Who has bound the log groups that the table writes to, in words.
    public let logOwners: [UInt16: String]
    /// The last moment for which windows are rendered, by the policy's clock.
    public let horizon: Instant?
    /// Seconds by which the policy's clock is shifted.
    public let clockOffset: Int64
    /// Chains of other tables that may still drop what the gate lets pass.
    public let laterChains: [BaseChain]
    /// Who is let in for the moment: sessions and grants.
    public let access: AccessStatus
    /// What is to be said: codes PG451 and above.
    public let findings: [Diagnostic]
}
