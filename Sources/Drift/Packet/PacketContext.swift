public import Nftables

/// What is fixed of the packets that a look is about.
public struct PacketContext: Hashable, Sendable {
    /// The family of their addresses.
    public var family: AddressFamily
    /// What is known of them; no rule's writing changes it.
    public var constants: [Quantity: UInt128]
    /// What has the same value as something else: of a connection's first packet conntrack's addresses are the packet's.
    public var aliases: [Quantity: Quantity]

    /// Creates a context.
    public init(family: AddressFamily, constants: [Quantity: UInt128] = [:], aliases: [Quantity: Quantity] = [:]) {
        self.family = family
        self.constants = constants
        self.aliases = aliases
        // Of every packet of the family: NFPROTO_* and its EtherType.
        self.constants[.meta(MetaKey.family.rawValue)] = family == .v4 ? 2 : 10
        self.constants[.meta(MetaKey.etherType.rawValue)] = family == .v4 ? 0x0800 : 0x86dd
    }

    /// Returns the quantity that has the value of another.
    func resolved(_ quantity: Quantity) -> Quantity { aliases[quantity] ?? quantity }
}
