/// A routing type of an address (`fib … type`), by its RTN number (linux/rtnetlink.h).
public enum AddressType: UInt32, Hashable, Sendable, CaseIterable {
    /// `local`, RTN_LOCAL.
    case local = 2
    /// `broadcast`, RTN_BROADCAST.
    case broadcast = 3
    /// `anycast`, RTN_ANYCAST.
    case anycast = 4
    /// `multicast`, RTN_MULTICAST.
    case multicast = 5
}
