import PacketSpace

/// Tests of registers: which packets have bits of a value, or between two.
///
/// While variables are not settled yet the same calls demand what they will ask for, and answer nothing that counts.
struct SymbolicTests {
    let variables: PacketVariables

    private var space: PacketSpace { variables.space }

    /// Returns the packets whose bits are a value.
    func equal(_ bits: ArraySlice<SymbolicBit>, _ value: UInt128) throws -> Node {
        try within(bits, value, value)
    }

    /// Returns the packets whose bits, as a number of at most 128, lie within bounds.
    func within(_ bits: ArraySlice<SymbolicBit>, _ first: UInt128, _ last: UInt128) throws -> Node {
        guard first <= last else { return .empty }
        var (bits, first, last) = (bits, first, last)
        // Constants at the end decide nothing but whether a bound itself is within.
        while let bit = bits.last, case .constant(let isSet) = bit {
            let tail: UInt128 = isSet ? 1 : 0
            let (low, high) = (first, last)
            first = low >> 1
            last = high >> 1
            if tail < low & 1 { first += 1 }
            if tail > high & 1 {
                guard last > 0 else { return .empty }
                last -= 1
            }
            guard first <= last else { return .empty }
            bits = bits.dropLast()
        }
        if bits.isEmpty { return first == 0 ? .full : .empty }
        if let run = run(bits), run.first == 0 || variables.isNarrow(run.index) {
            return try inRun(run, first, last)
        }
        if first == last { return try equalParts(bits, first) }
        return try compare(bits, first, last)
    }

    /// Returns the packets whose bits, as a number, are in a list of intervals.
    func member(_ bits: ArraySlice<SymbolicBit>, of list: IntervalList) throws -> Node {
        if let run = run(bits), run.first == 0, run.count == variables.width(run.index) {
            if !variables.isSettled {
                variables.demand(run.index, list)
                return .full
            }
            return try variables.node(run.index, in: list)
        }
        // Key by key, the constants and parts apart.
        var nodes: [Node] = []
        for index in 0..<list.count { nodes.append(try within(bits, list[index].first, list[index].last)) }
        return variables.isSettled ? try space.union(of: nodes) : .full
    }

    /// Returns the packets of which a bit is set. The bit's quantity is represented by bits.
    func node(_ bit: SymbolicBit) throws -> Node {
        switch bit {
        case .constant(let isSet): return isSet ? .full : .empty
        case .node(let node): return node
        case .ofQuantity(let number, let bit):
            let (index, place) = (Int(number), Int(bit))
            if !variables.isSettled {
                variables.demandBits(index)
                return .full
            }
            return try variables.node(index, bit: place)
        }
    }

    // MARK: Runs

    /// Bits of one quantity, one behind another.
    private struct Run {
        let index: PacketVariables.Index
        let first: Int
        let count: Int
    }

    private func run(_ bits: ArraySlice<SymbolicBit>) -> Run? {
        guard let (index, first) = bits.first?.variable else { return nil }
        for (offset, bit) in bits.enumerated() where bit != .variable(index, first + offset) { return nil }
        return Run(index: index, first: first, count: bits.count)
    }

    /// The bits are the most significant of a quantity: an interval of it; or some of a narrow one.
    private func inRun(_ run: Run, _ first: UInt128, _ last: UInt128) throws -> Node {
        let width = variables.width(run.index)
        let greatest = UInt128.max >> UInt128(128 - run.count)
        guard first <= greatest else { return .empty }
        if run.first > 0 {
            guard variables.isSettled else { return .full }
            return try variables.node(run.index, bitsFrom: run.first, count: run.count, first, min(last, greatest))
        }
        let rest = UInt128(width - run.count)
        let high = min(last, greatest) << rest | (rest == 0 ? 0 : UInt128.max >> (128 - rest))
        let list = IntervalList(first << rest, high)
        if !variables.isSettled {
            variables.demand(run.index, list)
            return .full
        }
        return try variables.node(run.index, in: list)
    }

    // MARK: Anything else

    /// Splits into runs, constants and single bits, all of which must agree.
    private func equalParts(_ bits: ArraySlice<SymbolicBit>, _ value: UInt128) throws -> Node {
        var result = Node.full
        var start = bits.startIndex
        while start < bits.endIndex {
            var end = start + 1
            if let (index, first) = bits[start].variable {
                while end < bits.endIndex, bits[end] == .variable(index, first + end - start) { end += 1 }
            }
            let part = value >> UInt128(bits.endIndex - end) & (UInt128.max >> UInt128(128 - (end - start)))
            let piece = bits[start..<end]
            let node: Node
            if let run = run(piece), run.first == 0 || variables.isNarrow(run.index) {
                node = try inRun(run, part, part)
            } else if end - start > 1 {
                node = try compare(piece, part, part)
            } else {
                let bit = try self.node(piece[start])
                node = part == 1 ? bit : !bit
            }
            if variables.isSettled { result = try space.intersection(result, node) }
            if result.isEmpty { return .empty }
            start = end
        }
        return result
    }

    /// Compares bit by bit, from the least significant up.
    private func compare(_ bits: ArraySlice<SymbolicBit>, _ first: UInt128, _ last: UInt128) throws -> Node {
        var atLeast = Node.full
        var atMost = Node.full
        for (place, bit) in bits.reversed().enumerated() {
            let node = try self.node(bit)
            guard variables.isSettled else { continue }
            atLeast =
                first >> UInt128(place) & 1 == 1
                ? try space.intersection(node, atLeast) : try space.union(node, atLeast)
            atMost =
                last >> UInt128(place) & 1 == 0
                ? try space.intersection(!node, atMost) : try space.union(!node, atMost)
        }
        // What does not fit into the bits.
        if bits.count < 128, first >> UInt128(bits.count) != 0 { return .empty }
        let bounded = bits.count < 128 && last >> UInt128(bits.count) != 0 ? Node.full : atMost
        return variables.isSettled ? try space.intersection(atLeast, bounded) : .full
    }
}
