/// Sets of packets as hash-consed binary decision diagrams over the packet's bits.
///
/// A variable is a level: level 0 is tested first. Levels are sparse keys that the caller chooses. Equal sets are the same
/// `Node`. Nodes live as long as the space; it has one owner and is not `Sendable`.
///
/// Each operation ends: it returns, or it throws `NodeBudgetExceeded` after having made more nodes than the budget or
/// taken eight times as many steps. What it made until then is taken back, so that the space remains as it was.
/// Recursion goes no deeper than there are levels, and a space takes at most `maximalLevels` of them.
public final class PacketSpace {
    /// How many different levels a space takes: what the recursion of every operation has room for on
    /// 2 MB of stack in an optimised build. Without optimisation 8 MB hold paths of 3,000 levels.
    public static let maximalLevels = 8_192

    var store: NodeStore
    var levels: Set<UInt32> = []
    var fields: Set<Field> = []
    var levelSetNumbers: [LevelSet: UInt32] = [:]
    var assignmentNumbers: [[UInt32: Bool]: UInt32] = [:]
    var substitutionNumbers: [[UInt32: Node]: UInt32] = [:]

    /// Creates a space of no nodes that makes at most `nodeBudget` of them, 16 bytes each besides the tables, and takes at most
    /// `stepBudget` steps in its whole life, some 50 ns each.
    public init(nodeBudget: Int = 16_000_000, stepBudget: Int = .max) {
        store = NodeStore(budget: nodeBudget, lifetime: stepBudget)
    }

    /// How many nodes may be alive.
    public var nodeBudget: Int { store.budget }

    /// How many nodes are alive, the terminal not counted. O(1).
    public var nodeCount: Int { store.count - 1 }

    /// How many steps all operations so far took, what was remembered not counted. O(1).
    public var steps: Int { store.steps }

    /// How many bytes the nodes, their table and the caches take. O(1).
    public var byteCount: Int { store.byteCount }

    /// Returns the set of the packets whose bit at a level is 1. O(1).
    ///
    /// - Precondition: The level is not `UInt32.max`.
    public func variable(_ level: UInt32) throws(NodeBudgetExceeded) -> Node {
        precondition(level != NodeStore.terminalLevel, "the last level is the terminal's")
        try register(level)
        return Node(try store.make(level, 0, 1))
    }

    func register(_ level: UInt32) throws(NodeBudgetExceeded) {
        if levels.contains(level) { return }
        guard levels.count < Self.maximalLevels else { throw NodeBudgetExceeded(budget: nodeBudget) }
        levels.insert(level)
    }

    /// Gives equal keys equal numbers, under which the cache knows them.
    static func number<Key: Hashable>(of key: Key, in numbers: inout [Key: UInt32]) -> UInt32 {
        if let number = numbers[key] { return number }
        let number = UInt32(truncatingIfNeeded: numbers.count)
        numbers[key] = number
        return number
    }
}
