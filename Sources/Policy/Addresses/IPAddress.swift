/// An IPv4 address in host byte order.
public struct IPv4Address: Hashable, Sendable, Comparable {
    /// The address as a number; 10.0.0.1 is 0x0a000001.
    public let bits: UInt32

    /// Creates an address from its number.
    public init(bits: UInt32) { self.bits = bits }

    /// Orders by number.
    public static func < (left: IPv4Address, right: IPv4Address) -> Bool { left.bits < right.bits }
}

/// An IPv6 address in host byte order.
public struct IPv6Address: Hashable, Sendable, Comparable {
    /// The address as a number; ::1 is 1.
    public let bits: UInt128

    /// Creates an address from its number.
    public init(bits: UInt128) { self.bits = bits }

    /// Orders by number.
    public static func < (left: IPv6Address, right: IPv6Address) -> Bool { left.bits < right.bits }
}

/// An IP address of either family. An IPv4-mapped IPv6 address is not one of these: readers turn it into IPv4.
public enum IPAddress: Hashable, Sendable {
    /// An IPv4 address.
    case v4(IPv4Address)
    /// An IPv6 address.
    case v6(IPv6Address)
}

/// A block of addresses: an address without host bits and a prefix length.
public enum CIDR: Hashable, Sendable {
    /// An IPv4 block, prefix length 0...32.
    case v4(IPv4Address, prefix: UInt8)
    /// An IPv6 block, prefix length 0...128.
    case v6(IPv6Address, prefix: UInt8)
}
