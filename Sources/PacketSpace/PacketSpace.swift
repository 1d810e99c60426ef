/// Sets of packets as hash-consed binary decision diagrams over the packet's bits.
///
/// A variable is a level: level 0 is tested first. Levels are sparse keys that the caller chooses. Equal sets are the same
/// `Node`. Nodes live as long as the space; it has one owner and is not `Sendable`.
///
/// Each operation ends: it returns, or it throws `NodeBudgetExceeded` after having made more nodes than the budget or
/// taken eight times as many steps. What it made until then is taken back, so that the space remains as it was.
/// Recursion goes no deeper than there are levels, and a space takes at most `maximalLevels` of them.
public final class PacketSpace {
    /// One inner node: 16 bytes. The low edge is never complemented, which makes the form canonical.
    struct Record {
        var level: UInt32
        var low: UInt32
        var high: UInt32
        /// The next node of the same bucket; 0, the terminal, ends the chain.
        var next: UInt32
    }

    /// How many different levels a space takes: what the recursion of every operation has room for on 8 MB of stack.
    public static let maximalLevels = 8_192

    /// The level of the terminal, after all others.
    static let terminalLevel = UInt32.max

    /// How many nodes may be alive.
    public let nodeBudget: Int
    let stepBudget: Int

    /// Node 0 is the terminal.
    var records = [Record(level: terminalLevel, low: 0, high: 0, next: 0)]
    var buckets: [UInt32]
    var bucketMask: Int
    /// Results for two operands, or for one and the number of a level set or a substitution.
    var cache = OperationCache(logarithm: 12, maximum: 22)
    /// Results of if-then-else.
    var choices = OperationCache(logarithm: 10, maximum: 20)
    /// Cache misses since the current operation began.
    var steps = 0

    var levels: Set<UInt32> = []
    var fields: Set<Field> = []
    var levelSetNumbers: [LevelSet: UInt32] = [:]
    var assignmentNumbers: [[UInt32: Bool]: UInt32] = [:]
    var substitutionNumbers: [[UInt32: Node]: UInt32] = [:]

    /// Creates a space of no nodes that makes at most `nodeBudget` of them, 16 bytes each besides the tables.
    public init(nodeBudget: Int = 16_000_000) {
        self.nodeBudget = min(max(nodeBudget, 0), Int(Int32.max) - 1)
        stepBudget = self.nodeBudget * 8 + 65_536
        buckets = Array(repeating: 0, count: 1 << 12)
        bucketMask = buckets.count - 1
    }

    /// How many nodes are alive, the terminal not counted. O(1).
    public var nodeCount: Int { records.count - 1 }

    /// How many bytes the nodes, their table and the caches take. O(1).
    public var byteCount: Int {
        records.capacity * MemoryLayout<Record>.stride + buckets.capacity * MemoryLayout<UInt32>.stride
            + cache.byteCount + choices.byteCount
    }

    /// Returns the set of the packets whose bit at a level is 1. O(1).
    ///
    /// - Precondition: The level is not `UInt32.max`.
    public func variable(_ level: UInt32) throws(NodeBudgetExceeded) -> Node {
        precondition(level != Self.terminalLevel, "the last level is the terminal's")
        try register(level)
        return Node(try make(level, 0, 1))
    }

    func register(_ level: UInt32) throws(NodeBudgetExceeded) {
        if levels.contains(level) { return }
        guard levels.count < Self.maximalLevels else { throw NodeBudgetExceeded(budget: nodeBudget) }
        levels.insert(level)
    }

    // MARK: - Nodes

    @inline(__always)
    func level(_ edge: UInt32) -> UInt32 { records[Int(edge >> 1)].level }

    /// Returns the two cofactors of an edge at a level not after its own.
    @inline(__always)
    func cofactors(_ edge: UInt32, at level: UInt32) -> (low: UInt32, high: UInt32) {
        let record = records[Int(edge >> 1)]
        guard record.level == level else { return (edge, edge) }
        let flip = edge & 1
        return (record.low ^ flip, record.high ^ flip)
    }

    /// Returns the one node that tests a level and goes on with two edges. O(1) expected.
    func make(_ level: UInt32, _ low: UInt32, _ high: UInt32) throws(NodeBudgetExceeded) -> UInt32 {
        if low == high { return low }
        let flip = low & 1
        let low = low ^ flip
        let high = high ^ flip
        let bucket = Self.mix(level, low, high) & bucketMask
        var index = buckets[bucket]
        while index != 0 {
            let record = records[Int(index)]
            if record.low == low, record.high == high, record.level == level { return index << 1 | flip }
            index = record.next
        }
        guard records.count <= nodeBudget else { throw NodeBudgetExceeded(budget: nodeBudget) }
        index = UInt32(truncatingIfNeeded: records.count)
        records.append(Record(level: level, low: low, high: high, next: buckets[bucket]))
        buckets[bucket] = index
        if records.count > buckets.count { grow() }
        return index << 1 | flip
    }

    @inline(__always)
    static func mix(_ a: UInt32, _ b: UInt32, _ c: UInt32) -> Int {
        var hash = (UInt64(a) << 32 | UInt64(b)) &* 0x9E37_79B9_7F4A_7C15
        hash ^= hash >> 29
        hash = (hash ^ UInt64(c)) &* 0xBF58_476D_1CE4_E5B9
        return Int(truncatingIfNeeded: (hash ^ hash >> 32) & 0x7FFF_FFFF)
    }

    /// Doubles the table; each chain is again in falling order of index, on which `discard` relies.
    private func grow() {
        buckets = Array(repeating: 0, count: buckets.count * 2)
        bucketMask = buckets.count - 1
        for index in 1..<records.count {
            let record = records[index]
            let bucket = Self.mix(record.level, record.low, record.high) & bucketMask
            records[index].next = buckets[bucket]
            buckets[bucket] = UInt32(truncatingIfNeeded: index)
        }
        cache.grow(to: buckets.count)
        choices.grow(to: buckets.count / 4)
    }

    // MARK: - Budget

    /// Runs one operation and, when it fails, takes back the nodes it made: nobody has seen them.
    @inline(__always)
    func attempt<Result>(
        _ operation: () throws(NodeBudgetExceeded) -> Result
    ) throws(NodeBudgetExceeded) -> Result {
        let start = records.count
        steps = 0
        do throws(NodeBudgetExceeded) {
            return try operation()
        } catch {
            discard(from: start)
            throw error
        }
    }

    /// Counts a cache miss.
    @inline(__always)
    func step() throws(NodeBudgetExceeded) {
        steps += 1
        if steps > stepBudget { throw NodeBudgetExceeded(budget: nodeBudget) }
    }

    /// Removes the nodes from an index on. O(removed + caches).
    private func discard(from start: Int) {
        guard start < records.count else { return }
        while records.count > start {
            let record = records.removeLast()
            buckets[Self.mix(record.level, record.low, record.high) & bucketMask] = record.next
        }
        cache.clear()
        choices.clear()
    }
}
