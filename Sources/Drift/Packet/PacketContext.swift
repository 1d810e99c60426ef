public import Nftables

/// What is fixed of the packets that a look is about.
public struct PacketContext: Hashable, Sendable {
    /// The family of their addresses.
    public var family: AddressFamily
    /// What is known of them; no rule's writing changes it.
    public var constants: [Quantity: UInt128]
    /// What has the same value as something else: of a connection's first packet conntrack's addresses are the packet's.
    public var aliases: [Quantity: Quantity]

    /// Whether packets are judged again after they were sent: this host asks itself.
    var isLoopback = false
    /// Whether a connection begins with them: nothing of it is remembered yet, and what the gate keeps count of is not used up.
    var isBeginning = false

    /// Creates a context.
    public init(family: AddressFamily, constants: [Quantity: UInt128] = [:], aliases: [Quantity: Quantity] = [:]) {
        self.family = family
        self.constants = constants
        self.aliases = aliases
        // Of every packet of the family: NFPROTO_* and its EtherType.
        self.constants[.meta(MetaKey.family.rawValue)] = family == .v4 ? 2 : 10
        self.constants[.meta(MetaKey.etherType.rawValue)] = family == .v4 ? 0x0800 : 0x86dd
    }

    /// Returns the value of a quantity that is the same in all the packets; nil when it is not.
    func constant(of quantity: Quantity) -> UInt128? {
        if let constant = constants[quantity] { return constant }
        guard isBeginning, case .atom(let atom) = quantity else { return nil }
        return atom.isKeptByTheGate ? 1 : atom.isRememberedByTheGate ? 0 : nil
    }

    /// Returns the quantity that has the value of another.
    func resolved(_ quantity: Quantity) -> Quantity { aliases[quantity] ?? quantity }
}
