extension NodeStore {
    /// The values at which membership changes, up to the one that the build has reached.
    struct Sweep {
        let toggles: [UInt128]
        var cursor: Int
        var isInside: UInt32
    }

    /// Returns the diagram of an aligned block of values, and moves the sweep behind it.
    mutating func build(
        _ field: PacketSpace.Field, depth: Int, from base: UInt128, _ sweep: inout Sweep
    ) throws(NodeBudgetExceeded) -> UInt32 {
        if sweep.cursor < sweep.toggles.count, sweep.toggles[sweep.cursor] == base {
            sweep.cursor += 1
            sweep.isInside ^= 1
        }
        let bits = field.width - depth
        let last = bits == 0 ? base : base | UInt128.max >> UInt128(128 - bits)
        guard sweep.cursor < sweep.toggles.count, sweep.toggles[sweep.cursor] <= last else { return sweep.isInside }
        let low = try build(field, depth: depth + 1, from: base, &sweep)
        let high = try build(field, depth: depth + 1, from: base | 1 << UInt128(bits - 1), &sweep)
        return try make(field.firstLevel + UInt32(depth), low, high)
    }
}
