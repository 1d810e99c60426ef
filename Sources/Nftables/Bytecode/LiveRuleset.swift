/// What a kernel runs: every table of every family, as its netlink dump tells it. A listing is never read for this: nft's
/// listings lose what the bytecode says.
public struct LiveRuleset: Hashable, Sendable {
    /// The generation of the dump (NFTA_GEN_ID); nil when it was not asked for.
    public var generation: UInt32?
    /// The tables, in the order of the dump.
    public var tables: [LiveTable]
    /// What could not be read, in words; empty when all of it was.
    public var unread: [String]

    /// Creates a ruleset.
    public init(generation: UInt32? = nil, tables: [LiveTable] = [], unread: [String] = []) {
        self.generation = generation
        self.tables = tables
        self.unread = unread
    }

    /// Returns the table of a family and a name.
    public func table(_ family: LiveFamily, _ name: String) -> LiveTable? {
        tables.first { $0.family == family && $0.name == name }
    }
}

/// A family of tables (NFPROTO_* of linux/netfilter.h).
public struct LiveFamily: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The number.
    public let rawValue: UInt8

    /// Creates a family of any number.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// IPv4 and IPv6.
    public static let inet = LiveFamily(rawValue: 1)
    /// IPv4.
    public static let ip = LiveFamily(rawValue: 2)
    /// ARP.
    public static let arp = LiveFamily(rawValue: 3)
    /// One device.
    public static let netdev = LiveFamily(rawValue: 5)
    /// Bridges.
    public static let bridge = LiveFamily(rawValue: 7)
    /// IPv6.
    public static let ip6 = LiveFamily(rawValue: 10)

    /// The family as nft writes it, or its number.
    public var description: String {
        switch self {
        case .inet: "inet"
        case .ip: "ip"
        case .arp: "arp"
        case .netdev: "netdev"
        case .bridge: "bridge"
        case .ip6: "ip6"
        default: "family \(rawValue)"
        }
    }
}

/// A table.
public struct LiveTable: Hashable, Sendable {
    /// The family.
    public var family: LiveFamily
    /// The name.
    public var name: String
    /// The handle.
    public var handle: UInt64
    /// NFT_TABLE_F_*: 1 dormant, 2 owner, 4 persist.
    public var flags: UInt32
    /// The comment, from NFTA_TABLE_USERDATA.
    public var comment: String?
    /// The chains, in the order of their creation.
    public var chains: [LiveChain]
    /// The sets and maps, anonymous ones too.
    public var sets: [LiveSet]
    /// Stateful objects.
    public var objects: [LiveObject]
    /// Flowtables, by name; traffic in one passes no hook.
    public var flowtables: [String]

    /// Creates a table.
    public init(
        family: LiveFamily, name: String, handle: UInt64 = 0, flags: UInt32 = 0, comment: String? = nil,
        chains: [LiveChain] = [], sets: [LiveSet] = [], objects: [LiveObject] = [], flowtables: [String] = []
    ) {
        self.family = family
        self.name = name
        self.handle = handle
        self.flags = flags
        self.comment = comment
        self.chains = chains
        self.sets = sets
        self.objects = objects
        self.flowtables = flowtables
    }

    /// Whether its base chains are not registered (NFT_TABLE_F_DORMANT).
    public var isDormant: Bool { flags & 1 != 0 }
}

/// A chain.
public struct LiveChain: Hashable, Sendable {
    /// Where a base chain is registered.
    public struct Hook: Hashable, Sendable {
        /// The hook's number within its family (NF_INET_* : 0 prerouting, 1 input, 2 forward, 3 output, 4 postrouting, 5
        /// ingress; NF_NETDEV_*: 0 ingress, 1 egress).
        public var number: UInt32
        /// The priority.
        public var priority: Int32
        /// `filter`, `nat` or `route`.
        public var type: String
        /// The verdict at its end: 0 is drop, 1 is accept.
        public var policy: UInt32
        /// The devices of an ingress or egress hook.
        public var devices: [String]

        /// Creates a hook.
        public init(
            number: UInt32, priority: Int32, type: String = "filter", policy: UInt32 = 1, devices: [String] = []
        ) {
            self.number = number
            self.priority = priority
            self.type = type
            self.policy = policy
            self.devices = devices
        }
    }

    /// The name; empty for an unnamed chain (a jump into braces), which its identifier tells.
    public var name: String
    /// The handle.
    public var handle: UInt64
    /// Where it is registered; nil for a chain that is jumped to.
    public var hook: Hook?
    /// The rules in order.
    public var rules: [LiveRule]
    /// NFT_CHAIN_*: 1 base, 2 hardware offload, 4 bound.
    public var flags: UInt32

    /// Creates a chain.
    public init(name: String, handle: UInt64 = 0, hook: Hook? = nil, rules: [LiveRule] = [], flags: UInt32 = 0) {
        self.name = name
        self.handle = handle
        self.hook = hook
        self.rules = rules
        self.flags = flags
    }
}

/// A rule.
public struct LiveRule: Hashable, Sendable {
    /// The handle.
    public var handle: UInt64
    /// What it does, in order.
    public var expressions: [LiveExpression]
    /// The comment, from NFTA_RULE_USERDATA.
    public var comment: String?

    /// Creates a rule.
    public init(handle: UInt64 = 0, expressions: [LiveExpression], comment: String? = nil) {
        self.handle = handle
        self.expressions = expressions
        self.comment = comment
    }
}

/// A stateful object.
public struct LiveObject: Hashable, Sendable {
    /// NFT_OBJECT_*: 1 counter, 2 quota, 3 ct helper, 4 limit, 5 connlimit, 6 tunnel, 7 ct timeout, 8 secmark, 9 ct
    /// expectation, 10 synproxy.
    public var type: UInt32
    /// The name.
    public var name: String
    /// The attributes of NFTA_OBJ_DATA as they came; of a counter none, for its values are no part of a ruleset's meaning.
    public var data: [UInt8]
    /// The comment, from NFTA_OBJ_USERDATA.
    public var comment: String?

    /// Creates an object.
    public init(type: UInt32, name: String, data: [UInt8] = [], comment: String? = nil) {
        self.type = type
        self.name = name
        self.data = data
        self.comment = comment
    }
}
