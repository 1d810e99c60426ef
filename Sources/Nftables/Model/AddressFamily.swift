/// The address family of a packet or of a set's elements.
public enum AddressFamily: Hashable, Sendable {
    /// IPv4.
    case v4
    /// IPv6.
    case v6
}
