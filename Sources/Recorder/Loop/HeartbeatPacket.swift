import Glibc

/// A packet that a rule of the gate logs as a heartbeat: a datagram to the discard port (RFC 863) of this host's own loopback address.
/// When its log message does not come back, no other does.
enum HeartbeatPacket {
    /// The port: `pg_beat` in the gate's table knows it.
    static let port: UInt16 = 9

    /// Sends one, from a port of its own so that it begins a connection. Returns whether it left.
    static func send() -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                sendto(
                    descriptor, "portgate", 8, Int32(MSG_DONTWAIT), pointer,
                    socklen_t(MemoryLayout<sockaddr_in>.size))
                    == 8
            }
        }
    }
}
