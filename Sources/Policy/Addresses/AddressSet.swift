/// A set of source addresses as a policy means it: remote ones by family, and this host's own connections apart.
///
/// What comes from this host itself (over loopback, to any of its own addresses) is a source class of its own. It is meant
/// only by the built-in network `loopback`, or by literal blocks inside 127.0.0.0/8 or ::1/128; `0.0.0.0/0` and `any` never
/// include it. Remote parts therefore never hold 127.0.0.0/8 or ::1.
public struct AddressSet: Hashable, Sendable {
    /// IPv4 sources that reach the host from outside.
    public var v4: IntervalSet<UInt32>
    /// IPv6 sources that reach the host from outside.
    public var v6: IntervalSet<UInt128>
    /// Whether every connection that this host makes to itself is meant, whatever its source address.
    public var loopback: Bool
    /// Loopback sources (within 127.0.0.0/8) meant by literal blocks.
    public var loopbackV4: IntervalSet<UInt32>
    /// Whether ::1 is meant by a literal.
    public var loopbackV6: Bool

    /// 127.0.0.0/8.
    public static let loopbackV4Block = IntervalSet<UInt32>([Interval(0x7f00_0000, 0x7fff_ffff)])
    /// ::1.
    public static let loopbackV6Block = IntervalSet<UInt128>([Interval(1, 1)])

    /// The set without members.
    public static let empty = AddressSet(v4: .empty, v6: .empty)
    /// Every remote source of both families: the built-in network `any`.
    public static let any = AddressSet(v4: .full, v6: .full)
    /// Every connection from this host to itself: the built-in network `loopback`.
    public static let ownHost = AddressSet(v4: .empty, v6: .empty, loopback: true)

    /// Creates a set of remote sources; loopback addresses are taken out of both families.
    public init(v4: IntervalSet<UInt32>, v6: IntervalSet<UInt128>, loopback: Bool = false) {
        self.v4 = v4.subtracting(Self.loopbackV4Block)
        self.v6 = v6.subtracting(Self.loopbackV6Block)
        self.loopback = loopback
        loopbackV4 = .empty
        loopbackV6 = false
    }

    /// Creates the set that literal blocks mean: those wholly inside 127.0.0.0/8 or ::1/128 mean this host's own connections.
    public init(cidrs: some Sequence<CIDR>) {
        var builder = AddressSetBuilder()
        for cidr in cidrs { builder.add(cidr) }
        self = builder.finish()
    }

    /// Whether nobody is meant.
    public var isEmpty: Bool { remoteIsEmpty && ownIsEmpty }
    /// Whether no remote source is meant.
    public var remoteIsEmpty: Bool { v4.isEmpty && v6.isEmpty }
    /// Whether no connection of this host to itself is meant.
    public var ownIsEmpty: Bool { !loopback && loopbackV4.isEmpty && !loopbackV6 }

    /// Tells whether a remote source is meant. A loopback address is never remote.
    public func containsRemote(_ address: IPAddress) -> Bool {
        switch address {
        case .v4(let address): v4.contains(address.bits)
        case .v6(let address): v6.contains(address.bits)
        }
    }

    /// Tells whether a connection of this host to itself, with the given source address, is meant.
    public func containsOwn(_ address: IPAddress) -> Bool {
        if loopback { return true }
        switch address {
        case .v4(let address): return loopbackV4.contains(address.bits)
        case .v6(let address): return loopbackV6 && address.bits == 1
        }
    }

    /// Returns the sources in either set.
    public func union(_ other: AddressSet) -> AddressSet {
        var result = AddressSet(
            v4: v4.union(other.v4), v6: v6.union(other.v6), loopback: loopback || other.loopback)
        result.loopbackV4 = loopbackV4.union(other.loopbackV4)
        result.loopbackV6 = loopbackV6 || other.loopbackV6
        return result
    }

    /// Returns the sources in both sets.
    public func intersection(_ other: AddressSet) -> AddressSet {
        var result = AddressSet(
            v4: v4.intersection(other.v4), v6: v6.intersection(other.v6), loopback: loopback && other.loopback)
        if loopback {
            result.loopbackV4 = other.loopbackV4
            result.loopbackV6 = other.loopbackV6
        } else if other.loopback {
            result.loopbackV4 = loopbackV4
            result.loopbackV6 = loopbackV6
        } else {
            result.loopbackV4 = loopbackV4.intersection(other.loopbackV4)
            result.loopbackV6 = loopbackV6 && other.loopbackV6
        }
        return result
    }
}
