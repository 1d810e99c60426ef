/// What bits become, all at the same time: made by `PacketSpace.makeSubstitution`, for that space only.
public struct Substitution: Hashable, Sendable {
    let number: UInt32
    let map: [UInt32: Node]
    let last: UInt32

    /// Compares the identity that the space gave. O(1).
    public static func == (a: Substitution, b: Substitution) -> Bool { a.number == b.number }

    /// Hashes the identity. O(1).
    public func hash(into hasher: inout Hasher) { hasher.combine(number) }
}

extension PacketSpace {
    /// Names a substitution, so that results for it are remembered; equal maps are the same substitution. O(n).
    public func makeSubstitution(_ map: [UInt32: Node]) -> Substitution {
        Substitution(
            number: Self.number(of: map, in: &substitutionNumbers), map: map, last: map.keys.max() ?? 0)
    }

    /// Returns the packets that are in the set after their bits were replaced: the bit at each level of the map by whether
    /// the packet, as it was before, is in the node of that level.
    ///
    /// Worst case exponential, in practice O(|f|·|map|).
    public func substitute(_ f: Node, _ substitution: Substitution) throws(NodeBudgetExceeded) -> Node {
        if substitution.map.isEmpty { return f }
        return Node(
            try store.attempt { store throws(NodeBudgetExceeded) in try store.substitute(f.rawValue, substitution) })
    }
}
