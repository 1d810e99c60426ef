extension PacketSpace {
    /// Returns the bits of one member, nil for the empty set. O(levels on the path).
    ///
    /// Only the levels on the member's path are given: the other bits do not matter. From the first level on, each bit takes
    /// the preferred value wherever the set, after the bits before, still allows it.
    public func witness(in f: Node, preferring: (UInt32) -> Bool) -> [UInt32: Bool]? {
        var edge = f.rawValue
        var bits: [UInt32: Bool] = [:]
        while edge > 1 {
            let level = store.level(edge)
            let (low, high) = store.cofactors(edge, at: level)
            // Every edge but the empty one leads to a member.
            var value = preferring(level)
            if (value ? high : low) == 0 { value.toggle() }
            bits[level] = value
            edge = value ? high : low
        }
        return edge == 1 ? bits : nil
    }
}
