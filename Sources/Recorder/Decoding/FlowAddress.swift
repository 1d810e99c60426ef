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
