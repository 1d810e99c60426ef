extension PacketSpace {
    /// Returns what remains of a set when some bits are known: the members that agree, freed of these bits.
    ///
    /// O(|f|): the result is never larger than the set.
    public func restrict(_ f: Node, _ assignment: [UInt32: Bool]) throws(NodeBudgetExceeded) -> Node {
        guard let last = assignment.keys.max() else { return f }
        let number = Self.number(of: assignment, in: &assignmentNumbers)
        return Node(
            try store.attempt { store throws(NodeBudgetExceeded) in
                try store.restrict(f.rawValue, assignment, number, last)
            })
    }

    /// Returns the packets that some choice of the bits at the levels brings into the set. Worst case exponential in the
    /// number of levels, in practice O(|f|).
    public func exists(_ f: Node, _ levels: LevelSet) throws(NodeBudgetExceeded) -> Node {
        guard let last = levels.last else { return f }
        let number = Self.number(of: levels, in: &levelSetNumbers)
        return Node(
            try store.attempt { store throws(NodeBudgetExceeded) in
                try store.exists(f.rawValue, levels, number, last)
            })
    }

    /// Returns the packets that are in the set whatever the bits at the levels are. As `exists`.
    public func forAll(_ f: Node, _ levels: LevelSet) throws(NodeBudgetExceeded) -> Node { !(try exists(!f, levels)) }

    /// Returns the set with the bit at one level known. O(|f|), O(1) when the level is the first that is tested.
    func cofactor(_ f: Node, _ level: UInt32, _ value: Bool) throws(NodeBudgetExceeded) -> Node {
        if store.level(f.rawValue) >= level {
            let (low, high) = store.cofactors(f.rawValue, at: level)
            return Node(value ? high : low)
        }
        return Node(
            try store.attempt { store throws(NodeBudgetExceeded) in try store.cofactor(f.rawValue, level, value) })
    }
}
