extension AddressSet {
    /// The fewest blocks that make up the set, IPv4 before IPv6, in order; this host's own addresses (127.0.0.0/8, ::1) among
    /// them when literals mean them. The built-in network `loopback` is not a matter of addresses and adds none.
    public var blocks: [CIDR] {
        var blocks: [CIDR] = []
        // Remote parts never touch loopback ones, so the two lists are only put in order.
        IntervalSet(v4.intervals + loopbackV4.intervals).forEachBlock { first, prefix in
            blocks.append(.v4(IPv4Address(bits: first), prefix: UInt8(truncatingIfNeeded: prefix)))
        }
        (loopbackV6 ? v6.union(Self.loopbackV6Block) : v6).forEachBlock { first, prefix in
            blocks.append(.v6(IPv6Address(bits: first), prefix: UInt8(truncatingIfNeeded: prefix)))
        }
        return blocks
    }

    /// How many remote addresses are meant, in words: "256 IPv4 addresses and 2^64 IPv6 addresses".
    public var remoteSize: String {
        let four = v4.memberCount
        let six = v6.memberCount
        switch (four, six) {
        case (0, 0): return "no addresses"
        case (_, 0): return "\(AddressCount.text(four)) IPv4 \(AddressCount.noun(four))"
        case (0, _): return "\(AddressCount.text(six)) IPv6 \(AddressCount.noun(six))"
        default:
            return "\(AddressCount.text(four)) IPv4 \(AddressCount.noun(four)) and "
                + "\(AddressCount.text(six)) IPv6 \(AddressCount.noun(six))"
        }
    }
}

/// Numbers of addresses in words.
enum AddressCount {
    /// Returns a count with separators up to IPv4's size, above that as a power of two.
    static func text(_ count: UInt128) -> String {
        if count <= 1 << 32 { return grouped(count) }
        // UInt128.max stands for 2^128 or one less.
        if count == UInt128.max { return "2^128" }
        let exponent = 127 - count.leadingZeroBitCount
        return count == 1 << UInt128(exponent) ? "2^\(exponent)" : "more than 2^\(exponent)"
    }

    static func noun(_ count: UInt128) -> String { count == 1 ? "address" : "addresses" }

    private static func grouped(_ count: UInt128) -> String {
        var text = ""
        for (index, digit) in String(count).reversed().enumerated() {
            if index > 0, index.isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}

extension CIDR {
    /// The addresses of an IPv4 block, or nil.
    public var v4Interval: Interval<UInt32>? {
        guard case .v4(let address, let prefix) = self else { return nil }
        return Interval(address.bits, address.bits | (UInt32.max >> UInt32(prefix)))
    }

    /// The addresses of an IPv6 block, or nil.
    public var v6Interval: Interval<UInt128>? {
        guard case .v6(let address, let prefix) = self else { return nil }
        return Interval(address.bits, address.bits | (UInt128.max >> UInt128(prefix)))
    }

    /// Whether every address of the block means this host itself: the block lies in 127.0.0.0/8 or is ::1.
    public var isLoopback: Bool {
        switch self {
        case .v4(let address, let prefix): address.bits >> 24 == 127 && prefix >= 8
        case .v6(let address, let prefix): address.bits == 1 && prefix == 128
        }
    }

    /// Tells whether an address lies in the block.
    public func contains(_ address: IPAddress) -> Bool {
        switch (self, address) {
        case (.v4, .v4(let address)): v4Interval.map { $0.first <= address.bits && address.bits <= $0.last } ?? false
        case (.v6, .v6(let address)): v6Interval.map { $0.first <= address.bits && address.bits <= $0.last } ?? false
        default: false
        }
    }
}
