extension PacketSpace {
    /// Returns what remains of a set when some bits are known: the members that agree, freed of these bits.
    ///
    /// O(|f|): the result is never larger than the set.
    public func restrict(_ f: Node, _ assignment: [UInt32: Bool]) throws(NodeBudgetExceeded) -> Node {
        guard let last = assignment.keys.max() else { return f }
        let number = Self.number(of: assignment, in: &assignmentNumbers)
        return Node(
            try attempt { () throws(NodeBudgetExceeded) in
                try restrict(f.rawValue, assignment, number, last)
            })
    }

    /// Returns the packets that some choice of the bits at the levels brings into the set. Worst case exponential in the
    /// number of levels, in practice O(|f|).
    public func exists(_ f: Node, _ levels: LevelSet) throws(NodeBudgetExceeded) -> Node {
        guard let last = levels.last else { return f }
        let number = Self.number(of: levels, in: &levelSetNumbers)
        return Node(
            try attempt { () throws(NodeBudgetExceeded) in
                try exists(f.rawValue, levels, number, last)
            })
    }

    /// Returns the packets that are in the set whatever the bits at the levels are. As `exists`.
    public func forAll(_ f: Node, _ levels: LevelSet) throws(NodeBudgetExceeded) -> Node { !(try exists(!f, levels)) }

    /// Returns the set with the bit at one level known. O(|f|), O(1) when the level is the first that is tested.
    func cofactor(_ f: Node, _ level: UInt32, _ value: Bool) throws(NodeBudgetExceeded) -> Node {
        if self.level(f.rawValue) >= level {
            let (low, high) = cofactors(f.rawValue, at: level)
            return Node(value ? high : low)
        }
        return Node(try attempt { () throws(NodeBudgetExceeded) in try cofactor(f.rawValue, level, value) })
    }

    // MARK: - Recursion

    /// Gives equal keys equal numbers, under which the cache knows them.
    static func number<Key: Hashable>(of key: Key, in numbers: inout [Key: UInt32]) -> UInt32 {
        if let number = numbers[key] { return number }
        let number = UInt32(truncatingIfNeeded: numbers.count)
        numbers[key] = number
        return number
    }

    private func restrict(
        _ edge: UInt32, _ assignment: [UInt32: Bool], _ number: UInt32, _ last: UInt32
    ) throws(NodeBudgetExceeded) -> UInt32 {
        let flip = edge & 1
        let f = edge ^ flip
        let record = records[Int(f >> 1)]
        if record.level > last { return edge }
        if let known = cache.find(f, number, .restrict) { return known ^ flip }
        try step()
        let result: UInt32
        if let value = assignment[record.level] {
            result = try restrict(value ? record.high : record.low, assignment, number, last)
        } else {
            let low = try restrict(record.low, assignment, number, last)
            let high = try restrict(record.high, assignment, number, last)
            result = try make(record.level, low, high)
        }
        cache.store(f, number, .restrict, result)
        return result ^ flip
    }

    private func exists(
        _ f: UInt32, _ levels: LevelSet, _ number: UInt32, _ last: UInt32
    ) throws(NodeBudgetExceeded) -> UInt32 {
        let level = level(f)
        if level > last || f <= 1 { return f }
        if let known = cache.find(f, number, .exists) { return known }
        try step()
        let (before, after) = cofactors(f, at: level)
        let quantified = levels.contains(level)
        let low = try exists(before, levels, number, last)
        let result: UInt32
        if quantified, low == 1 || before == after ^ 1 {
            // Either half is enough, or the halves are each other's complement.
            result = 1
        } else {
            let high = try exists(after, levels, number, last)
            result = quantified ? try unite(low, high) : try make(level, low, high)
        }
        cache.store(f, number, .exists, result)
        return result
    }

    private func cofactor(_ edge: UInt32, _ level: UInt32, _ value: Bool) throws(NodeBudgetExceeded) -> UInt32 {
        let flip = edge & 1
        let f = edge ^ flip
        let record = records[Int(f >> 1)]
        if record.level > level { return edge }
        if record.level == level { return (value ? record.high : record.low) ^ flip }
        let operation: OperationCache.Operation = value ? .high : .low
        if let known = cache.find(f, level, operation) { return known ^ flip }
        try step()
        let low = try cofactor(record.low, level, value)
        let high = try cofactor(record.high, level, value)
        let result = try make(record.level, low, high)
        cache.store(f, level, operation, result)
        return result ^ flip
    }
}
