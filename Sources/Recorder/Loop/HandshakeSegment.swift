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
    /// When it was received, in nanoseconds of the boot's clock.
    public let time: Int64
}
