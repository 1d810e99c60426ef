extension PacketSpace {
    /// Counts the members of a set over the bits at some levels. O(|f|).
    ///
    /// - Precondition: The set depends on no level outside `levels`.
    public func count(_ f: Node, over levels: LevelSet) -> Cardinality {
        var known: [UInt32: Cardinality] = [:]
        let ranks = Ranks(levels)
        return count(f.rawValue, ranks, &known).doubled(times: ranks.rank(of: store.level(f.rawValue)))
    }

    /// Returns the levels on which a set depends, in order. O(|f|).
    public func support(of f: Node) -> [UInt32] {
        var found: Set<UInt32> = []
        visit(f) { found.insert($0.level) }
        return found.sorted()
    }

    /// Counts the nodes of a set's diagram, the terminal not included. O(|f|).
    public func size(of f: Node) -> Int {
        var count = 0
        visit(f) { _ in count += 1 }
        return count
    }

    /// Tells whether a packet is inside, given its bits. O(levels on the path).
    public func holds(_ f: Node, _ value: (UInt32) -> Bool) -> Bool {
        var edge = f.rawValue
        while edge > 1 {
            let record = store.record(of: edge)
            edge = (value(record.level) ? record.high : record.low) ^ edge & 1
        }
        return edge == 1
    }

    /// How many levels of a set lie before one.
    private struct Ranks {
        private let levels: LevelSet
        /// For each range, how many levels lie before it.
        private let before: [Int]
        private let total: Int

        init(_ levels: LevelSet) {
            self.levels = levels
            var sum = 0
            before = levels.ranges.map { range in
                defer { sum += range.count }
                return sum
            }
            total = sum
        }

        func rank(of level: UInt32) -> Int {
            let index = levels.index(notBefore: level)
            guard index < before.count else {
                precondition(level == NodeStore.terminalLevel, "the set depends on an uncounted level")
                return total
            }
            let start = levels.ranges[index].lowerBound
            precondition(start <= level || level == NodeStore.terminalLevel, "the set depends on an uncounted level")
            return before[index] + (level > start ? Int(level - start) : 0)
        }
    }

    /// Counts over the levels from the edge's own on. Both polarities are counted from below, since a subtraction of rounded
    /// numbers would lose the small ones.
    private func count(_ edge: UInt32, _ ranks: Ranks, _ known: inout [UInt32: Cardinality]) -> Cardinality {
        if edge <= 1 { return Cardinality(UInt128(edge)) }
        if let count = known[edge] { return count }
        let level = store.level(edge)
        let (low, high) = store.cofactors(edge, at: level)
        let below = ranks.rank(of: level) + 1
        let sum =
            count(low, ranks, &known).doubled(times: ranks.rank(of: store.level(low)) - below)
            + count(high, ranks, &known).doubled(times: ranks.rank(of: store.level(high)) - below)
        known[edge] = sum
        return sum
    }

    private func visit(_ f: Node, _ body: (NodeStore.Record) -> Void) {
        var seen: Set<UInt32> = []
        var pending = [f.rawValue]
        while let edge = pending.popLast() {
            guard edge > 1, seen.insert(edge >> 1).inserted else { continue }
            let record = store.record(of: edge)
            body(record)
            pending.append(record.low)
            pending.append(record.high)
        }
    }
}
