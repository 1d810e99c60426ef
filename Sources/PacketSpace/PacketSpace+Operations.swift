extension PacketSpace {
    /// Returns the packets in both sets. O(|a|·|b|).
    public func intersection(_ a: Node, _ b: Node) throws(NodeBudgetExceeded) -> Node {
        Node(try store.attempt { store throws(NodeBudgetExceeded) in try store.intersect(a.rawValue, b.rawValue) })
    }

    /// Returns the packets in either set. O(|a|·|b|).
    public func union(_ a: Node, _ b: Node) throws(NodeBudgetExceeded) -> Node { !(try intersection(!a, !b)) }

    /// Returns the packets in the first set that are not in the second. O(|a|·|b|).
    public func difference(_ a: Node, _ b: Node) throws(NodeBudgetExceeded) -> Node { try intersection(a, !b) }

    /// Returns the packets in exactly one of the sets. O(|a|·|b|).
    public func symmetricDifference(_ a: Node, _ b: Node) throws(NodeBudgetExceeded) -> Node {
        Node(try store.attempt { store throws(NodeBudgetExceeded) in try store.exclusive(a.rawValue, b.rawValue) })
    }

    /// Returns the packets of `g` that are in `f` and those of `h` that are not. O(|f|·|g|·|h|).
    public func ifThenElse(_ f: Node, _ g: Node, _ h: Node) throws(NodeBudgetExceeded) -> Node {
        Node(
            try store.attempt { store throws(NodeBudgetExceeded) in try store.choose(f.rawValue, g.rawValue, h.rawValue)
            })
    }

    /// Returns the packets in any of the sets, joined as a balanced tree; the empty set for none.
    public func union(of sets: [Node]) throws(NodeBudgetExceeded) -> Node {
        var row = sets
        while row.count > 1 {
            var next: [Node] = []
            next.reserveCapacity((row.count + 1) / 2)
            for index in stride(from: 0, to: row.count, by: 2) {
                next.append(index + 1 < row.count ? try union(row[index], row[index + 1]) : row[index])
            }
            row = next
        }
        return row.first ?? .empty
    }

    /// Returns the packets in all of the sets, joined as a balanced tree; the full set for none.
    public func intersection(of sets: [Node]) throws(NodeBudgetExceeded) -> Node { !(try union(of: sets.map { !$0 })) }

    /// Tells whether each packet of the first set is in the second. O(|a|·|b|); makes no nodes, ends at the first that is not.
    public func isSubset(_ a: Node, of b: Node) throws(NodeBudgetExceeded) -> Bool { try areDisjoint(a, !b) }

    /// Tells whether no packet is in both sets. O(|a|·|b|); makes no nodes, ends at the first that is.
    public func areDisjoint(_ a: Node, _ b: Node) throws(NodeBudgetExceeded) -> Bool {
        store.begin()
        return try store.disjoint(a.rawValue, b.rawValue)
    }
}
