/// The address family of a packet or of a set's elements.
public enum AddressFamily: Hashable, Sendable {
    /// IPv4.
    case v4
    /// IPv6.
    case v6
}

/// A whole table of family `inet`, as a value. The order of chains and rules means something; sets, maps and counters are
/// kept sorted by name.
public struct Table: Hashable, Sendable {
    /// The name; `portgate` for the gate.
    public var name: String
    /// The comment; carries the policy digest. At most 128 bytes of the comment alphabet.
    public var comment: String?
    /// Whether the table is dormant: registered, and judging nothing. Only a foreign hand sets it.
    public var isDormant: Bool = false
    /// Named counters.
    public var counters: [NamedCounter]
    /// Named sets.
    public var sets: [NamedSet]
    /// Named verdict maps.
    public var maps: [VerdictMap]
    /// Chains.
    public var chains: [Chain]

    /// Creates a table.
    public init(
        name: String, comment: String? = nil, counters: [NamedCounter] = [], sets: [NamedSet] = [],
        maps: [VerdictMap] = [], chains: [Chain] = []
    ) {
        self.name = name
        self.comment = comment
        self.counters = counters
        self.sets = sets
        self.maps = maps
        self.chains = chains
    }
}

/// A named counter object. Its values live in the kernel and are no part of a ruleset's meaning.
public struct NamedCounter: Hashable, Sendable {
    /// The name.
    public var name: String
    /// Where it comes from.
    public var comment: String?

    /// Creates a counter.
    public init(name: String, comment: String? = nil) {
        self.name = name
        self.comment = comment
    }
}

/// A closed interval of 32-bit numbers in host order.
public struct Range32: Hashable, Sendable {
    /// The least member.
    public var first: UInt32
    /// The greatest member.
    public var last: UInt32

    /// Creates an interval.
    public init(_ first: UInt32, _ last: UInt32) {
        self.first = first
        self.last = last
    }
}

/// A closed interval of 128-bit numbers in host order.
public struct Range128: Hashable, Sendable {
    /// The least member.
    public var first: UInt128
    /// The greatest member.
    public var last: UInt128

    /// Creates an interval.
    public init(_ first: UInt128, _ last: UInt128) {
        self.first = first
        self.last = last
    }
}

/// A closed interval of whole seconds since the epoch, in UTC.
///
/// The kernel compares nanoseconds: a listed `last` of T covers up to and including the instant T.000000000, so a window
/// that closes at T is written with `last` T and is open one nanosecond too long, never a second too short.
public struct RangeTime: Hashable, Sendable {
    /// The first second.
    public var first: Int64
    /// The last second.
    public var last: Int64

    /// Creates an interval.
    public init(_ first: Int64, _ last: Int64) {
        self.first = first
        self.last = last
    }
}

/// A named set.
public struct NamedSet: Hashable, Sendable {
    /// What the set holds. Elements are sorted and disjoint.
    public enum Content: Hashable, Sendable {
        /// `type ipv4_addr; flags interval`.
        case ipv4([Range32])
        /// `type ipv6_addr; flags interval`.
        case ipv6([Range128])
        /// `typeof meta time; flags interval`.
        case time([RangeTime])
        /// `type ipv4_addr` or `ipv6_addr; flags dynamic,timeout`: filled by the kernel; its elements are no part of the meaning.
        case dynamic(family: AddressFamily, size: UInt32, timeoutSeconds: UInt32)
    }

    /// The name.
    public var name: String
    /// What it is, for people.
    public var comment: String?
    /// What it holds.
    public var content: Content

    /// Creates a set.
    public init(name: String, comment: String? = nil, content: Content) {
        self.name = name
        self.comment = comment
        self.content = content
    }
}

/// A verdict map keyed on transport protocol and destination port:
/// `type inet_proto . inet_service : verdict; flags interval`.
public struct VerdictMap: Hashable, Sendable {
    /// One element.
    public struct Element: Hashable, Sendable {
        /// The IANA protocol number.
        public var transport: UInt8
        /// The least port.
        public var first: UInt16
        /// The greatest port.
        public var last: UInt16
        /// The verdict, a `goto` or a `jump`.
        public var verdict: Verdict

        /// Creates an element.
        public init(transport: UInt8, first: UInt16, last: UInt16, verdict: Verdict) {
            self.transport = transport
            self.first = first
            self.last = last
            self.verdict = verdict
        }
    }

    /// The name.
    public var name: String
    /// The elements, sorted by protocol and port, disjoint.
    public var elements: [Element]

    /// Creates a map.
    public init(name: String, elements: [Element]) {
        self.name = name
        self.elements = elements
    }
}

/// A chain.
public struct Chain: Hashable, Sendable {
    /// A hook of family inet.
    public enum HookPoint: String, Hashable, Sendable, CaseIterable {
        /// Before routing.
        case prerouting
        /// To this host's sockets.
        case input
        /// Through this host.
        case forward
        /// From this host's sockets.
        case output
        /// After routing.
        case postrouting
    }

    /// Where a base chain is registered; type filter, policy as given.
    public struct Hook: Hashable, Sendable {
        /// The hook.
        public var point: HookPoint
        /// The priority; -150 for the gate.
        public var priority: Int32
        /// What happens to a packet that the chain leaves undecided.
        public var policy: BasePolicy

        /// Creates a hook.
        public init(point: HookPoint, priority: Int32, policy: BasePolicy) {
            self.point = point
            self.priority = priority
            self.policy = policy
        }
    }

    /// The policy of a base chain.
    public enum BasePolicy: String, Hashable, Sendable, CaseIterable {
        /// Go on.
        case accept
        /// Drop.
        case drop
    }

    /// The name.
    public var name: String
    /// The hook of a base chain; nil for a chain that is jumped to.
    public var hook: Hook?
    /// The rules in order.
    public var rules: [Rule]

    /// Creates a chain.
    public init(name: String, hook: Hook? = nil, rules: [Rule] = []) {
        self.name = name
        self.hook = hook
        self.rules = rules
    }
}

/// A rule: statements in order, and where it comes from.
public struct Rule: Hashable, Sendable {
    /// The matches and actions in order.
    public var statements: [Statement]
    /// Provenance (`orders-db/billing db.yaml:27`). At most 128 bytes of the comment alphabet.
    public var comment: String?

    /// Creates a rule.
    public init(_ statements: [Statement], comment: String? = nil) {
        self.statements = statements
        self.comment = comment
    }
}
