/// The protocols that a rule has asked for so far, and whether it asked for two of one layer.
struct RuleProtocols {
    /// ARPHRD_ETHER.
    static let ethernet: UInt16 = 1

    var isEthernet = false
    private(set) var hasConflict = false
    private var network: AddressFamily?
    private var transport: UInt8?

    /// Notes that a rule compares the family.
    mutating func know(network family: AddressFamily) { network = family }

    /// Notes that a rule compares the transport protocol.
    mutating func know(transport number: UInt8) { transport = number }

    /// Makes sure that a match does not contradict the network protocol, without asking for it.
    mutating func check(network family: AddressFamily) {
        if let network, network != family { hasConflict = true }
    }

    /// Notes that a match needs a network protocol; false when the rule asked for it before.
    mutating func need(network family: AddressFamily) -> Bool {
        check(network: family)
        let isNew = network == nil
        network = family
        return isNew
    }

    /// Notes that a match needs a transport protocol; false when the rule asked for it before.
    mutating func need(transport number: UInt8) -> Bool {
        let isNew = transport == nil
        if !isNew && transport != number { hasConflict = true }
        transport = number
        return isNew
    }
}
