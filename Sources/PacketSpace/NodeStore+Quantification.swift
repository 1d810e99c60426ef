/// The recursion of operations on single bits, over edges.
extension NodeStore {
    mutating func restrict(
        _ edge: UInt32, _ assignment: [UInt32: Bool], _ number: UInt32, _ last: UInt32
    ) throws(NodeBudgetExceeded) -> UInt32 {
        let flip = edge & 1
        let f = edge ^ flip
        let record = record(of: f)
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

    mutating func exists(
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

    mutating func cofactor(_ edge: UInt32, _ level: UInt32, _ value: Bool) throws(NodeBudgetExceeded) -> UInt32 {
        let flip = edge & 1
        let f = edge ^ flip
        let record = record(of: f)
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

    mutating func substitute(_ edge: UInt32, _ substitution: Substitution) throws(NodeBudgetExceeded) -> UInt32 {
        let flip = edge & 1
        let f = edge ^ flip
        let record = record(of: f)
        if f == 0 || record.level > substitution.last { return edge }
        if let known = cache.find(f, substitution.number, .substitute) { return known ^ flip }
        try step()
        let low = try substitute(record.low, substitution)
        let high = try substitute(record.high, substitution)
        let condition: UInt32
        if let replaced = substitution.map[record.level] {
            condition = replaced.rawValue
        } else {
            condition = try make(record.level, 0, 1)
        }
        let result = try choose(condition, high, low)
        cache.store(f, substitution.number, .substitute, result)
        return result ^ flip
    }
}
