extension PacketSpace {
    /// Returns the values that a field takes in some packet of a set: disjoint intervals in order.
    ///
    /// O(|f| + n·width) for n intervals, after `exists`. Throws when there are more intervals than the budget.
    public func values(
        of field: Field, in f: Node
    ) throws(NodeBudgetExceeded) -> [(first: UInt128, last: UInt128)] {
        let projected = try exists(f, field.levels.complement())
        return try regions(of: field, in: projected).compactMap { $0.rest.isFull ? ($0.first, $0.last) : nil }
    }

    /// Divides all values of a field by what remains of a set when the field has them.
    ///
    /// The regions are in order and cover the field; neighbours differ in their rest, which does not depend on the field and
    /// may be empty. Levels before the field may be undecided: then the rests are made by cofactors, at O(|f|) for each;
    /// otherwise each is a node of the set. O(n·width) for n regions. Throws when there are more regions than the budget.
    public func regions(
        of field: Field, in f: Node
    ) throws(NodeBudgetExceeded) -> [(first: UInt128, last: UInt128, rest: Node)] {
        let walk = try walk(field, f, limit: nodeBudget, deadline: store.deadline)
        guard walk.isComplete else { throw NodeBudgetExceeded(budget: nodeBudget) }
        return walk.regions
    }

    // MARK: - Walking the values

    /// The regions found so far of one field.
    struct RegionWalk {
        let field: Field
        let limit: Int
        /// The count of steps after which the question is given up.
        let deadline: Int
        var regions: [(first: UInt128, last: UInt128, rest: Node)] = []
        var isComplete = true

        mutating func append(_ first: UInt128, _ last: UInt128, _ rest: Node) {
            if let region = regions.last, region.rest == rest {
                regions[regions.count - 1].last = last
            } else if regions.count < limit {
                regions.append((first, last, rest))
            } else {
                isComplete = false
            }
        }
    }

    /// Returns the first regions of a field, in order, up to a number of them.
    func walk(_ field: Field, _ f: Node, limit: Int, deadline: Int) throws(NodeBudgetExceeded) -> RegionWalk {
        var walk = RegionWalk(field: field, limit: max(limit, 1), deadline: deadline)
        try descend(f, depth: 0, from: 0, &walk)
        return walk
    }

    private func descend(
        _ f: Node, depth: Int, from base: UInt128, _ walk: inout RegionWalk
    ) throws(NodeBudgetExceeded) {
        guard walk.isComplete else { return }
        let bits = walk.field.width - depth
        let level = walk.field.firstLevel + UInt32(depth)
        try store.step(before: walk.deadline)
        guard bits > 0, try depends(f, on: level, to: walk.field.lastLevel) else {
            walk.append(base, bits == 0 ? base : base | UInt128.max >> UInt128(128 - bits), f)
            return
        }
        let low = try cofactor(f, level, false)
        let high = try cofactor(f, level, true)
        try descend(low, depth: depth + 1, from: base, &walk)
        try descend(high, depth: depth + 1, from: base | 1 << UInt128(bits - 1), &walk)
    }

    private func depends(_ f: Node, on first: UInt32, to last: UInt32) throws(NodeBudgetExceeded) -> Bool {
        let top = store.level(f.rawValue)
        if top > last { return false }
        if top >= first { return true }
        return try exists(f, LevelSet([first...last])) != f
    }
}
