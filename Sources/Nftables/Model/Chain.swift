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
