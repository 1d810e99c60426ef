import CLinux
public import Host

/// A socket that hears of the packets that rules log to a group, in the network namespace of the thread that opened it.
/// It is the only one: a group has one listener.
public struct NflogSocket: ~Copyable {
    /// The group.
    public let group: UInt16
    /// Bytes of the receive buffer that were given; fewer than were asked for without CAP_NET_ADMIN in the first namespace.
    public var receiveBuffer: Int { receiver.room }
    private var receiver: NetlinkReceiver

    /// The longest datagram: what is gathered, or one packet that is longer.
    private static let slot = 32 << 10

    /// Binds a group (NFULNL_CFG_CMD_BIND).
    ///
    /// - Throws: when somebody else listens to the group, and when the right to do so is missing.
    public init(group: UInt16, settings: NflogSettings = NflogSettings()) throws(HostError) {
        receiver = try Self.bind(group, settings)
        self.group = group
    }

    private static func bind(_ group: UInt16, _ settings: NflogSettings) throws(HostError) -> NetlinkReceiver {
        do throws(Errno) { return try open(group, settings) } catch {
            throw HostError("listen to", "NFLOG group \(group)", error, advice: advice(for: error, group: group))
        }
    }

    private static func open(_ group: UInt16, _ settings: NflogSettings) throws(Errno) -> NetlinkReceiver {
        var receiver = try NetlinkReceiver(slot: slot, slots: 32)
        try receiver.makeRoom(bytes: settings.receiveBuffer)
        // One that overran is not deaf until it is empty.
        try receiver.set(.noBufferErrors)
        // NFNL_SUBSYS_ULOG, NFULNL_MSG_CONFIG; NLM_F_REQUEST and NLM_F_ACK. NFULA_CFG_CMD, _MODE, _NLBUFSIZ, _TIMEOUT, _QTHRESH
        // and _FLAGS in one message: from the first packet on there are sequence numbers, so that one that comes before the
        // answer does is missed, but not unnoticed. Both flags (F_SEQ, F_SEQ_GLOBAL) are as old as the group itself; one that
        // a kernel may refuse, as F_CONNTRACK, would refuse the whole message.
        var message = ConfigurationMessage(type: 4 << 8 | 1, flags: 5, resource: group, sequence: 1)
        message.attribute(1, [1])
        message.attribute(2, withUnsafeBytes(of: settings.copyRange.bigEndian) { Array($0) } + [2, 0])
        message.attribute(3, number: min(settings.gatherBytes, UInt32(slot)))
        message.attribute(4, number: settings.queueTimeout)
        message.attribute(5, number: settings.queueThreshold)
        message.attribute(6, number: UInt16(3))
        try receiver.send(message.bytes)
        try receiver.awaitAnswer(to: 1)
        return receiver
    }

    private static func advice(for error: Errno, group: UInt16) -> String? {
        guard error == .notPermitted || error == .busy else { return nil }
        // CAP_NET_ADMIN: with it, only a listener of another socket is refused.
        guard portgate_has_capabilities(1 << 12) != 0 else { return "it needs CAP_NET_ADMIN" }
        guard let owner = NflogOwner.port(ofGroup: group) else { return "another program listens to it" }
        return "another program listens to it, netlink port \(owner), which is mostly its process"
    }

    /// Gives the group back (NFULNL_CFG_CMD_UNBIND). What the kernel has gathered comes at once, and nothing after it.
    public func unbind() throws(Errno) {
        var message = ConfigurationMessage(type: 4 << 8 | 1, flags: 1, resource: group, sequence: 2)
        message.attribute(1, [2])
        try receiver.send(message.bytes)
    }

    /// The descriptor to wait for.
    public var descriptor: Int32 { receiver.descriptor }

    /// The datagrams that the kernel had no room for since the socket was opened; the number wraps at 2^32.
    public var drops: UInt32 { receiver.drops }

    /// Takes what has come, without waiting; returns how many datagrams that were.
    public mutating func receive() throws(Errno) -> Int { try receiver.receive() }

    /// A datagram of those that were received last; it lasts until the next ones are.
    public func datagram(_ index: Int) -> UnsafeRawBufferPointer { receiver.datagram(index) }

    /// Whether more came in a datagram than there was room for.
    public func isCut(_ index: Int) -> Bool { receiver.isCut(index) }
}
