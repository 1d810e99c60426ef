import Glibc

/// A packet that a rule of the gate logs as a heartbeat: a datagram to the discard port (RFC 863) of this host's own loopback address.
/// When its log message does not come back, no other does.
enum HeartbeatPacket {
    /// The port: `pg_beat` in the gate's table knows it.
    static let port: UInt16 = 9

    /// Sends one, from a port of its own so that it begins a connection. Returns whether it left.
    ///
    /// - Parameter isDurable: whether it also says that a durable ledger takes records, by what it holds. The kernel then lets new
    ///   connections in to the ports that need one, of the family over which it hears it.
    static func send(isDurable: Bool) -> Bool {
        let words = isDurable ? "durable!" : "portgate"
        var v4 = sockaddr_in()
        v4.sin_family = sa_family_t(AF_INET)
        v4.sin_port = port.bigEndian
        v4.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let hasLeft = send(words, AF_INET, &v4)
        guard isDurable else { return hasLeft }
        // A host without IPv6 has nobody to let in over it.
        var v6 = sockaddr_in6()
        v6.sin6_family = sa_family_t(AF_INET6)
        v6.sin6_port = port.bigEndian
        v6.sin6_addr.__in6_u.__u6_addr8.15 = 1
        _ = send(words, AF_INET6, &v6)
        return hasLeft
    }

    private static func send<Address>(_ words: String, _ family: Int32, _ address: inout Address) -> Bool {
        let descriptor = socket(family, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let size = socklen_t(MemoryLayout<Address>.size)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                sendto(descriptor, words, words.utf8.count, Int32(MSG_DONTWAIT), pointer, size) == words.utf8.count
            }
        }
    }
}
