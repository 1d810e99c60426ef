/// Who sent bytes of a connection.
public enum Direction: Hashable, Sendable, CustomStringConvertible {
    /// The side that opened the connection.
    case client
    /// The side that was connected to.
    case server

    /// `client` or `server`.
    public var description: String {
        switch self {
        case .client: "client"
        case .server: "server"
        }
    }
}
