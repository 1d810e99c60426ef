public import Nftables
public import Policy

/// What came of compiling a policy.
public struct CompileResult: Sendable {
    /// The table, or nil when an error stands in the way of making one.
    public var table: Table?
    /// The table as nft text; empty without a table, or when it was not asked for.
    public var text: [UInt8]
    /// Findings in the order of their places.
    public var diagnostics: [Diagnostic]
    /// What each declaration became, in the order of the policy; empty without a table.
    public var ports: [CompiledPort]
    /// Names of users and groups that became numbers, sorted.
    public var accounts: [ResolvedAccount]
    /// The instant from which all windows are closed because their openings are not rendered; nil when no rule has windows.
    public var horizon: Instant?
    /// The policy's digest.
    public var policyDigest: String
}

/// What a port declaration became.
public struct CompiledPort: Hashable, Sendable {
    /// The port's name.
    public var name: Name
    /// Where it is declared.
    public var span: SourceSpan
    /// The numbers gated.
    public var ports: [PortRange]
    /// The protocols gated, by number.
    public var protocols: [TransportProtocol]
    /// What a refused connection sees.
    public var refusal: Port.Refusal
    /// What is logged.
    public var log: LogSettings
    /// The rules, in the order of the policy.
    public var rules: [CompiledRule]
    /// The chain that judges what comes from outside.
    public var remoteChain: String
    /// The chain that judges connections of this host to itself.
    public var ownChain: String
    /// The counter of refused packets.
    public var deniedCounter: String
}

/// What a rule became.
public struct CompiledRule: Hashable, Sendable {
    /// Sources of one family.
    public struct Sources: Hashable, Sendable {
        /// The set that holds them, or nil when there are none.
        public var set: String?
        /// How many addresses they are.
        public var addresses: UInt128
        /// In how many intervals.
        public var intervals: Int
    }

    /// A part of this host's own connections.
    public struct Own: Hashable, Sendable {
        /// Whether any source address will do.
        public var anyAddress: Bool
        /// User numbers; nil when any will do.
        public var users: [UInt32]?
        /// Group numbers; nil when any will do.
        public var groups: [UInt32]?
    }

    /// The rule's name.
    public var name: Name
    /// Where it is declared.
    public var span: SourceSpan
    /// IPv4 sources outside this host.
    public var v4: Sources
    /// IPv6 sources outside this host.
    public var v6: Sources
    /// This host's own connections: any of these parts.
    public var own: [Own]
    /// The windows, when it states any.
    public var windows: [Name]
    /// Openings rendered, in the policy's time; nil when it states no windows.
    public var openings: Int?
    /// The set that holds the openings.
    public var timeSet: String?
    /// The first moment at which the rule no longer allows.
    public var expires: Instant?
    /// Whether the rule had ended when it was compiled.
    public var isOver: Bool
    /// The chain that records and accepts.
    public var chain: String
    /// The counter of allowed packets.
    public var counter: String
}
