/// A packet that a rule has logged, as the kernel tells of it (linux/netfilter/nfnetlink_log.h). Ranges are places in the
/// datagram it came in.
public struct NflogPacket: Hashable, Sendable {
    /// The group it was logged to.
    public var group: UInt16 = 0
    /// The hook: 0 prerouting, 1 input, 2 forward, 3 output, 4 postrouting.
    public var hook: UInt8 = 0
    /// The link layer's protocol number: 0x0800 IPv4, 0x86dd IPv6.
    public var hardwareProtocol: UInt16 = 0
    /// The rule's prefix, without its zero byte.
    public var prefix = ByteRange.empty
    /// The packet, as much as was copied.
    public var payload = ByteRange.empty
    /// The number of the interface it came by; 0 when it came by none.
    public var inInterface: UInt32 = 0
    /// The number of the interface it leaves by; 0 when that is not known.
    public var outInterface: UInt32 = 0
    /// The packet's mark.
    public var mark: UInt32 = 0
    /// The number of the packet among those logged to the group since it was bound.
    public var sequence: UInt32?
    /// The number of the packet among all that were logged in the network namespace.
    public var globalSequence: UInt32?
    /// When it came, in nanoseconds since 1970; what is sent by this host has none.
    public var time: Int64?
    /// Whose socket sent it; only on output.
    public var user: UInt32?
    /// The group of whose socket sent it; only on output.
    public var userGroup: UInt32?
    /// The hardware address it came from, in 48 bits, where the link has such addresses.
    public var hardwareAddress: UInt64?

    /// Creates a packet of which nothing is told.
    public init() {}
}
