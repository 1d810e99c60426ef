extension Criticality {
    /// The most IPv4 addresses, as a prefix length, that one rule should let in; nil where any number is.
    ///
    /// A company's whole address plan (10.0.0.0/8) for a port of medium criticality, a site (/16) for high, a small site or a
    /// group of subnets (/20) for critical.
    var widestIPv4Prefix: Int? {
        switch self {
        case .low: nil
        case .medium: 8
        case .high: 16
        case .critical: 20
        }
    }

    /// The most IPv6 addresses, as a prefix length, that one rule should let in: a provider's allocation (/32), a dozen sites (/44), a
    /// site (/48).
    var widestIPv6Prefix: Int? {
        switch self {
        case .low: nil
        case .medium: 32
        case .high: 44
        case .critical: 48
        }
    }
}

extension IntervalSet {
    /// Tells whether there are more members than a block with that prefix length has.
    func isWider(thanPrefix prefix: Int) -> Bool {
        let hostBits = Bound.bitWidth - prefix
        guard hostBits < Bound.bitWidth else { return false }
        let limit = Bound(1) << Bound(hostBits)
        var members: Bound = 0
        for interval in intervals {
            let size = interval.last - interval.first
            guard size < limit, members <= limit - size - 1 else { return true }
            members += size + 1
        }
        return false
    }
}

extension LintContext {
    /// Rules that let in anybody, or more than their port's criticality permits; identities that an address alone proves.
    func breadth() -> [Diagnostic] {
        var found: [Diagnostic] = []
        forEachRule { port, rule in
            let (sources, told) = addressSources(of: rule)
            if sources.v4 == AddressSet.any.v4 || sources.v6 == AddressSet.any.v6 {
                found.append(.anySource(rule, port))
            } else if let prefix = port.criticality.widestIPv4Prefix, sources.v4.isWider(thanPrefix: prefix) {
                found.append(.tooWide(rule, port, family: "IPv4", prefix: prefix))
            } else if let prefix = port.criticality.widestIPv6Prefix, sources.v6.isWider(thanPrefix: prefix) {
                found.append(.tooWide(rule, port, family: "IPv6", prefix: prefix))
            }
            if port.criticality >= .high, !told.isEmpty { found.append(.weakIdentity(told, rule, port)) }
        }
        return found
    }

    /// Entries of a network that another entry of it covers. O(n log n).
    func redundantEntries() -> [Diagnostic] {
        var found: [Diagnostic] = []
        for network in policy.networks {
            var v4: [(entry: Int, interval: Interval<UInt32>)] = []
            var v6: [(entry: Int, interval: Interval<UInt128>)] = []
            for (index, entry) in network.entries.enumerated() {
                if let interval = entry.cidr.interval4 { v4.append((index, interval)) }
                if let interval = entry.cidr.interval6 { v6.append((index, interval)) }
            }
            found += redundant(v4, network) + redundant(v6, network)
        }
        return found
    }

    private func redundant<Bound>(_ blocks: [(entry: Int, interval: Interval<Bound>)], _ network: Network)
        -> [Diagnostic]
    {
        // The widest first among those that start together; of equal ones the first written.
        let sorted = blocks.sorted { left, right in
            if left.interval.first != right.interval.first { return left.interval.first < right.interval.first }
            if left.interval.last != right.interval.last { return left.interval.last > right.interval.last }
            return left.entry < right.entry
        }
        var found: [Diagnostic] = []
        var widest: (entry: Int, interval: Interval<Bound>)?
        for block in sorted {
            // Blocks are nested or apart, so the last one that was not covered is the only one that can cover this.
            if let cover = widest, block.interval.last <= cover.interval.last {
                found.append(
                    .redundantEntry(network.entries[block.entry], coveredBy: network.entries[cover.entry], network))
            } else {
                widest = block
            }
        }
        return found
    }
}

extension CIDR {
    /// The addresses of an IPv4 block.
    fileprivate var interval4: Interval<UInt32>? {
        guard case .v4(let address, let prefix) = self else { return nil }
        return Interval(address.bits, address.bits | (prefix == 0 ? .max : ~(UInt32.max << (32 - UInt32(prefix)))))
    }

    /// The addresses of an IPv6 block.
    fileprivate var interval6: Interval<UInt128>? {
        guard case .v6(let address, let prefix) = self else { return nil }
        return Interval(address.bits, address.bits | (prefix == 0 ? .max : ~(UInt128.max << (128 - UInt128(prefix)))))
    }
}
