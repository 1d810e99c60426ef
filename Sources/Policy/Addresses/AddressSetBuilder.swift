/// Gathers blocks into an address set without keeping them twice.
struct AddressSetBuilder {
    private var v4: [Interval<UInt32>] = []
    private var v6: [Interval<UInt128>] = []
    private var own4: [Interval<UInt32>] = []
    private var own6 = false

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
            v4.append(Interval(first, last))
        }
    }

    /// Returns the set of what was added.
    consuming func finish() -> AddressSet {
        var result = AddressSet(v4: IntervalSet(v4), v6: IntervalSet(v6))
        result.loopbackV4 = IntervalSet(own4)
        result.loopbackV6 = own6
        return result
    }
}
