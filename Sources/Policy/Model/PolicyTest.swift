/// A unit test of a policy: a connection, and what must become of it.
public struct PolicyTest: Hashable, Sendable {
    /// What must become of the connection.
    public enum Expectation: String, Hashable, Sendable, CaseIterable {
        /// It is allowed.
        case allow
        /// It is refused.
        case deny
    }

    /// What the test shows, in words.
    public var name: String
    /// Where the test stands.
    public var span: SourceSpan
    /// The declared port it reaches for.
    public var port: Name
    /// The port number tried: of the declaration's range, its first when none is stated.
    public var number: UInt16
    /// The protocol tried: of the declaration's, TCP first when none is stated.
    public var transport: TransportProtocol
    /// The source address. A loopback address means a connection of this host to itself.
    public var from: IPAddress
    /// The moment; nil takes the moment the tests are run.
    public var at: Instant?
    /// Identities that hold beside those told by address: a process, a session, a grant.
    public var identities: [Name]
    /// What the first bytes are; nil says nothing of them, and then a rule that restricts requests does not match.
    public var request: RequestType?
    /// What must become of it.
    public var expect: Expectation
    /// The rule that must have allowed it.
    public var by: Name?

    /// Creates a test.
    public init(
        name: String, span: SourceSpan, port: Name, number: UInt16, transport: TransportProtocol, from: IPAddress,
        at: Instant?, identities: [Name], request: RequestType?, expect: Expectation, by: Name?
    ) {
        self.name = name
        self.span = span
        self.port = port
        self.number = number
        self.transport = transport
        self.from = from
        self.at = at
        self.identities = identities
        self.request = request
        self.expect = expect
        self.by = by
    }
}
