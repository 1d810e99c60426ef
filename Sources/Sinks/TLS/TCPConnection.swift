import CLinux
import Glibc
import Host

/// Connects by TCP.
enum TCPConnection {
    /// Connects to the first address of a host that answers; each has its share of the time that is left.
    ///
    /// Only the look-up of the name does not keep to the deadline: `getaddrinfo(3)` keeps to resolv.conf(5).
    static func open(host: String, port: UInt16, until deadline: Int64) throws(SinkFailure) -> Descriptor {
        let subject = "\(host):\(port)"
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let outcome = getaddrinfo(host, String(port), &hints, &list)
        guard outcome == 0, let list else {
            let reason = outcome == EAI_SYSTEM ? Errno(errno).description : String(cString: gai_strerror(outcome))
            throw SinkFailure(
                "look up", host, reason: reason, advice: "look at the name, and at /etc/resolv.conf, or give an address"
            )
        }
        defer { freeaddrinfo(list) }
        var left: Int64 = 0
        var next: UnsafeMutablePointer<addrinfo>? = list
        while let address = next {
            left += 1
            next = address.pointee.ai_next
        }
        next = list
        var last = Errno(ETIMEDOUT)
        while let address = next {
            let now = BootClock.nanoseconds
            let share = now &+ max(0, deadline &- now) / max(left, 1)
            do throws(Errno) { return try connected(address.pointee, until: share) } catch { last = error }
            left -= 1
            next = address.pointee.ai_next
        }
        throw SinkFailure(
            "connect to", subject, last,
            advice: "look whether the receiver listens there and nothing between refuses the port")
    }

    private static func connected(_ address: addrinfo, until deadline: Int64) throws(Errno) -> Descriptor {
        let flags = Int32(bitPattern: SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let number = socket(address.ai_family, address.ai_socktype | flags, address.ai_protocol)
        guard number >= 0 else { throw Errno(errno) }
        let socket = Descriptor(owning: number)
        var isOn: Int32 = 1
        // A receiver whose host is gone is noticed also while nothing is sent.
        setsockopt(number, SOL_SOCKET, SO_KEEPALIVE, &isOn, socklen_t(MemoryLayout<Int32>.size))
        if connect(number, address.ai_addr, address.ai_addrlen) != 0 {
            guard errno == EINPROGRESS || errno == EINTR else { throw Errno(errno) }
            guard Waiting.until(deadline, number, POLLOUT) else { throw Errno(ETIMEDOUT) }
            let error = portgate_socket_error(number)
            guard error == 0 else { throw Errno(error < 0 ? errno : error) }
        }
        return socket
    }
}
