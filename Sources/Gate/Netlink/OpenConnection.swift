/// A TCP connection that a socket of this host has open, as if the other end had opened it.
struct OpenConnection: Hashable, Sendable {
    /// AF_INET or AF_INET6, as packets carry it.
    let family: UInt8
    let client: [UInt8]
    let clientPort: UInt16
    let server: [UInt8]
    let serverPort: UInt16

    /// Reads a struct inet_diag_msg (linux/inet_diag.h); nil when it is too short or of another family.
    init?(inDiagnosis payload: ArraySlice<UInt8>) {
        guard payload.count >= 72, let family = payload.first, family == 2 || family == 10,
            let own = NetlinkReply.networkNumber(UInt16.self, in: payload, at: 4),
            let other = NetlinkReply.networkNumber(UInt16.self, in: payload, at: 6)
        else { return nil }
        let start = payload.startIndex
        var server = Array(payload[(start + 8)..<(start + (family == 2 ? 12 : 24))])
        var client = Array(payload[(start + 24)..<(start + (family == 2 ? 28 : 40))])
        // A socket of IPv6 that speaks IPv4: its packets are of IPv4.
        let mapped = [UInt8](repeating: 0, count: 10) + [0xff, 0xff]
        let isMapped = family == 10 && server.starts(with: mapped) && client.starts(with: mapped)
        if isMapped { (server, client) = (Array(server.suffix(4)), Array(client.suffix(4))) }
        self.family = isMapped ? 2 : family
        self.client = client
        clientPort = other
        self.server = server
        serverPort = own
    }

    /// Writes the attributes of an IPCTNL_MSG_CT_NEW (linux/netfilter/nfnetlink_conntrack.h) that creates the connection's
    /// entry, or changes its mark.
    func write(to writer: inout NetlinkWriter, creating: Bool, mark: UInt32, mask: UInt32) {
        // CTA_TUPLE_ORIG
        tuple(1, from: (client, clientPort), to: (server, serverPort), &writer)
        if creating {
            // CTA_TUPLE_REPLY
            tuple(2, from: (server, serverPort), to: (client, clientPort), &writer)
            // CTA_STATUS: IPS_SEEN_REPLY, IPS_ASSURED, IPS_CONFIRMED.
            writer.attribute(3, UInt32(0xe))
            // CTA_PROTOINFO, CTA_PROTOINFO_TCP: TCP_CONNTRACK_ESTABLISHED; of its windows nothing is known, so both sides
            // are taken as they come (IP_CT_TCP_FLAG_BE_LIBERAL).
            let information = writer.open(4)
            let tcp = writer.open(1)
            writer.attribute(1, UInt8(3))
            writer.attribute(4, bytes: [0x8, 0x8])
            writer.attribute(5, bytes: [0x8, 0x8])
            writer.close(tcp)
            writer.close(information)
            // CTA_TIMEOUT: five days, the kernel's own for an established connection.
            writer.attribute(7, UInt32(432_000))
        } else {
            // CTA_MARK_MASK
            writer.attribute(21, mask)
        }
        // CTA_MARK
        writer.attribute(8, mark & mask)
    }

    private func tuple(
        _ type: UInt16, from: ([UInt8], UInt16), to: ([UInt8], UInt16), _ writer: inout NetlinkWriter
    ) {
        let start = writer.open(type)
        // CTA_TUPLE_IP with CTA_IP_V4_SRC and _DST, or CTA_IP_V6_SRC and _DST.
        let addresses = writer.open(1)
        writer.attribute(family == 2 ? 1 : 3, bytes: from.0)
        writer.attribute(family == 2 ? 2 : 4, bytes: to.0)
        writer.close(addresses)
        // CTA_TUPLE_PROTO with CTA_PROTO_NUM, CTA_PROTO_SRC_PORT, CTA_PROTO_DST_PORT.
        let ports = writer.open(2)
        writer.attribute(1, UInt8(6))
        writer.attribute(2, from.1)
        writer.attribute(3, to.1)
        writer.close(ports)
        writer.close(start)
    }
}
