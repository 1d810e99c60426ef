/// What `meta` loads (enum nft_meta_keys, linux/netfilter/nf_tables.h). Numbers stand in a register in host order; what comes
/// from a header or a name does not.
public enum MetaKey: UInt32, Hashable, Sendable, CaseIterable {
    /// NFT_META_LEN: the packet's length, 4 bytes.
    case length = 0
    /// NFT_META_PROTOCOL: its Ethertype, 2 bytes in network order.
    case etherType = 1
    /// NFT_META_PRIORITY: its priority, 4 bytes.
    case priority = 2
    /// NFT_META_MARK: its mark, 4 bytes.
    case mark = 3
    /// NFT_META_IIF: the index of the interface it came by, 4 bytes.
    case inputInterface = 4
    /// NFT_META_OIF: the index of the interface it leaves by, 4 bytes.
    case outputInterface = 5
    /// NFT_META_IIFNAME: the name of the interface it came by, 16 bytes filled with zeros.
    case inputInterfaceName = 6
    /// NFT_META_OIFNAME: the name of the interface it leaves by, 16 bytes filled with zeros.
    case outputInterfaceName = 7
    /// NFT_META_IIFTYPE: the ARPHRD_ type of the interface it came by, 2 bytes.
    case inputInterfaceType = 8
    /// NFT_META_OIFTYPE: the ARPHRD_ type of the interface it leaves by, 2 bytes.
    case outputInterfaceType = 9
    /// NFT_META_SKUID: the user of the socket's file, 4 bytes; a packet without one ends the rule.
    case socketUser = 10
    /// NFT_META_SKGID: the group of the socket's file, 4 bytes; a packet without one ends the rule.
    case socketGroup = 11
    /// NFT_META_NFTRACE: whether it is traced, 1 byte.
    case trace = 12
    /// NFT_META_RTCLASSID: the realm of its route, 4 bytes.
    case routeClass = 13
    /// NFT_META_SECMARK: its security mark, 4 bytes.
    case securityMark = 14
    /// NFT_META_NFPROTO: NFPROTO_IPV4 (2) or NFPROTO_IPV6 (10), 1 byte.
    case family = 15
    /// NFT_META_L4PROTO: the IANA number of its transport protocol, 1 byte.
    case transport = 16
    /// NFT_META_BRI_IIFNAME: the name of the bridge it came by, 16 bytes.
    case inputBridgeName = 17
    /// NFT_META_BRI_OIFNAME: the name of the bridge it leaves by, 16 bytes.
    case outputBridgeName = 18
    /// NFT_META_PKTTYPE: PACKET_HOST and its like, 1 byte.
    case packetType = 19
    /// NFT_META_CPU: the processor it is seen on, 4 bytes.
    case processor = 20
    /// NFT_META_IIFGROUP: the group of the interface it came by, 4 bytes.
    case inputInterfaceGroup = 21
    /// NFT_META_OIFGROUP: the group of the interface it leaves by, 4 bytes.
    case outputInterfaceGroup = 22
    /// NFT_META_CGROUP: the net_cls class of its socket, 4 bytes.
    case controlGroupClass = 23
    /// NFT_META_PRANDOM: a random number, 4 bytes.
    case random = 24
    /// NFT_META_SECPATH: whether IPsec transformed it, 1 byte.
    case hasSecurityPath = 25
    /// NFT_META_IIFKIND: the kind of the interface it came by, 16 bytes.
    case inputInterfaceKind = 26
    /// NFT_META_OIFKIND: the kind of the interface it leaves by, 16 bytes.
    case outputInterfaceKind = 27
    /// NFT_META_BRI_IIFPVID: the VLAN of the bridge's port, 2 bytes.
    case inputBridgeVLAN = 28
    /// NFT_META_BRI_IIFVPROTO: the VLAN protocol of the bridge, 2 bytes.
    case inputBridgeVLANProtocol = 29
    /// NFT_META_TIME_NS: nanoseconds since the epoch, 8 bytes.
    case time = 30
    /// NFT_META_TIME_DAY: the day of the week, 0 is Sunday, 1 byte.
    case weekday = 31
    /// NFT_META_TIME_HOUR: the second of the day, 4 bytes.
    case secondOfDay = 32
    /// NFT_META_SDIF: the index of the slave device it came by, 4 bytes.
    case slaveInterface = 33
    /// NFT_META_SDIFNAME: the name of the slave device it came by, 16 bytes.
    case slaveInterfaceName = 34
}
