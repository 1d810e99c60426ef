/// Gathers blocks into an address set without keeping them twice.
struct AddressSetBuilder {
    private var v4: [Interval<UInt32>] = []
    private var v6: [Interval<UInt128>] = []
    private var own4: [Interval<UInt32>] = []
    private var own6 = false
    /// How many blocks are to come, at most: room is taken once, when the first block of a family comes.
    var expected = 0

    var isEmpty: Bool { v4.isEmpty && v6.isEmpty && own4.isEmpty && !own6 }

    /// Adds a block: one wholly inside 127.0.0.0/8, or ::1, means this host's own connections.
    mutating func add(_ cidr: CIDR) {
        switch cidr {
        case .v4(let address, let prefix):
            addV4(address.bits, address.bits | (UInt32.max >> UInt32(prefix)))
        case .v6(let address, let prefix):
            if cidr.isLoopback {
                own6 = true
            } else {
                if v6.isEmpty { v6.reserveCapacity(expected) }
                v6.append(Interval(address.bits, address.bits | (UInt128.max >> UInt128(prefix))))
            }
        }
    }

    /// Adds an IPv4 block by its first and last address.
    @inline(__always)
    mutating func addV4(_ first: UInt32, _ last: UInt32) {
        if first >> 24 == 127, last >> 24 == 127 {
            own4.append(Interval(first, last))
        } else {
            if v4.isEmpty { v4.reserveCapacity(expected) }
            v4.append(Interval(first, last))
        }
    }

    /// Returns the set of what was added, and is empty afterwards.
    mutating func finish() -> AddressSet {
        // Each array is handed over, not shared: sorting a shared one would copy it first.
        var parts4: [Interval<UInt32>] = []
        swap(&parts4, &v4)
        var parts6: [Interval<UInt128>] = []
        swap(&parts6, &v6)
        var result = AddressSet(v4: IntervalSet(consume parts4), v6: IntervalSet(consume parts6))
        result.loopbackV4 = IntervalSet(own4)
        result.loopbackV6 = own6
        own4 = []
        own6 = false
        return result
    }
}
