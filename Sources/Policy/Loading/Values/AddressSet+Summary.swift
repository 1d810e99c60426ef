extension AddressSet {
    /// Tells whether some source is in both sets.
    func overlaps(_ other: AddressSet) -> Bool {
        v4.overlaps(other.v4) || v6.overlaps(other.v6) || (loopback && !other.ownIsEmpty) || (other.loopback && !ownIsEmpty)
            || loopbackV4.overlaps(other.loopbackV4) || (loopbackV6 && other.loopbackV6)
    }

    /// The set in a few words: the first intervals of each family, and how many more there are.
    var summary: String {
        var parts: [String] = []
        if v4 == AddressSet.any.v4, v6 == AddressSet.any.v6 {
            parts.append("every other host")
        } else {
            let first4 = v4.intervals.prefix(3).map {
                Self.text(IPAddress.v4(IPv4Address(bits: $0.first)), .v4(IPv4Address(bits: $0.last)), size: $0.last &- $0.first)
            }
            let first6 = v6.intervals.prefix(3).map {
                Self.text(IPAddress.v6(IPv6Address(bits: $0.first)), .v6(IPv6Address(bits: $0.last)), size: $0.last &- $0.first)
            }
            parts += first4 + first6
            let more = v4.intervals.count + v6.intervals.count - parts.count
            if more > 0 { parts.append("\(more) more") }
        }
        if !ownIsEmpty { parts.append("this host itself") }
        return parts.isEmpty ? "nobody" : parts.joined(separator: ", ")
    }

    /// Writes an interval as a block where it is one.
    private static func text<Bits: FixedWidthInteger>(_ first: IPAddress, _ last: IPAddress, size: Bits) -> String {
        if size == 0 { return "\(first)" }
        let start: Bits? =
            switch first {
            case .v4(let address): Bits(exactly: address.bits)
            case .v6(let address): Bits(exactly: address.bits)
            }
        if let start, size & (size &+ 1) == 0, start & size == 0 {
            return "\(first)/\(size.leadingZeroBitCount)"
        }
        return "\(first)-\(last)"
    }
}

extension IntervalSet {
    /// Tells whether some number is in both sets. O(n), and at once when the first intervals meet.
    func overlaps(_ other: IntervalSet) -> Bool {
        var i = 0
        var j = 0
        while i < intervals.count, j < other.intervals.count {
            if intervals[i].last < other.intervals[j].first {
                i += 1
            } else if other.intervals[j].last < intervals[i].first {
                j += 1
            } else {
                return true
            }
        }
        return false
    }
}
