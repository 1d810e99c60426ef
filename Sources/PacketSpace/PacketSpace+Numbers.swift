extension PacketSpace {
    /// A number within the packet: `width` bits, the most significant first, at levels from `firstLevel` on.
    public struct Field: Hashable, Sendable {
        /// The level of the most significant bit.
        public let firstLevel: UInt32
        /// How many bits, 1 to 128.
        public let width: Int

        /// Creates a field.
        ///
        /// - Precondition: The width is 1 to 128, and the levels end before `UInt32.max`.
        public init(firstLevel: UInt32, width: Int) {
            precondition((1...128).contains(width), "a field has 1 to 128 bits")
            precondition(UInt64(firstLevel) + UInt64(width) <= UInt64(UInt32.max), "the last level is the terminal's")
            self.firstLevel = firstLevel
            self.width = width
        }

        /// The level of the least significant bit.
        public var lastLevel: UInt32 { firstLevel + UInt32(width - 1) }
        /// All levels of the field.
        public var levels: LevelSet { LevelSet([firstLevel...lastLevel]) }
        /// The greatest number that fits.
        public var maximum: UInt128 { UInt128.max >> UInt128(128 - width) }
    }

    /// Returns the packets whose field has a value; the empty set when the value does not fit. O(width).
    public func equals(_ field: Field, _ value: UInt128) throws(NodeBudgetExceeded) -> Node {
        guard value <= field.maximum else { return .empty }
        try register(field)
        return Node(
            try store.attempt { store throws(NodeBudgetExceeded) in
                var edge: UInt32 = 1
                for bit in 0..<field.width {
                    let level = field.lastLevel - UInt32(bit)
                    let isSet = value >> UInt128(bit) & 1 == 1
                    edge = isSet ? try store.make(level, 0, edge) : try store.make(level, edge, 0)
                }
                return edge
            })
    }

    /// Returns the packets whose field lies between two values, both included; the empty set when they are out of order.
    /// O(width).
    public func interval(_ field: Field, _ first: UInt128, _ last: UInt128) throws(NodeBudgetExceeded) -> Node {
        guard first <= last else { return .empty }
        return try intervals(field, [(first, last)])
    }

    /// Returns the packets whose field lies in one of the intervals, built from the least significant bit up.
    ///
    /// O(n·width) at most, without the operation cache. What does not fit the field is left out.
    ///
    /// - Precondition: The intervals are in order and do not overlap; they may touch.
    public func intervals(
        _ field: Field, _ sortedDisjoint: [(first: UInt128, last: UInt128)]
    ) throws(NodeBudgetExceeded) -> Node {
        try build(field, count: sortedDisjoint.count) { sortedDisjoint[$0] }
    }

    // MARK: - Building

    func register(_ field: Field) throws(NodeBudgetExceeded) {
        if fields.contains(field) { return }
        for level in field.firstLevel...field.lastLevel { try register(level) }
        fields.insert(field)
    }

    @inline(__always)
    func build(
        _ field: Field, count: Int, _ interval: (Int) -> (first: UInt128, last: UInt128)
    ) throws(NodeBudgetExceeded) -> Node {
        try register(field)
        // The values at which membership changes.
        var toggles: [UInt128] = []
        toggles.reserveCapacity(count * 2)
        for index in 0..<count {
            let (first, last) = interval(index)
            precondition(first <= last && first >= toggles.last ?? 0, "the intervals are in order")
            guard first <= field.maximum else { break }
            if toggles.last == first, first > 0 { toggles.removeLast() } else { toggles.append(first) }
            if last < field.maximum { toggles.append(last + 1) }
        }
        var sweep = NodeStore.Sweep(toggles: toggles, cursor: 0, isInside: 0)
        return Node(
            try store.attempt { store throws(NodeBudgetExceeded) in
                try store.build(field, depth: 0, from: 0, &sweep)
            })
    }
}
