/// A transport protocol with ports, by its IANA number.
public enum TransportProtocol: UInt8, Hashable, Sendable, CaseIterable {
    /// TCP.
    case tcp = 6
    /// UDP.
    case udp = 17
    /// DCCP; gated only where a port states no protocol.
    case dccp = 33
    /// SCTP.
    case sctp = 132
    /// UDP-Lite; gated only where a port states no protocol.
    case udplite = 136

    /// The name in policies and messages.
    public var name: String {
        switch self {
        case .tcp: "tcp"
        case .udp: "udp"
        case .dccp: "dccp"
        case .sctp: "sctp"
        case .udplite: "udplite"
        }
    }
}

/// An inclusive range of ports, never empty, never port 0.
public struct PortRange: Hashable, Sendable {
    /// The least port.
    public let first: UInt16
    /// The greatest port.
    public let last: UInt16

    /// Creates a range, or nil when it runs backwards or includes port 0.
    public init?(_ first: UInt16, _ last: UInt16) {
        guard first >= 1, first <= last else { return nil }
        self.first = first
        self.last = last
    }

    /// Tells whether the port lies inside.
    public func contains(_ port: UInt16) -> Bool { first <= port && port <= last }
}

/// How much harm an open port would do.
public enum Criticality: String, Hashable, Sendable, CaseIterable, Comparable {
    /// Little.
    case low
    /// The default.
    case medium
    /// Much.
    case high
    /// The most.
    case critical

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// Orders by harm.
    public static func < (left: Criticality, right: Criticality) -> Bool { left.rank < right.rank }
}

/// Whether a verdict is enforced or only recorded.
public enum Mode: String, Hashable, Sendable, CaseIterable {
    /// Judged and enforced.
    case enforce
    /// Judged and logged, not refused.
    case observe
}

/// A declared port: who may reach it, and what becomes of everybody else.
public struct Port: Hashable, Sendable {
    /// What a refused connection sees.
    public enum Refusal: String, Hashable, Sendable, CaseIterable {
        /// A TCP reset or an ICMP error.
        case reject
        /// Nothing.
        case drop
    }

    /// The paths to the port that the gate judges.
    public enum Reach: String, Hashable, Sendable, CaseIterable {
        /// Sockets of this host.
        case host
        /// Ports published from containers by DNAT.
        case forwarded
    }

    /// The name.
    public var name: Name
    /// Where the name stands.
    public var span: SourceSpan
    /// The port numbers, sorted, disjoint; never empty.
    public var ports: [PortRange]
    /// Where `port:`'s value stands.
    public var portsSpan: SourceSpan
    /// The protocols gated. Every one that has ports when the policy states none.
    public var protocols: Set<TransportProtocol>
    /// Whether `protocol` is written.
    public var protocolStated: Bool
    /// What it is, in words.
    public var description: String?
    /// Who answers for it.
    public var owner: String?
    /// How much harm it would do if it were open.
    public var criticality: Criticality
    /// Who may reach it; empty means nobody.
    public var rules: [AccessRule]
    /// What a refused connection sees.
    public var otherwise: Refusal
    /// What is logged.
    public var log: LogSettings
    /// The paths judged; both unless stated.
    public var reach: Set<Reach>
    /// Where `reach` stands, when it is written.
    public var reachSpan: SourceSpan?
    /// Whether verdicts are enforced.
    public var mode: Mode
    /// Where `mode` stands, when it is written.
    public var modeSpan: SourceSpan?
    /// What the server's first bytes must be.
    public var serves: RequestType?
    /// Where `serves` stands, when it is written.
    public var servesSpan: SourceSpan?
    /// Who may be let in by a grant; nobody when nil.
    public var grants: GrantSettings?
    /// What happens without a durable ledger.
    public var audit: AuditSettings?
    /// The declaration of the same port that is judged beside this one and not enforced; at most one.
    public var staged: [Port] = []

    /// Creates a port that nobody may reach, to be filled in.
    public init(name: Name, span: SourceSpan, ports: [PortRange], portsSpan: SourceSpan) {
        self.name = name
        self.span = span
        self.ports = ports
        self.portsSpan = portsSpan
        protocols = Set(TransportProtocol.allCases)
        protocolStated = false
        criticality = .medium
        rules = []
        otherwise = .reject
        log = LogSettings()
        reach = Set(Reach.allCases)
        mode = .enforce
    }

    /// Tells whether the declaration covers a port of a protocol.
    public func covers(_ port: UInt16, _ transport: TransportProtocol) -> Bool {
        protocols.contains(transport) && ports.contains { $0.contains(port) }
    }
}

/// What is logged of a port's traffic.
public struct LogSettings: Hashable, Sendable {
    /// What is logged of allowed traffic.
    public enum Allowed: String, Hashable, Sendable, CaseIterable {
        /// One record per connection.
        case connections
        /// Nothing.
        case none
    }

    /// What is logged of refused traffic.
    public enum Denied: Hashable, Sendable {
        /// At most so much from each source; what is above is counted.
        case perSource(Rate)
        /// Every packet.
        case all
        /// Nothing.
        case none
    }

    /// What is logged of allowed traffic.
    public var allowed: Allowed = .connections
    /// What is logged of refused traffic.
    public var denied: Denied = .perSource(Rate(count: 10, per: .second))

    /// Creates the settings of the language.
    public init() {}
}

/// Events per unit of time.
public struct Rate: Hashable, Sendable {
    /// A unit of time, as nft names it.
    public enum Unit: String, Hashable, Sendable, CaseIterable {
        /// 1 s.
        case second
        /// 60 s.
        case minute
        /// 3,600 s.
        case hour
        /// 86,400 s.
        case day
    }

    /// Events, at least 1, at most 1,000,000.
    public let count: UInt32
    /// The unit.
    public let per: Unit

    /// Creates a rate.
    public init(count: UInt32, per: Unit) {
        self.count = count
        self.per = per
    }
}

/// Who may be let in by `portgate grant`.
public struct GrantSettings: Hashable, Sendable {
    /// Identities that may be granted access; never empty.
    public var to: [Name]
    /// The longest grant, in seconds.
    public var longestSeconds: Int
    /// Whether a ticket must be named.
    public var ticketRequired: Bool
    /// Where the mapping stands.
    public var span: SourceSpan

    /// Creates settings.
    public init(to: [Name], longestSeconds: Int, ticketRequired: Bool, span: SourceSpan) {
        self.to = to
        self.longestSeconds = longestSeconds
        self.ticketRequired = ticketRequired
        self.span = span
    }
}

/// What happens to new connections while no durable ledger takes records.
public struct AuditSettings: Hashable, Sendable {
    /// How long the ledger may be missing when nothing is said, and what may be said, in seconds.
    public static let standardSeconds: UInt32 = 60
    static let seconds: ClosedRange<Int64> = 15...3_600

    /// Sources that are let in all the same; empty when none are named.
    public var breakGlass: AddressSet
    /// Seconds after the last record was made durable at which new connections end.
    public var withinSeconds: UInt32 = AuditSettings.standardSeconds
    /// Where the value stands.
    public var span: SourceSpan

    /// Creates settings that require a ledger.
    public init(breakGlass: AddressSet, span: SourceSpan) {
        self.breakGlass = breakGlass
        self.span = span
    }
}
