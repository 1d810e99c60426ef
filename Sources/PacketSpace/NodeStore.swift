/// The nodes of a space, the table that finds them, and the results of operations that are remembered.
///
/// A value, so that an operation asks once for exclusive access, not at every node.
struct NodeStore {
    /// One inner node: 16 bytes. The low edge is never complemented, which makes the form canonical.
    struct Record {
        var level: UInt32
        var low: UInt32
        var high: UInt32
        /// The next node of the same bucket; 0, the terminal, ends the chain.
        var next: UInt32
    }

    /// The level of the terminal, after all others.
    static let terminalLevel = UInt32.max

    /// How many nodes may be alive, and how many cache misses an operation may have.
    let budget: Int
    private let stepBudget: Int
    /// How many cache misses all operations together may have.
    private let lifetime: Int

    /// Node 0 is the terminal.
    private var records = [Record(level: terminalLevel, low: 0, high: 0, next: 0)]
    private var buckets: [UInt32]
    private var bucketMask: Int
    /// Results for two operands, or for one and the number of a level set or a substitution.
    var cache = OperationCache(logarithm: 12, maximum: 22)
    /// Results of if-then-else.
    var choices = OperationCache(logarithm: 10, maximum: 20)
    /// Cache misses so far, and how many of them end the current operation.
    private(set) var steps = 0
    private var end = 0

    init(budget: Int, lifetime: Int = .max) {
        self.lifetime = max(lifetime, 0)
        self.budget = min(max(budget, 0), Int(Int32.max) - 1)
        stepBudget = self.budget * 8 + 65_536
        buckets = Array(repeating: 0, count: 1 << 12)
        bucketMask = buckets.count - 1
    }

    /// How many nodes are alive, the terminal counted.
    var count: Int { records.count }

    var byteCount: Int {
        records.capacity * MemoryLayout<Record>.stride + buckets.capacity * MemoryLayout<UInt32>.stride
            + cache.byteCount + choices.byteCount
    }

    @inline(__always)
    func record(of edge: UInt32) -> Record { records[Int(edge >> 1)] }

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
    mutating func make(_ level: UInt32, _ low: UInt32, _ high: UInt32) throws(NodeBudgetExceeded) -> UInt32 {
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
        guard records.count <= budget else { throw NodeBudgetExceeded(budget: budget) }
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
    private mutating func grow() {
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
    mutating func attempt<Result>(
        _ operation: (inout NodeStore) throws(NodeBudgetExceeded) -> Result
    ) throws(NodeBudgetExceeded) -> Result {
        let start = records.count
        begin()
        do throws(NodeBudgetExceeded) {
            return try operation(&self)
        } catch {
            discard(from: start)
            throw error
        }
    }

    /// The count of steps at which an operation that begins now is given up.
    var deadline: Int { min(steps + stepBudget, lifetime) }

    /// Gives the operation that follows its full number of steps.
    mutating func begin() { end = deadline }

    /// Counts a cache miss.
    @inline(__always)
    mutating func step() throws(NodeBudgetExceeded) { try step(before: end) }

    /// Counts a step of a question that consists of several operations.
    @inline(__always)
    mutating func step(before end: Int) throws(NodeBudgetExceeded) {
        steps += 1
        if steps > end { throw NodeBudgetExceeded(budget: budget, steps: steps > lifetime ? lifetime : nil) }
    }

    /// Removes the nodes from an index on. O(removed + caches).
    private mutating func discard(from start: Int) {
        guard start < records.count else { return }
        while records.count > start {
            let record = records.removeLast()
            buckets[Self.mix(record.level, record.low, record.high) & bucketMask] = record.next
        }
        cache.clear()
        choices.clear()
    }
}
