/// Where a TLS sink is, and how it is known.
public struct TLSAddress: Hashable, Sendable {
    /// The port that RFC 5425, section 4.1, reserves.
    public static let standardPort: UInt16 = 6514

    /// A name, or an address of IPv4 or IPv6 without brackets.
    public let host: String
    /// The TCP port.
    public let port: UInt16
    /// The name or address that the receiver's certificate must have.
    public let serverName: String
    /// Whom to trust and who we are.
    public let files: TLSFiles
    /// For how long records may wait, in seconds, until the receiver is made to prove that it has read them.
    public let confirmSeconds: Int64

    /// Host and port, for messages.
    var subject: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
