/// Thrown by an operation that would need more nodes, or more work, than its space allows: the question stays undecided.
public struct NodeBudgetExceeded: Error, Hashable, Sendable {
    /// How many nodes the space allows.
    public let budget: Int
    /// How many steps it allows, when those were not enough.
    public let steps: Int?

    /// Creates the error.
    public init(budget: Int, steps: Int? = nil) {
        self.budget = budget
        self.steps = steps
    }
}

/// A set of packets, as an edge of the diagram of one `PacketSpace`.
///
/// Within one space equal sets are equal nodes, so `==` decides equivalence. O(1). Nodes of two spaces have nothing to
/// do with each other.
public struct Node: Hashable, Sendable {
    /// The index of the node times two, plus one when the edge is complemented.
    public let rawValue: UInt32

    @inlinable
    init(_ rawValue: UInt32) { self.rawValue = rawValue }

    /// The set without members.
    public static let empty = Node(0)
    /// The set of all packets.
    public static let full = Node(1)

    /// Whether no packet is inside. O(1).
    public var isEmpty: Bool { rawValue == 0 }
    /// Whether every packet is inside. O(1).
    public var isFull: Bool { rawValue == 1 }

    /// Returns the packets that are not inside. O(1), and no node is made: edges carry the complement.
    public static prefix func ! (node: Node) -> Node { Node(node.rawValue ^ 1) }
}
