public import Policy

/// What a record knows of whoever opened a connection.
struct IdentityFacts {
    var source = FlowAddress.none
    /// The interface's name, in the bytes from the highest; 0 when there is none.
    var interface: UInt128 = 0
    var user: UInt32?
    var userGroup: UInt32?
    var hardwareAddress: UInt64?
    /// The declared port; negative when there is none.
    var port: Int32 = -1
    /// The rule that allowed it; negative when none did.
    var rule: Int32 = -1
    var isGrant = false
    /// The moment, in nanoseconds since 1970.
    var time: Int64 = 0
}

/// An authenticated session, and for how long it lasted or lasts.
public struct SessionInterval: Hashable, Sendable {
    /// Whose it is.
    public let identity: Name
    /// Where it comes from.
    public let source: IPAddress
    /// When it began, in nanoseconds since 1970.
    public let start: Int64
    /// The first moment after it; nil while it lasts.
    public let end: Int64?

    /// Creates an interval.
    public init(identity: Name, source: IPAddress, start: Int64, end: Int64?) {
        self.identity = identity
        self.source = source
        self.start = start
        self.end = end
    }
}

/// A grant, and for how long it was or is in force.
public struct GrantInterval: Hashable, Sendable {
    /// Who was let in.
    public let identity: Name
    /// Where to.
    public let port: Name
    /// Where from.
    public let source: CIDR
    /// When it began, in nanoseconds since 1970.
    public let start: Int64
    /// The first moment after it; nil while nobody knows.
    public let end: Int64?

    /// Creates an interval.
    public init(identity: Name, port: Name, source: CIDR, start: Int64, end: Int64?) {
        self.identity = identity
        self.port = port
        self.source = source
        self.start = start
        self.end = end
    }
}

extension FlowAddress {
    /// The address of a packet as a policy's.
    init(_ address: IPAddress) {
        switch address {
        case .v4(let address): self.init(v4: address.bits)
        case .v6(let address): self.init(bits: address.bits)
        }
    }
}

/// A range of addresses of either family.
struct FlowRange {
    let first: UInt128
    let last: UInt128

    init(v4 first: UInt32, _ last: UInt32) {
        self.first = FlowAddress(v4: first).bits
        self.last = FlowAddress(v4: last).bits
    }

    init(v6 first: UInt128, _ last: UInt128) {
        self.first = first
        self.last = last
    }

    init(_ cidr: CIDR) {
        switch cidr {
        case .v4(let address, let prefix):
            let rest = prefix >= 32 ? 0 : UInt32.max >> UInt32(prefix)
            self.init(v4: address.bits, address.bits | rest)
        case .v6(let address, let prefix):
            let rest = prefix >= 128 ? 0 : UInt128.max >> UInt128(prefix)
            self.init(v6: address.bits, address.bits | rest)
        }
    }

    func contains(_ address: FlowAddress) -> Bool { first <= address.bits && address.bits <= last }
}
