import PacketSpace

/// One bit of a register, in terms of the packet as it enters the rule's chain.
enum SymbolicBit: Hashable, Sendable {
    /// The same in every packet.
    case constant(Bool)
    /// A bit of a quantity, 0 being the most significant.
    case variable(PacketVariables.Index, Int)
    /// Set in these packets.
    case node(Node)
}
