import Policy

/// Counts and samples the blocks that cover a set of addresses.
enum AddressBlocks {
    /// Blocks shown, at most.
    static let sampled = 4

    /// Describes IPv4 addresses; nil when there are none.
    static func describe(_ set: IntervalSet<UInt32>) -> Plan.Addresses? {
        guard !set.isEmpty else { return nil }
        if set == AddressSet.any.v4 { return Plan.Addresses(blocks: 1, addresses: nil, sample: ["any"]) }
        var sample: [String] = []
        let blocks = count(set) { first, prefix in
            if sample.count < sampled { sample.append("\(CIDR.v4(IPv4Address(bits: first), prefix: prefix))") }
        }
        let addresses = set.intervals.reduce(UInt64(0)) { $0 + UInt64($1.last - $1.first) + 1 }
        return Plan.Addresses(blocks: blocks, addresses: addresses, sample: sample)
    }

    /// Describes IPv6 addresses; nil when there are none.
    static func describe(_ set: IntervalSet<UInt128>) -> Plan.Addresses? {
        guard !set.isEmpty else { return nil }
        if set == AddressSet.any.v6 { return Plan.Addresses(blocks: 1, addresses: nil, sample: ["any"]) }
        var sample: [String] = []
        let blocks = count(set) { first, prefix in
            if sample.count < sampled { sample.append("\(CIDR.v6(IPv6Address(bits: first), prefix: prefix))") }
        }
        return Plan.Addresses(blocks: blocks, addresses: nil, sample: sample)
    }

    /// Splits a set into the fewest blocks and returns their number.
    private static func count<Bound>(
        _ set: IntervalSet<Bound>, _ visit: (_ first: Bound, _ prefix: UInt8) -> Void
    ) -> Int {
        var blocks = 0
        for interval in set.intervals {
            var first = interval.first
            while true {
                // The largest block that begins here and ends within the interval, by its number of host bits.
                var bits = min(first == 0 ? Bound.bitWidth : first.trailingZeroBitCount, Bound.bitWidth)
                while bits > 0, lastOfBlock(first, bits) > interval.last { bits -= 1 }
                visit(first, UInt8(Bound.bitWidth - bits))
                blocks += 1
                let last = lastOfBlock(first, bits)
                if last >= interval.last { break }
                first = last + 1
            }
        }
        return blocks
    }

    private static func lastOfBlock<Bound: FixedWidthInteger>(_ first: Bound, _ bits: Int) -> Bound {
        bits >= Bound.bitWidth ? Bound.max : first | ((Bound(1) << Bound(bits)) - 1)
    }
}
