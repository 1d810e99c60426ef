/// A named "who" and how the host can tell.
public struct Identity: Hashable, Sendable {
    /// The name.
    public var name: Name
    /// Where the name stands.
    public var span: SourceSpan
    /// How the host can tell.
    public var proof: IdentityProof
    /// Names of networks used under `addresses`, in order, `any` and `loopback` among them.
    public var networkNames: [String] = []

    /// Creates an identity.
    public init(name: Name, span: SourceSpan, proof: IdentityProof) {
        self.name = name
        self.span = span
        self.proof = proof
    }
}

/// How the host can tell that a connection is somebody's.
public enum IdentityProof: Hashable, Sendable {
    /// By source address alone (weak, and said so in reports).
    case addresses(AddressSet)
    /// A process of this host.
    case process(ProcessProof)
    /// The address that a WireGuard interface binds to a peer's key.
    case wireguard(interface: String, addresses: AddressSet)
    /// The security association the packet came in by.
    case ipsec(IPsecProof)
    /// A neighbour on the link.
    case link(LinkProof)
    /// An authenticated session on this host.
    case session(user: String)
    /// Any of these identities; never empty, never cyclic.
    case members([Name])

    /// The language's key for this kind.
    public var kind: String {
        switch self {
        case .addresses: "addresses"
        case .process: "process"
        case .wireguard: "wireguard"
        case .ipsec: "ipsec"
        case .link: "link"
        case .session: "session"
        case .members: "members"
        }
    }
}

/// A process of this host, by the owner of its socket or by its cgroup; all stated parts must match, at least one is.
public struct ProcessProof: Hashable, Sendable {
    /// A user or group, by name or by number. Names become numbers when the policy is compiled on a host.
    public enum Account: Hashable, Sendable {
        /// A name, resolved on the host.
        case name(String)
        /// A number.
        case number(UInt32)
    }

    /// The user that made the socket.
    public var user: Account?
    /// The group of the process that made the socket.
    public var group: Account?
    /// The cgroup v2 path below the unified hierarchy, without a leading slash.
    public var cgroup: String?
    /// Where the mapping stands.
    public var span: SourceSpan

    /// Creates a proof; the loader makes sure that at least one part is stated.
    public init(user: Account?, group: Account?, cgroup: String?, span: SourceSpan) {
        self.user = user
        self.group = group
        self.cgroup = cgroup
        self.span = span
    }
}

/// An IPsec security association; at least one part is stated.
public struct IPsecProof: Hashable, Sendable {
    /// The request id.
    public var reqid: UInt32?
    /// The security parameter index.
    public var spi: UInt32?

    /// Creates a proof.
    public init(reqid: UInt32?, spi: UInt32?) {
        self.reqid = reqid
        self.spi = spi
    }
}

/// A neighbour on a link; at least one part is stated.
public struct LinkProof: Hashable, Sendable {
    /// The hardware address, 48 bits.
    public var mac: UInt64?
    /// The interface's name, at most 15 bytes.
    public var interface: String?

    /// Creates a proof.
    public init(mac: UInt64?, interface: String?) {
        self.mac = mac
        self.interface = interface
    }
}
