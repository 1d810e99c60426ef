import CNetlink
import Glibc
import Nftables

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
    /// What was received last. One datagram of a dump is at most 32 KiB in the kernel (netlink_dump).
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

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
        try send(request.bytes(sequence: sequence))
        var answers: [(type: UInt16, payload: ArraySlice<UInt8>)] = []
        var received = 0
        let isDump = request.flags & NetlinkRequest.dump == NetlinkRequest.dump
        while true {
            let count = try receive()
            let part = Array(buffer.prefix(count))
            received += count
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

    /// Sends a question for everything there is and hands over each message of the answer, however many they are. The bytes
    /// last as long as the call.
    mutating func dump(
        _ request: NetlinkRequest, _ take: (NetlinkBytes.Message) throws(NetlinkReply.Malformed) -> Void
    ) throws(Failure) {
        sequence &+= 1
        try send(request.bytes(sequence: sequence))
        let sequence = sequence
        var isDone = false
        while !isDone {
            isDone = try eachMessage { message throws(Failure) in
                guard message.sequence == sequence else { return false }
                if message.flags & NetlinkReply.Message.interrupted != 0 { throw .interrupted }
                switch message.type {
                case NetlinkReply.Message.done, NetlinkReply.Message.error:
                    guard message.payload.count >= 4 else { throw .malformed }
                    let code = message.payload.loadUnaligned(as: Int32.self)
                    guard code == 0 else { throw .system(call: "netlink", errno: code == .min ? .max : -code) }
                    return true
                default:
                    do throws(NetlinkReply.Malformed) { try take(message) } catch { throw .malformed }
                    return false
                }
            }
        }
    }

    /// Sends bytes as they are.
    mutating func send(_ bytes: [UInt8]) throws(Failure) {
        while true {
            let sent = mnl_socket_sendto(handle, bytes, bytes.count)
            if sent == bytes.count { return }
            let code = sent < 0 ? errno : EMSGSIZE
            if code != EINTR { throw .system(call: "sendto", errno: code) }
        }
    }

    /// Receives one part and hands over its messages until one of them is the last; returns whether there was one.
    mutating func eachMessage(
        _ body: (NetlinkBytes.Message) throws(Failure) -> Bool
    ) throws(Failure) -> Bool {
        let count = try receive()
        let result: Result<Bool, Failure> = buffer.withUnsafeBytes { bytes in
            do throws(Failure) {
                var messages = NetlinkBytes(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
                while true {
                    let next: NetlinkBytes.Message?
                    do throws(NetlinkReply.Malformed) { next = try messages.nextMessage() } catch { throw .malformed }
                    guard let next else { return .success(false) }
                    if try body(next) { return .success(true) }
                }
            } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// Asks for errors that name the place in a message (NETLINK_EXT_ACK) and do not repeat it (NETLINK_CAP_ACK), and makes
    /// room for sending so many bytes at once. Where the kernel does not allow it, sending says so.
    func prepareForTransaction(bytes: Int) {
        var on: Int32 = 1
        _ = mnl_socket_setsockopt(handle, 11, &on, socklen_t(MemoryLayout<Int32>.size))
        _ = mnl_socket_setsockopt(handle, 10, &on, socklen_t(MemoryLayout<Int32>.size))
        guard bytes > 100_000 else { return }
        var size = Int32(clamping: bytes + (64 << 10))
        let descriptor = mnl_socket_get_fd(handle)
        let length = socklen_t(MemoryLayout<Int32>.size)
        if setsockopt(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, &size, length) != 0 {
            _ = setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, length)
        }
    }

    /// Whether something can be received at once.
    var hasMore: Bool {
        var poller = pollfd(fd: mnl_socket_get_fd(handle), events: Int16(POLLIN), revents: 0)
        return poll(&poller, 1, 0) > 0
    }

    /// Receives one part of an answer into the buffer; returns its bytes.
    private mutating func receive() throws(Failure) -> Int {
        var poller = pollfd(fd: mnl_socket_get_fd(handle), events: Int16(POLLIN), revents: 0)
        while true {
            let ready = poll(&poller, 1, timeoutMilliseconds)
            if ready > 0 { break }
            if ready == 0 { throw .timedOut }
            let code = errno
            if code != EINTR { throw .system(call: "poll", errno: code) }
        }
        while true {
            let count = mnl_socket_recvfrom(handle, &buffer, buffer.count)
            if count >= 0 { return count }
            let code = errno
            if code != EINTR { throw .system(call: "recvmsg", errno: code) }
        }
    }
}
