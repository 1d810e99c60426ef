/// A base chain of any table: a place where packets are judged.
public struct BaseChain: Hashable, Sendable {
    /// The table families that see a host's IP traffic, by their NFPROTO number.
    public enum Family: UInt8, Hashable, Sendable {
        /// Both.
        case inet = 1
        /// IPv4.
        case ip = 2
        /// IPv6.
        case ip6 = 10

        /// The name, as nft writes it.
        public var name: String {
            switch self {
            case .inet: "inet"
            case .ip: "ip"
            case .ip6: "ip6"
            }
        }
    }

    /// The table's family.
    public let family: Family
    /// The table's name.
    public let table: String
    /// The chain's name.
    public let name: String
    /// `filter`, `nat` or `route`.
    public let kind: String
    /// NF_INET_PRE_ROUTING is 0, LOCAL_IN 1, FORWARD 2, LOCAL_OUT 3, POST_ROUTING 4.
    public let hook: UInt32
    /// Its place at the hook: the least comes first.
    public let priority: Int32
    /// Whether what it leaves undecided is dropped.
    public let dropsByDefault: Bool

    /// Creates a description.
    public init(
        family: Family, table: String, name: String, kind: String, hook: UInt32, priority: Int32, dropsByDefault: Bool
    ) {
        self.family = family
        self.table = table
        self.name = name
        self.kind = kind
        self.hook = hook
        self.priority = priority
        self.dropsByDefault = dropsByDefault
    }

    /// The hook, as nft writes it.
    public var hookName: String {
        switch hook {
        case 0: "prerouting"
        case 1: "input"
        case 2: "forward"
        case 3: "output"
        case 4: "postrouting"
        default: "hook \(hook)"
        }
    }

    /// Whether a packet that the gate let pass (prerouting -150, output -150) still meets this chain, and may be dropped in it.
    public var comesAfterTheGate: Bool {
        guard kind == "filter", !(family == .inet && table == "portgate") else { return false }
        switch hook {
        case 0, 3: return priority >= -150
        case 1, 2, 4: return true
        default: return false
        }
    }
}
