import Policy

/// Asks the kernel for the listening sockets of this network namespace (sock_diag(7)).
struct SocketDiagnosis: ~Copyable {
    /// struct inet_diag_msg without attributes.
    private static let messageSize = 72
    private var socket: NetlinkSocket

    /// Opens a socket in the network namespace of the calling thread.
    init(timeoutMilliseconds: Int32 = 5_000) throws(NetlinkSocket.Failure) {
        socket = try NetlinkSocket(family: 4, timeoutMilliseconds: timeoutMilliseconds)
    }

    /// Reads listening TCP sockets and unconnected UDP sockets of both families.
    mutating func listening() throws(NetlinkSocket.Failure) -> [ListeningSocket] {
        var found: [ListeningSocket] = []
        // States by bit: TCP_LISTEN is 10; an unconnected UDP socket is TCP_CLOSE, 7.
        for (transport, state) in [(TransportProtocol.tcp, 10), (.udp, 7)] as [(TransportProtocol, UInt32)] {
            for family: UInt8 in [2, 10] {
                // SOCK_DIAG_BY_FAMILY with struct inet_diag_req_v2.
                var request = NetlinkRequest(type: 20, flags: NetlinkRequest.request | NetlinkRequest.dump)
                request.append([family, transport.rawValue, 0, 0])
                request.append(NetlinkRequest.native(UInt32(1) << state))
                request.append([UInt8](repeating: 0, count: 48))
                for answer in try socket.ask(request) where answer.type == 20 {
                    guard let one = Self.socket(in: answer.payload, transport: transport) else { throw .malformed }
                    if one.port != 0 { found.append(one) }
                }
            }
        }
        return found
    }

    /// Reads TCP connections that are established, those that this host opened among them.
    mutating func established() throws(NetlinkSocket.Failure) -> [OpenConnection] {
        var found: [OpenConnection] = []
        for family: UInt8 in [2, 10] {
            var request = NetlinkRequest(type: 20, flags: NetlinkRequest.request | NetlinkRequest.dump)
            request.append([family, TransportProtocol.tcp.rawValue, 0, 0])
            // TCP_ESTABLISHED is 1, and TCP_CLOSE_WAIT, in which the host may still send, 8.
            request.append(NetlinkRequest.native(UInt32(1) << 1 | 1 << 8))
            request.append([UInt8](repeating: 0, count: 48))
            for answer in try socket.ask(request) where answer.type == 20 {
                guard let one = OpenConnection(inDiagnosis: answer.payload) else { throw .malformed }
                found.append(one)
            }
        }
        return found
    }

    /// Reads one struct inet_diag_msg; nil when it is too short or of another family.
    static func socket(in payload: ArraySlice<UInt8>, transport: TransportProtocol) -> ListeningSocket? {
        guard payload.count >= messageSize, let family = payload.first, family == 2 || family == 10,
            let port = NetlinkReply.networkNumber(UInt16.self, in: payload, at: 4),
            let interface = NetlinkReply.number(UInt32.self, in: payload, at: 40),
            let user = NetlinkReply.number(UInt32.self, in: payload, at: 64),
            let inode = NetlinkReply.number(UInt32.self, in: payload, at: 68)
        else { return nil }
        let address: IPAddress?
        if family == 2 {
            guard let bits = NetlinkReply.networkNumber(UInt32.self, in: payload, at: 8) else { return nil }
            address = bits == 0 ? nil : .v4(IPv4Address(bits: bits))
        } else {
            guard let bits = NetlinkReply.networkNumber(UInt128.self, in: payload, at: 8) else { return nil }
            if bits >> 32 == 0xffff {
                address = .v4(IPv4Address(bits: UInt32(truncatingIfNeeded: bits)))
            } else {
                address = bits == 0 ? nil : .v6(IPv6Address(bits: bits))
            }
        }
        return ListeningSocket(
            transport: transport, address: address, isIPv6: family == 10, port: port, interface: interface, user: user,
            inode: inode)
    }
}
