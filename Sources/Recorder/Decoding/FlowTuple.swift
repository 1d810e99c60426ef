/// An address of either family in 128 bits: an IPv4 address is an IPv4-mapped IPv6 one (RFC 4291, 2.5.5.2).
public struct FlowAddress: Hashable, Sendable {
    /// The bits, in host byte order.
    public let bits: UInt128

    /// Creates an address from the bits of an IPv6 address.
    public init(bits: UInt128) { self.bits = bits }

    /// Creates an IPv4 address.
    public init(v4: UInt32) { bits = 0xffff << 32 | UInt128(v4) }

    /// The IPv4 address, when it is one.
    public var v4: UInt32? { bits >> 32 == 0xffff ? UInt32(truncatingIfNeeded: bits) : nil }

    /// ::, when nothing is known.
    public static let none = FlowAddress(bits: 0)
}

/// Both ends of a flow, as the packets that go one way tell of them.
public struct FlowTuple: Hashable, Sendable {
    /// Where packets come from.
    public var source = FlowAddress.none
    /// Where they go to.
    public var destination = FlowAddress.none
    /// The port they come from; 0 for protocols without ports.
    public var sourcePort: UInt16 = 0
    /// The port they go to.
    public var destinationPort: UInt16 = 0
    /// The protocol's IANA number.
    public var transport: UInt8 = 0

    /// Creates a tuple of which nothing is known.
    public init() {}

    /// The same flow, as its answers tell of it.
    public var reversed: FlowTuple {
        var other = FlowTuple()
        (other.source, other.destination) = (destination, source)
        (other.sourcePort, other.destinationPort) = (destinationPort, sourcePort)
        other.transport = transport
        return other
    }
}
