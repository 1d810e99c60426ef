import Policy

/// A range of addresses of either family.
struct FlowRange {
    let first: UInt128
    let last: UInt128

    init(v4 first: UInt32, _ last: UInt32) {
        self.first = FlowAddress(v4: first).bits
        self.last = FlowAddress(v4: last).bits
    }

    init(v6 first: UInt128, _ last: UInt128) {
        self.first = first
        self.last = last
    }

    init(_ cidr: CIDR) {
        switch cidr {
        case .v4(let address, let prefix):
            let rest = prefix >= 32 ? 0 : UInt32.max >> UInt32(prefix)
            self.init(v4: address.bits, address.bits | rest)
        case .v6(let address, let prefix):
            let rest = prefix >= 128 ? 0 : UInt128.max >> UInt128(prefix)
            self.init(v6: address.bits, address.bits | rest)
        }
    }

    func contains(_ address: FlowAddress) -> Bool { first <= address.bits && address.bits <= last }
}
