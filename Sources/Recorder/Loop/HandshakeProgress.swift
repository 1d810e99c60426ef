/// What is known after a segment.
public enum HandshakeProgress: UInt8, Hashable, Sendable {
    /// Nothing yet.
    case more
    /// There are facts; more may come.
    case facts
    /// There are facts, and no more will come.
    case complete
    /// The handshake of TLS failed.
    case failed
    /// The bytes are of no protocol that the port declares.
    case unexpected
    /// There is nothing to be known of this connection.
    case nothing
}
