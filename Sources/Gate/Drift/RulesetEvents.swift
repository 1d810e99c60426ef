import CNetlink
import Glibc
import Policy

/// What the kernel tells of every transaction of nf_tables: NFT_MSG_NEWGEN of the multicast group NFNLGRP_NFTABLES, which names
/// the process.
public struct RulesetEvents: ~Copyable {
    /// What came.
    public enum Event: Hashable, Sendable {
        /// A transaction.
        case step(RulesetStep)
        /// The kernel had no more room: events are lost, and how many nobody knows.
        case lost
    }

    /// 64 MiB: the default loses 5,800 of 6,000 transactions that come at once.
    static let room: Int32 = 64 << 20
    private let handle: OpaquePointer
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    /// Begins to listen in the network namespace of the calling thread.
    public init() throws(GateFailure) { try self.init(room: Self.room) }

    /// Begins to listen with so many bytes for what was not taken yet.
    init(room: Int32) throws(GateFailure) {
        guard let socket = mnl_socket_open2(12, Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)) else {
            throw .kernelUnreadable("its events: \(SystemError("socket").description)")
        }
        // NFNLGRP_NFTABLES is 7; a group is a bit of the mask.
        guard mnl_socket_bind(socket, 1 << 6, pid_t(0)) == 0 else {
            let error = SystemError("bind")
            mnl_socket_close(socket)
            throw .kernelUnreadable("its events: \(error.description)")
        }
        var size = room
        let descriptor = mnl_socket_get_fd(socket)
        let length = socklen_t(MemoryLayout<Int32>.size)
        // Without CAP_NET_ADMIN in the first user namespace as much as there may be.
        if setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, length) != 0 {
            _ = setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, length)
        }
        handle = socket
    }

    deinit { mnl_socket_close(handle) }

    /// Waits until something can be read, for so long at most; a signal ends the waiting. Returns whether something can.
    public func wait(milliseconds: Int32) -> Bool {
        var poller = pollfd(fd: mnl_socket_get_fd(handle), events: Int16(POLLIN), revents: 0)
        return poll(&poller, 1, milliseconds) > 0
    }

    /// Takes everything that has come.
    public mutating func take() throws(GateFailure) -> [Event] {
        var events: [Event] = []
        while true {
            let count = recv(mnl_socket_get_fd(handle), &buffer, buffer.count, 0)
            if count >= 0 {
                Self.read(Array(buffer.prefix(count)), &events)
                continue
            }
            let error = SystemError("recv")
            switch error.code {
            case EAGAIN: return events
            case EINTR: continue
            case ENOBUFS: events.append(.lost)
            default: throw .kernelUnreadable("its events: \(error.description)")
            }
        }
    }

    /// Reads the steps out of one datagram; what is none is passed over.
    static func read(_ bytes: [UInt8], _ events: inout [Event]) {
        let messages: [NetlinkReply.Message]
        do throws(NetlinkReply.Malformed) { messages = try NetlinkReply.messages(in: bytes) } catch {
            events.append(.lost)
            return
        }
        for message in messages where message.type == NetfilterQuery.subsystem | 15 {
            guard let attributes = try? NetfilterQuery.attributes(message.payload),
                let generation = NetlinkReply.networkNumber(UInt32.self, in: attributes[1] ?? [])
            else {
                events.append(.lost)
                continue
            }
            let name = NetlinkReply.text(attributes[3] ?? [])
            events.append(
                .step(
                    RulesetStep(
                        generation: generation,
                        process: NetlinkReply.networkNumber(UInt32.self, in: attributes[2] ?? []) ?? 0, name: name)))
        }
    }
}
