extension AddressSet {
    /// The first blocks of the set, at most `limit` of them, and how many more intervals there are.
    func summary(upTo limit: Int) -> String {
        var parts: [String] = []
        if v4 == Self.any.v4, v6 == Self.any.v6 {
            parts.append("any remote source")
        } else {
            parts += v4.intervals.prefix(limit).map { $0.blockText(bits: 32) { IPAddress.v4(IPv4Address(bits: $0)) } }
            parts += v6.intervals.prefix(limit).map { $0.blockText(bits: 128) { IPAddress.v6(IPv6Address(bits: $0)) } }
        }
        if loopback { parts.append("this host itself") }
        parts += loopbackV4.intervals.prefix(limit).map {
            $0.blockText(bits: 32) { IPAddress.v4(IPv4Address(bits: $0)) }
        }
        if loopbackV6 { parts.append("::1") }
        let total =
            parts.count + max(0, v4.intervals.count - limit) + max(0, v6.intervals.count - limit)
            + max(0, loopbackV4.intervals.count - limit)
        let isAny = v4 == Self.any.v4 && v6 == Self.any.v6
        let shown = parts.prefix(limit)
        let more = (isAny ? parts.count : total) - shown.count
        return shown.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }
}

extension Interval {
    /// The interval as `address/prefix` when it is a block, as `address` when it is one, else as `first-last`.
    func blockText(bits: Int, address: (Bound) -> IPAddress) -> String {
        guard first != last else { return "\(address(first))" }
        let size = last - first
        guard size & (size &+ 1) == 0, first & size == 0 else { return "\(address(first))-\(address(last))" }
        return "\(address(first))/\(bits - (Bound.bitWidth - size.leadingZeroBitCount))"
    }
}

extension IntervalSet {
    /// Returns the member that shares the longest prefix of bits with a number, nil in an empty set. O(log n).
    ///
    /// The members next to the number on either side are the ones that may.
    func nearest(to value: Bound) -> Bound? {
        var low = 0
        var high = intervals.count
        while low < high {
            let middle = (low + high) / 2
            if intervals[middle].last < value { low = middle + 1 } else { high = middle }
        }
        var candidates: [Bound] = []
        if low < intervals.count { candidates.append(max(intervals[low].first, min(value, intervals[low].last))) }
        if low > 0 { candidates.append(intervals[low - 1].last) }
        return candidates.min { ($0 ^ value) < ($1 ^ value) }
    }
}
