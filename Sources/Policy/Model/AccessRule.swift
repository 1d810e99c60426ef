/// One `allow` entry of a port: a connection is allowed when it matches every dimension the rule states.
public struct AccessRule: Hashable, Sendable {
    /// The name, unique in its port.
    public var name: Name
    /// Where the name stands.
    public var span: SourceSpan
    /// The sources that `cidrs` means, all entries united.
    public var networks: Restriction<AddressSet>
    /// Names of networks used under `cidrs`, in order, `any` and `loopback` among them.
    public var networkNames: [String]
    /// Where `cidrs` stands, when it is written.
    public var networksSpan: SourceSpan?
    /// The identities, any of which must hold.
    public var identities: Restriction<[Name]>
    /// Where `identities` stands, when it is written.
    public var identitiesSpan: SourceSpan?
    /// The windows, any of which must be open.
    public var windows: Restriction<[Name]>
    /// Where `windows` stands, when it is written.
    public var windowsSpan: SourceSpan?
    /// The request types, any of which the connection must speak. `any` alone loads as unrestricted.
    public var requests: Restriction<[RequestType]>
    /// Where `requests` stands, when it is written.
    public var requestsSpan: SourceSpan?
    /// The first moment at which the rule no longer allows.
    public var expires: Instant?
    /// Where `expires` stands, when it is written.
    public var expiresSpan: SourceSpan?
    /// Why the rule exists.
    public var reason: String?
    /// New connections per source, at most.
    public var rate: Rate?
    /// Where `rate` stands, when it is written.
    public var rateSpan: SourceSpan?
    /// Whether the rule is enforced.
    public var mode: Mode
    /// Where `mode` stands, when it is written.
    public var modeSpan: SourceSpan?

    /// Creates a rule without restrictions, to be filled in. The loader refuses one that states no source.
    public init(name: Name, span: SourceSpan) {
        self.name = name
        self.span = span
        networks = .unrestricted
        networkNames = []
        identities = .unrestricted
        windows = .unrestricted
        requests = .unrestricted
        mode = .enforce
    }
}

/// What a connection's first bytes must be.
public enum RequestType: Hashable, Sendable {
    /// Anything.
    case any
    /// A TLS ClientHello.
    case tls
    /// A TLS ClientHello of version 1.2 or later.
    case tls12
    /// An HTTP/1 request, of one method when given, of exactly this path prefix when given.
    case http(method: String?, pathPrefix: String?)
    /// An SSH identification string.
    case ssh
    /// A PostgreSQL startup, cancel, SSL or GSS request.
    case postgresql
    /// A PostgreSQL SSLRequest or GSSENCRequest.
    case postgresqlTLS
    /// A Redis command; of these when any are listed.
    case redis(commands: [String])
    /// A DNS query.
    case dns
    /// A signature that the policy declares.
    case signature(Name)
}

/// An own request type: all parts must match the first payload bytes.
public struct Signature: Hashable, Sendable {
    /// One comparison.
    public struct Part: Hashable, Sendable {
        /// Bytes from the start of the payload, 0...255.
        public var offset: Int
        /// The bits compared, as many bytes as `bytes`; nil compares all.
        public var mask: [UInt8]?
        /// The bytes wanted, 1...16 of them.
        public var bytes: [UInt8]

        /// Creates a comparison.
        public init(offset: Int, mask: [UInt8]?, bytes: [UInt8]) {
            self.offset = offset
            self.mask = mask
            self.bytes = bytes
        }
    }

    /// The name.
    public var name: Name
    /// Where the name stands.
    public var span: SourceSpan
    /// The comparisons; never empty.
    public var parts: [Part]

    /// Creates a signature.
    public init(name: Name, span: SourceSpan, parts: [Part]) {
        self.name = name
        self.span = span
        self.parts = parts
    }
}
