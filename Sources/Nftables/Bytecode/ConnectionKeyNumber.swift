/// What `ct` loads (enum nft_ct_keys, linux/netfilter/nf_tables.h). Numbers stand in a register in host order, addresses and
/// ports in network order. A packet without a connection ends the rule, except for ``state``.
public enum ConnectionKeyNumber: UInt32, Hashable, Sendable, CaseIterable {
    /// NFT_CT_STATE: one bit of ``ConnectionState``, 4 bytes.
    case state = 0
    /// NFT_CT_DIRECTION: enum ip_conntrack_dir, 1 byte.
    case direction = 1
    /// NFT_CT_STATUS: bits of enum ip_conntrack_status, 4 bytes.
    case status = 2
    /// NFT_CT_MARK: its mark, 4 bytes.
    case mark = 3
    /// NFT_CT_SECMARK: its security mark, 4 bytes.
    case securityMark = 4
    /// NFT_CT_EXPIRATION: milliseconds until it is forgotten, 4 bytes.
    case expiration = 5
    /// NFT_CT_HELPER: the name of its helper, 16 bytes.
    case helper = 6
    /// NFT_CT_L3PROTOCOL: NFPROTO_*, 1 byte.
    case family = 7
    /// NFT_CT_SRC: a direction's source address, 4 or 16 bytes.
    case source = 8
    /// NFT_CT_DST: a direction's destination address, 4 or 16 bytes.
    case destination = 9
    /// NFT_CT_PROTOCOL: the IANA number of its transport protocol, 1 byte.
    case transport = 10
    /// NFT_CT_PROTO_SRC: a direction's source port, 2 bytes.
    case sourcePort = 11
    /// NFT_CT_PROTO_DST: a direction's destination port, 2 bytes.
    case destinationPort = 12
    /// NFT_CT_LABELS: its labels, 16 bytes.
    case labels = 13
    /// NFT_CT_PKTS: how many packets it had, 8 bytes.
    case packets = 14
    /// NFT_CT_BYTES: how many bytes it had, 8 bytes.
    case bytes = 15
    /// NFT_CT_AVGPKT: bytes per packet, 8 bytes.
    case averagePacket = 16
    /// NFT_CT_ZONE: its zone, 2 bytes.
    case zone = 17
    /// NFT_CT_EVENTMASK: which events are told of it, 4 bytes.
    case eventMask = 18
    /// NFT_CT_SRC_IP: a direction's source address, 4 bytes; a connection of IPv6 ends the rule.
    case sourceV4 = 19
    /// NFT_CT_DST_IP: a direction's destination address, 4 bytes; a connection of IPv6 ends the rule.
    case destinationV4 = 20
    /// NFT_CT_SRC_IP6: a direction's source address, 16 bytes; a connection of IPv4 ends the rule.
    case sourceV6 = 21
    /// NFT_CT_DST_IP6: a direction's destination address, 16 bytes; a connection of IPv4 ends the rule.
    case destinationV6 = 22
    /// NFT_CT_ID: conntrack's id, 4 bytes, a keyed hash (nf_ct_get_id).
    case id = 23
}
