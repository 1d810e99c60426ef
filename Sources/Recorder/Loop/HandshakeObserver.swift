/// A segment of a connection, for whoever reads handshakes.
public struct HandshakeSegment: Hashable, Sendable {
    /// The connection's number: less than ``RecorderLimits/connections``, and given again when the connection was forgotten.
    public let connection: Int
    /// The declared port, by its place in the policy; negative when it is declared nowhere.
    public let port: Int32
    /// The transport protocol's number.
    public let transport: UInt8
    /// Whether it comes from whom the connection began.
    public let isFromClient: Bool
    /// The sequence number of TCP of the first byte.
    public let sequence: UInt32
}

/// What is known after a segment.
public enum HandshakeProgress: UInt8, Hashable, Sendable {
    /// Nothing yet.
    case more
    /// There are facts to be recorded.
    case facts
    /// The handshake of TLS failed.
    case failed
    /// The bytes are of no protocol that the port declares.
    case unexpected
    /// There is nothing to be known of this connection.
    case nothing
}

/// Reads handshakes out of segments. It is called for each record and must not allocate in the steady state.
public protocol HandshakeObserver: AnyObject {
    /// Takes a segment's payload, which lasts as long as the call.
    func take(_ segment: HandshakeSegment, payload: RawSpan) -> HandshakeProgress
    /// Appends what is known of a connection: members of an object, each with a comma before it (`,"tls":{…}`).
    func append(connection: Int, to line: inout [UInt8])
    /// Forgets a connection.
    func forget(connection: Int)
}
