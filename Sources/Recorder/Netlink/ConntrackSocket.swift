import Glibc
public import Host

/// A socket that hears of the changes and the ends of tracked connections, in the network namespace of the thread that opened
/// it, and can ask for those there are.
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

    /// Hands over every tracked connection whose mark has some of the bits of a mask, over a socket of its own.
    ///
    /// - Throws: after `seconds`, and what the kernel says.
    public static func dump(
        markMask: UInt32, seconds: Int64 = 10, _ take: (ConntrackEvent) -> Void
    ) throws(HostError) {
        do throws(Errno) {
            var receiver = try NetlinkReceiver(slot: 64 << 10, slots: 8)
            // IPCTNL_MSG_CT_GET; NLM_F_REQUEST and NLM_F_DUMP. The kernel asks for one value of the masked bits, not for any of
            // them: the choice is made here.
            try receiver.send(ConfigurationMessage(type: 1 << 8 | 1, flags: 0x301, sequence: 1).bytes)
            let end = BootClock.moment(after: .seconds(seconds))
            while true {
                guard BootClock.nanoseconds < end, try receiver.wait(milliseconds: 5_000) else {
                    throw Errno(ETIMEDOUT)
                }
                let count = try receiver.receive()
                for index in 0..<count where try read(receiver.datagram(index).bytes, markMask, take) { return }
            }
        } catch { throw HostError("read", "the connections of the kernel", error) }
    }

    /// Hands over the connections of a part of a dump; returns whether it was the last.
    private static func read(
        _ bytes: RawSpan, _ mask: UInt32, _ take: (ConntrackEvent) -> Void
    ) throws(Errno) -> Bool {
        var decoder = ConntrackDecoder(byteCount: bytes.byteCount)
        while let item = decoder.next(in: bytes) {
            switch item {
            case .event(let event): if event.mark & mask != 0 { take(event) }
            case .done(let code):
                guard code == 0 else { throw Errno(code) }
                return true
            case .malformed: throw Errno(EBADMSG)
            case .overrun, .other: continue
            }
        }
        return false
    }
}
