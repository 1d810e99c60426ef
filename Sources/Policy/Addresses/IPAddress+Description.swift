extension IPv4Address: CustomStringConvertible {
    /// Four decimal parts.
    public var description: String {
        "\(bits >> 24).\(bits >> 16 & 0xff).\(bits >> 8 & 0xff).\(bits & 0xff)"
    }
}

extension IPv6Address: CustomStringConvertible {
    /// The text form of RFC 5952.
    public var description: String {
        if isMapped { return "::ffff:\(IPv4Address(bits: UInt32(truncatingIfNeeded: bits)))" }
        // The longest run of at least two zero groups, the first of equals.
        var best = 0..<0
        var start = 0
        while start < 8 {
            guard group(start) == 0 else {
                start += 1
                continue
            }
            var end = start
            while end < 8, group(end) == 0 { end += 1 }
            if end - start > max(best.count, 1) { best = start..<end }
            start = end
        }
        guard !best.isEmpty else { return groups(0..<8) }
        return groups(0..<best.lowerBound) + "::" + groups(best.upperBound..<8)
    }

    private func group(_ index: Int) -> UInt16 { UInt16(truncatingIfNeeded: bits >> UInt128(16 * (7 - index))) }

    private func groups(_ range: Range<Int>) -> String {
        range.map { String(group($0), radix: 16) }.joined(separator: ":")
    }
}

extension IPAddress: CustomStringConvertible {
    /// Dotted decimal, or the text form of RFC 5952.
    public var description: String {
        switch self {
        case .v4(let address): address.description
        case .v6(let address): address.description
        }
    }
}

extension CIDR: CustomStringConvertible {
    /// `address/prefix`; a block of one address is written as the address alone.
    public var description: String {
        switch self {
        case .v4(let address, prefix: 32): address.description
        case .v6(let address, prefix: 128): address.description
        case .v4(let address, let prefix): "\(address)/\(prefix)"
        case .v6(let address, let prefix): "\(address)/\(prefix)"
        }
    }
}
