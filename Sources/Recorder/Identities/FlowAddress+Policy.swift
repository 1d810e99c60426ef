import Policy

extension FlowAddress {
    /// The address of a packet as a policy's.
    init(_ address: IPAddress) {
        switch address {
        case .v4(let address): self.init(v4: address.bits)
        case .v6(let address): self.init(bits: address.bits)
        }
    }
}
