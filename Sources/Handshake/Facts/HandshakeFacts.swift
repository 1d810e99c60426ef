/// What the first bytes of a connection told. All texts are valid UTF-8 without control characters, and bounded.
public struct HandshakeFacts: Hashable, Sendable {
    /// What the client speaks, by its bytes; nil while that is open, and when it is nothing known.
    public internal(set) var client: RecognisedProtocol?
    /// What the server speaks, by its bytes. A web server may answer a client of TLS in plain text.
    public internal(set) var server: RecognisedProtocol?
    /// Whether the client's bytes are a surprise; nil as well while they are too few to say.
    public internal(set) var unexpected: Surprise?
    /// Whether two segments said different things of one place in a stream. The first is told of; the host may have read
    /// the other.
    public internal(set) var hasConflict = false
    /// Of TLS, also when it is inside PostgreSQL.
    public internal(set) var tls: TLSFacts?
    /// Of HTTP.
    public internal(set) var http: HTTPFacts?
    /// Of SSH.
    public internal(set) var ssh: SSHFacts?
    /// Of PostgreSQL.
    public internal(set) var postgresql: PostgreSQLFacts?

    /// What the connection speaks: what the client speaks, else what the server does.
    public var recognised: RecognisedProtocol? { client ?? server }

    /// Creates facts of a connection of which nothing was seen.
    public init() {}
}
