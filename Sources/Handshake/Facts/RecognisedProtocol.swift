/// A protocol that is recognised by its first bytes.
public enum RecognisedProtocol: String, Hashable, Sendable, CaseIterable {
    /// TLS, whatever is inside.
    case tls
    /// HTTP/1, and HTTP/2 without TLS by its preface.
    case http
    /// SSH.
    case ssh
    /// PostgreSQL, in plain text or before its TLS.
    case postgresql
    /// Redis' protocol RESP; nothing is read of it.
    case redis
    /// DNS, over UDP or TCP; nothing is read of it.
    case dns
}
