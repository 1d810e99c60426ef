/// The protocols that a rule has asked for so far, and whether it asked for two of one layer.
struct RuleProtocols {
    /// ARPHRD_ETHER.
    static let ethernet: UInt16 = 1

    var isEthernet = false
    private(set) var hasConflict = false
    private var network: AddressFamily?
    private var transport: UInt8?

    /// Notes a network protocol; false when the rule asked for it before.
    @discardableResult
    mutating func note(network family: AddressFamily) -> Bool {
        let isNew = network == nil
        if !isNew && network != family { hasConflict = true }
        network = family
        return isNew
    }

    /// Notes a transport protocol; false when the rule asked for it before.
    @discardableResult
    mutating func note(transport number: UInt8) -> Bool {
        let isNew = transport == nil
        if !isNew && transport != number { hasConflict = true }
        transport = number
        return isNew
    }
}
