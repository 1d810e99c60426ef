import CLinux
import Glibc
import Policy

/// Interfaces, addresses and routes of the calling thread's network namespace, by rtnetlink(7).
struct RouteNetlink: ~Copyable {
    private let socket: Int32
    /// Receives every change of the IPv6 routes since this was made.
    private let changes: Int32

    /// Opens two netlink sockets in the calling thread's network namespace.
    init() throws(KernelTrialError) {
        let requests = try Self.open(groups: 0)
        do throws(KernelTrialError) {
            changes = try Self.open(groups: Self.routesOfIPv6)
        } catch {
            close(requests)
            throw error
        }
        socket = requests
    }

    deinit {
        close(socket)
        close(changes)
    }

    /// Brings an interface up.
    func bringUp(_ interface: UInt32) throws(KernelTrialError) {
        // struct ifinfomsg: family, padding, type, index, flags, change; IFF_UP is bit 0 of the last two.
        try request(16, flags: 0, Self.host([UInt32(0), interface, 1, 1]))
    }

    /// Gives an interface an address that covers nothing but itself, and waits until packets to it are the host's.
    ///
    /// The kernel makes an IPv6 address usable only after it has acknowledged it, when its route appears.
    func add(_ address: IPAddress, to interface: UInt32) throws(KernelTrialError) {
        let octets = TrialPacket.octets(address)
        // struct ifaddrmsg: family, prefix length, IFA_F_NODAD, scope, index; then IFA_LOCAL and IFA_ADDRESS.
        let body: [UInt8] = [Self.family(address), UInt8(octets.count * 8), 0x02, 0] + Self.host([interface])
        try request(20, flags: Self.create, body + Self.attribute(2, octets) + Self.attribute(1, octets))
        if !address.isV4 { try awaitLocalRoute(to: octets) }
    }

    /// Routes everything of a family through an interface.
    func addDefaultRoute(like address: IPAddress, through interface: UInt32) throws(KernelTrialError) {
        // struct rtmsg: family, lengths, service, table main, protocol static, scope universe, type unicast, flags; RTA_OIF.
        let body: [UInt8] = [Self.family(address), 0, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0]
        try request(24, flags: Self.create, body + Self.attribute(4, Self.host([interface])))
    }

    // NETLINK_ROUTE and RTMGRP_IPV6_ROUTE.
    private static let routeProtocol: Int32 = 0
    private static let routesOfIPv6: UInt32 = 0x400
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

    private static func open(groups: UInt32) throws(KernelTrialError) -> Int32 {
        let descriptor = portgate_raw_socket(AF_NETLINK, routeProtocol)
        guard descriptor >= 0 else { throw .system(call: "socket", errno: errno) }
        // struct sockaddr_nl: family, padding, port, groups.
        let name = host([UInt16(AF_NETLINK), 0]) + host([UInt32(0), groups])
        let bound = name.withUnsafeBytes { raw in
            bind(descriptor, raw.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(raw.count))
        }
        guard bound == 0 else {
            let reason = errno
            close(descriptor)
            throw .system(call: "bind", errno: reason)
        }
        return descriptor
    }

    // Waits for the route of table local that makes an address the host's.
    private func awaitLocalRoute(to octets: [UInt8]) throws(KernelTrialError) {
        let wanted = Self.attribute(1, octets)
        while true {
            var waiting = pollfd(fd: changes, events: Int16(POLLIN), revents: 0)
            let ready = poll(&waiting, 1, 5_000)
            if ready < 0, errno == EINTR { continue }
            guard ready > 0 else { throw .system(call: "address", errno: ETIMEDOUT) }
            var message = [UInt8](repeating: 0, count: 8192)
            let length = recv(changes, &message, message.count, 0)
            // A notification is one RTM_NEWROUTE: header, struct rtmsg with the table in its fifth byte, attributes.
            guard length >= 28, message[4] == 24, message[5] == 0, message[20] == 255 else { continue }
            let attributes = message[28..<length]
            let isThere = attributes.indices.dropLast(wanted.count - 1).contains { start in
                attributes[start..<(start + wanted.count)].elementsEqual(wanted)
            }
            if isThere { return }
        }
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
