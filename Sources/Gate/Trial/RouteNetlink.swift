import Glibc
import Policy

/// Interfaces, addresses and routes of the calling thread's network namespace, by rtnetlink(7).
struct RouteNetlink: ~Copyable {
    private let socket: Int32

    /// Opens a netlink socket in the calling thread's network namespace.
    init() throws(KernelTrialError) {
        let descriptor = Glibc.socket(AF_NETLINK, Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue), Self.routeProtocol)
        guard descriptor >= 0 else { throw .system(call: "socket", errno: errno) }
        socket = descriptor
    }

    deinit { close(socket) }

    /// Brings an interface up.
    func bringUp(_ interface: UInt32) throws(KernelTrialError) {
        // struct ifinfomsg: family, padding, type, index, flags, change; IFF_UP is bit 0 of the last two.
        try request(16, flags: 0, Self.host([UInt32(0), interface, 1, 1]))
    }

    /// Gives an interface an address that covers nothing but itself.
    func add(_ address: IPAddress, to interface: UInt32) throws(KernelTrialError) {
        let octets = TrialPacket.octets(address)
        // struct ifaddrmsg: family, prefix length, IFA_F_NODAD, scope, index; then IFA_LOCAL and IFA_ADDRESS.
        let body: [UInt8] = [Self.family(address), UInt8(octets.count * 8), 0x02, 0] + Self.host([interface])
        try request(20, flags: Self.create, body + Self.attribute(2, octets) + Self.attribute(1, octets))
    }

    /// Routes everything of a family through an interface.
    func addDefaultRoute(like address: IPAddress, through interface: UInt32) throws(KernelTrialError) {
        // struct rtmsg: family, lengths, service, table main, protocol static, scope universe, type unicast, flags; RTA_OIF.
        let body: [UInt8] = [Self.family(address), 0, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0]
        try request(24, flags: Self.create, body + Self.attribute(4, Self.host([interface])))
    }

    private static let routeProtocol: Int32 = 0
    private static let create: UInt16 = 0x400

    private static func family(_ address: IPAddress) -> UInt8 {
        switch address {
        case .v4: UInt8(AF_INET)
        case .v6: UInt8(AF_INET6)
        }
    }

    private static func host(_ words: [some FixedWidthInteger]) -> [UInt8] {
        words.flatMap { word in withUnsafeBytes(of: word) { Array($0) } }
    }

    private static func attribute(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
        let padding = [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
        return host([UInt16(4 + value.count), type]) + value + padding
    }

    // Sends one request and reads its acknowledgement.
    private func request(_ type: UInt16, flags: UInt16, _ body: [UInt8]) throws(KernelTrialError) {
        // struct nlmsghdr: length, type, flags (request, acknowledge), sequence, port.
        let message =
            Self.host([UInt32(16 + body.count)]) + Self.host([type, 0x5 | flags]) + Self.host([UInt32(1), 0]) + body
        guard send(socket, message, message.count, 0) == message.count else {
            throw .system(call: "netlink send", errno: errno)
        }
        var reply = [UInt8](repeating: 0, count: 4096)
        let length = recv(socket, &reply, reply.count, 0)
        guard length >= 20 else { throw .system(call: "netlink recv", errno: length < 0 ? errno : EBADMSG) }
        // NLMSG_ERROR holds a negative errno, or 0 for an acknowledgement.
        let code = reply.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 16, as: Int32.self) }
        guard code == 0 else { throw .system(call: "netlink request \(type)", errno: -code) }
    }
}
