public import Policy

/// A socket of this host that waits for connections or datagrams.
public struct ListeningSocket: Hashable, Sendable {
    /// The protocol: TCP or UDP.
    public let transport: TransportProtocol
    /// The address bound; nil is every address of the family.
    public let address: IPAddress?
    /// Whether the socket is of IPv6.
    public let isIPv6: Bool
    /// The port bound.
    public let port: UInt16
    /// The interface bound, by its index; 0 is none.
    public let interface: UInt32
    /// The user who made the socket.
    public let user: UInt32
    /// The inode, by which /proc tells the process.
    public let inode: UInt32

    /// Creates a description.
    public init(
        transport: TransportProtocol, address: IPAddress?, isIPv6: Bool, port: UInt16, interface: UInt32 = 0,
        user: UInt32, inode: UInt32
    ) {
        self.transport = transport
        self.address = address
        self.isIPv6 = isIPv6
        self.port = port
        self.interface = interface
        self.user = user
        self.inode = inode
    }

    /// Whether only this host itself can reach the socket.
    public var isLoopbackOnly: Bool { address?.isLoopback ?? false }
}
