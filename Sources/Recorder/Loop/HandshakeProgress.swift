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
