import CNetlink
import Glibc

/// A netlink socket of libmnl, for asking the kernel one question at a time. Answers are bounded in time and size.
struct NetlinkSocket: ~Copyable {
    /// Why a question has no answer.
    enum Failure: Error, Hashable {
        /// A system call or the kernel's answer says so, in the system's words.
        case system(call: String, errno: Int32)
        /// Nothing came in time.
        case timedOut
        /// More came than a host can have.
        case tooMuch
        /// What came is no netlink message.
        case malformed
        /// The kernel says that the dump is not consistent: something changed while it was read.
        case interrupted
    }

    private let handle: OpaquePointer
    private var sequence: UInt32 = 0
    /// Milliseconds to wait for each part of an answer.
    private let timeoutMilliseconds: Int32
    /// Bytes of one answer, at most.
    private let limit: Int

    /// Opens a socket of a netlink family (NETLINK_NETFILTER is 12, NETLINK_SOCK_DIAG is 4).
    init(family: Int32, timeoutMilliseconds: Int32 = 5_000, limit: Int = 64 << 20) throws(Failure) {
        guard let socket = mnl_socket_open2(family, Int32(SOCK_CLOEXEC.rawValue)) else {
            throw .system(call: "socket", errno: errno)
        }
        guard mnl_socket_bind(socket, 0, pid_t(0)) == 0 else {
            let code = errno
            mnl_socket_close(socket)
            throw .system(call: "bind", errno: code)
        }
        self.timeoutMilliseconds = timeoutMilliseconds
        self.limit = limit
        handle = socket
    }

    deinit { mnl_socket_close(handle) }

    /// Sends a question and returns the payloads of the answer, each with its message type.
    ///
    /// A dump ends with NLMSG_DONE; a single question ends with its first answer.
    mutating func ask(_ request: NetlinkRequest) throws(Failure) -> [(type: UInt16, payload: ArraySlice<UInt8>)] {
        sequence &+= 1
        let bytes = request.bytes(sequence: sequence)
        let sent = mnl_socket_sendto(handle, bytes, bytes.count)
        guard sent == bytes.count else { throw .system(call: "sendto", errno: errno) }
        var answers: [(type: UInt16, payload: ArraySlice<UInt8>)] = []
        var received = 0
        let isDump = request.flags & NetlinkRequest.dump == NetlinkRequest.dump
        while true {
            let part = try receive()
            received += part.count
            guard received <= limit else { throw .tooMuch }
            let messages: [NetlinkReply.Message]
            do throws(NetlinkReply.Malformed) { messages = try NetlinkReply.messages(in: part) } catch {
                throw .malformed
            }
            for message in messages where message.sequence == sequence {
                if message.flags & NetlinkReply.Message.interrupted != 0 { throw .interrupted }
                switch message.type {
                case NetlinkReply.Message.done:
                    return answers
                case NetlinkReply.Message.error:
                    guard let code = NetlinkReply.number(Int32.self, in: message.payload, at: 0) else {
                        throw .malformed
                    }
                    if code == 0 { return answers }
                    throw .system(call: "netlink", errno: code == Int32.min ? Int32.max : -code)
                default:
                    answers.append((message.type, message.payload))
                    if !isDump { return answers }
                }
            }
        }
    }

    private func receive() throws(Failure) -> [UInt8] {
        var poller = pollfd(fd: mnl_socket_get_fd(handle), events: Int16(POLLIN), revents: 0)
        while true {
            let ready = poll(&poller, 1, timeoutMilliseconds)
            if ready > 0 { break }
            if ready == 0 { throw .timedOut }
            let code = errno
            if code != EINTR { throw .system(call: "poll", errno: code) }
        }
        // One datagram of a dump is at most 32 KiB in the kernel (netlink_dump).
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = mnl_socket_recvfrom(handle, &buffer, buffer.count)
            if count >= 0 { return Array(buffer.prefix(count)) }
            let code = errno
            if code != EINTR { throw .system(call: "recvmsg", errno: code) }
        }
    }
}
