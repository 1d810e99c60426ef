import Glibc
public import Host

/// A socket that asks for all tracked connections of the network namespace of the thread that opened it, and takes the answer
/// in parts. Asking makes the kernel forget those that have expired, which it else does within a minute.
public struct ConntrackDump: ~Copyable {
    private var receiver: NetlinkReceiver
    private var sequence: UInt32 = 0

    /// Opens the socket.
    public init() throws(HostError) { receiver = try Self.open() }

    private static func open() throws(HostError) -> NetlinkReceiver {
        // netlink_dump makes parts of at most 32 KiB.
        do throws(Errno) { return try NetlinkReceiver(slot: 64 << 10, slots: 4) } catch {
            throw HostError("open", "a socket for the connections of the kernel", error)
        }
    }

    /// The descriptor to wait for.
    public var descriptor: Int32 { receiver.descriptor }

    /// Asks; not while an answer is still to come.
    public mutating func ask() throws(Errno) {
        sequence &+= 1
        // IPCTNL_MSG_CT_GET; NLM_F_REQUEST and NLM_F_DUMP.
        try receiver.send(ConfigurationMessage(type: 1 << 8 | 1, flags: 0x301, sequence: sequence).bytes)
    }

    /// Takes what has come of the answer, without waiting; returns how many datagrams that were.
    public mutating func receive() throws(Errno) -> Int { try receiver.receive() }

    /// A datagram of those that were received last; it lasts until the next ones are.
    public func datagram(_ index: Int) -> UnsafeRawBufferPointer { receiver.datagram(index) }

    /// Waits until something comes; false when nothing does in time.
    public func wait(milliseconds: Int32) throws(Errno) -> Bool { try receiver.wait(milliseconds: milliseconds) }
}
