/// A connection attempt as the policy's reference decision sees it.
public struct AccessAttempt: Hashable, Sendable {
    /// The source address; an IPv4-mapped IPv6 address has been turned into IPv4.
    public var source: IPAddress
    /// Whether it is made by this host to itself. A loopback source always is.
    public var isOwn: Bool
    /// The port asked for.
    public var port: UInt16
    /// The transport protocol.
    public var transport: TransportProtocol
    /// When.
    public var time: Instant
    /// Identities that hold beside those told by address (a process, a session): names of the policy, members not expanded.
    public var identities: Set<Name>
    /// What its first bytes are; nil when nothing is known of them.
    public var request: RequestType?

    /// Creates an attempt.
    public init(
        source: IPAddress, isOwn: Bool = false, port: UInt16, transport: TransportProtocol, time: Instant,
        identities: Set<Name> = [], request: RequestType? = nil
    ) {
        self.source = source
        self.isOwn = isOwn || source.isLoopback
        self.port = port
        self.transport = transport
        self.time = time
        self.identities = identities
        self.request = request
    }
}

extension AccessAttempt {
    /// Creates the attempt that a test of a policy describes; one without a time is made `now`.
    ///
    /// A process is always of this host: a test with such an identity, or with a group that has one among its members, is an
    /// attempt of this host to itself.
    public init(_ test: PolicyTest, in policy: Policy, now: Instant) {
        self.init(
            source: test.from, isOwn: test.identities.contains { policy.hasProcess($0) }, port: test.number,
            transport: test.transport, time: test.at ?? now, identities: Set(test.identities), request: test.request)
    }
}

extension Policy {
    /// Tells whether an identity is a process of this host, or a group with one among its members.
    public func hasProcess(_ name: Name) -> Bool {
        guard let first = identity(named: name) else { return false }
        if case .process = first.proof { return true }
        guard case .members(var waiting) = first.proof else { return false }
        let proofs = Dictionary(identities.map { ($0.name, $0.proof) }, uniquingKeysWith: { first, _ in first })
        var seen: Set<Name> = [name]
        while let next = waiting.popLast() {
            guard seen.insert(next).inserted, let proof = proofs[next] else { continue }
            if case .process = proof { return true }
            if case .members(let members) = proof { waiting += members }
        }
        return false
    }
}

extension IPAddress {
    /// Whether the address is in 127.0.0.0/8 or is ::1.
    public var isLoopback: Bool {
        switch self {
        case .v4(let address): address.bits >> 24 == 127
        case .v6(let address): address.bits == 1
        }
    }
}
