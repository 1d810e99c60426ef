/// The recursion of the operations, over edges.
extension NodeStore {
    mutating func intersect(_ first: UInt32, _ second: UInt32) throws(NodeBudgetExceeded) -> UInt32 {
        if first == second { return first }
        if first ^ second == 1 { return 0 }
        let (a, b) = first < second ? (first, second) : (second, first)
        if a <= 1 { return a == 0 ? 0 : b }
        if let known = cache.find(a, b, .intersection) { return known }
        try step()
        let (level, left, right) = branches(a, b)
        let low = try intersect(left.low, right.low)
        let high = try intersect(left.high, right.high)
        let result = try make(level, low, high)
        cache.store(a, b, .intersection, result)
        return result
    }

    /// Returns the first level that two edges test, and the cofactors of both at it.
    @inline(__always)
    private func branches(
        _ a: UInt32, _ b: UInt32
    ) -> (level: UInt32, left: (low: UInt32, high: UInt32), right: (low: UInt32, high: UInt32)) {
        let level = min(level(a), level(b))
        return (level, cofactors(a, at: level), cofactors(b, at: level))
    }

    mutating func unite(_ a: UInt32, _ b: UInt32) throws(NodeBudgetExceeded) -> UInt32 {
        try intersect(a ^ 1, b ^ 1) ^ 1
    }

    mutating func exclusive(_ first: UInt32, _ second: UInt32) throws(NodeBudgetExceeded) -> UInt32 {
        let flip = (first ^ second) & 1
        let (a, b) = first < second ? (first & ~1, second & ~1) : (second & ~1, first & ~1)
        if a == b { return flip }
        if a == 0 { return b ^ flip }
        if let known = cache.find(a, b, .symmetricDifference) { return known ^ flip }
        try step()
        let (level, left, right) = branches(a, b)
        let low = try exclusive(left.low, right.low)
        let high = try exclusive(left.high, right.high)
        let result = try make(level, low, high)
        cache.store(a, b, .symmetricDifference, result)
        return result ^ flip
    }

    mutating func choose(_ f: UInt32, _ g: UInt32, _ h: UInt32) throws(NodeBudgetExceeded) -> UInt32 {
        if f <= 1 { return f == 1 ? g : h }
        if g == h { return g }
        if g ^ h == 1 { return try exclusive(f, h) }
        if g == 0 || g == f ^ 1 { return try intersect(f ^ 1, h) }
        if g == 1 || g == f { return try unite(f, h) }
        if h == 0 || h == f { return try intersect(f, g) }
        if h == 1 || h == f ^ 1 { return try unite(f ^ 1, g) }
        // The condition is never complemented, nor is the set taken where it holds.
        var (f, g, h) = f & 1 == 0 ? (f, g, h) : (f ^ 1, h, g)
        let flip = g & 1
        g ^= flip
        h ^= flip
        if let known = choices.find(f, g, h) { return known ^ flip }
        try step()
        let level = min(level(f), level(g), level(h))
        let condition = cofactors(f, at: level)
        let then = cofactors(g, at: level)
        let otherwise = cofactors(h, at: level)
        let low = try choose(condition.low, then.low, otherwise.low)
        let high = try choose(condition.high, then.high, otherwise.high)
        let result = try make(level, low, high)
        choices.store(f, g, h, result)
        return result ^ flip
    }

    mutating func disjoint(_ first: UInt32, _ second: UInt32) throws(NodeBudgetExceeded) -> Bool {
        if first ^ second == 1 { return true }
        let (a, b) = first < second ? (first, second) : (second, first)
        if a == 0 { return true }
        if a == 1 || a == b { return false }
        if let known = cache.find(a, b, .intersection) { return known == 0 }
        if let known = cache.find(a, b, .disjoint) { return known == 1 }
        try step()
        let (_, left, right) = branches(a, b)
        var result = try disjoint(left.low, right.low)
        if result { result = try disjoint(left.high, right.high) }
        cache.store(a, b, .disjoint, result ? 1 : 0)
        return result
    }
}
