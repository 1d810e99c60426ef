import Glibc
public import Host

/// A socket that hears of the changes and the ends of tracked connections, in the network namespace of the thread that opened
/// it.
public struct ConntrackSocket: ~Copyable {
    /// Bytes of the receive buffer that were given.
    public var receiveBuffer: Int { receiver.room }
    private var receiver: NetlinkReceiver

    /// Joins NFNLGRP_CONNTRACK_UPDATE and _DESTROY.
    ///
    /// The end of a connection is told again until there is room for it (NETLINK_BROADCAST_ERROR); a change is not.
    public init(receiveBuffer: Int = 32 << 20) throws(HostError) {
        receiver = try Self.join(receiveBuffer)
    }

    private static func join(_ room: Int) throws(HostError) -> NetlinkReceiver {
        do throws(Errno) { return try open(room) } catch {
            throw HostError(
                "listen to", "conntrack", error, advice: error == .notPermitted ? "it needs CAP_NET_ADMIN" : nil)
        }
    }

    private static func open(_ room: Int) throws(Errno) -> NetlinkReceiver {
        var receiver = try NetlinkReceiver(slot: 4 << 10, slots: 64)
        try receiver.makeRoom(bytes: room)
        try receiver.set(.noBufferErrors)
        try receiver.set(.broadcastError)
        for group: Int32 in [2, 3] { try receiver.set(.addMembership, to: group) }
        return receiver
    }

    /// The descriptor to wait for.
    public var descriptor: Int32 { receiver.descriptor }

    /// The datagrams that the kernel had no room for since the socket was opened, those among them that it sent again; the
    /// number wraps at 2^32.
    public var drops: UInt32 { receiver.drops }

    /// Takes what has come, without waiting; returns how many datagrams that were.
    public mutating func receive() throws(Errno) -> Int { try receiver.receive() }

    /// A datagram of those that were received last; it lasts until the next ones are.
    public func datagram(_ index: Int) -> UnsafeRawBufferPointer { receiver.datagram(index) }

    /// Whether more came in a datagram than there was room for.
    public func isCut(_ index: Int) -> Bool { receiver.isCut(index) }
}
