/// What the first request and the first answer of an HTTP connection told (RFC 9112).
public struct HTTPFacts: Hashable, Sendable {
    static let mostMethodBytes = 32
    static let mostPathBytes = 512
    static let mostHostBytes = 255

    /// The method, as it was written.
    public internal(set) var method: String?
    /// The path without its query, which may hold secrets. `*` and `host:port` where the method has such.
    public internal(set) var path: String?
    /// The version after `HTTP/`; nil when the request line has none.
    public internal(set) var version: String?
    /// The Host field, or the host of a request line that has one; without user and password.
    public internal(set) var host: String?
    /// The number of the answer that is the last: those from 100 on are stepped over, but for 101.
    public internal(set) var status: UInt16?
}
