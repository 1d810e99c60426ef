import PacketSpace

/// One bit of a register, in terms of the packet as it enters the rule's chain. Eight bytes: rules move many of them.
enum SymbolicBit: Hashable, Sendable {
    /// The same in every packet.
    case constant(Bool)
    /// A bit of a quantity, by its place among the variables, 0 being the most significant.
    case ofQuantity(UInt32, UInt8)
    /// Set in these packets.
    case node(Node)

    /// A bit of a quantity of at most 128, of which there are fewer than 2^32.
    static func variable(_ index: PacketVariables.Index, _ place: Int) -> SymbolicBit {
        .ofQuantity(UInt32(truncatingIfNeeded: index), UInt8(truncatingIfNeeded: place))
    }

    /// Which bit of which quantity it is; nil when it is none.
    var variable: (index: PacketVariables.Index, place: Int)? {
        if case .ofQuantity(let index, let place) = self { (Int(index), Int(place)) } else { nil }
    }
}
