/// What `ipsec` loads (enum nft_xfrm_keys, linux/netfilter/nf_tables.h).
public enum SecurityKey: UInt32, Hashable, Sendable, CaseIterable {
    /// NFT_XFRM_KEY_DADDR_IP4: the destination of the tunnel, 4 bytes.
    case destinationV4 = 1
    /// NFT_XFRM_KEY_DADDR_IP6: the destination of the tunnel, 16 bytes.
    case destinationV6 = 2
    /// NFT_XFRM_KEY_SADDR_IP4: the source of the tunnel, 4 bytes.
    case sourceV4 = 3
    /// NFT_XFRM_KEY_SADDR_IP6: the source of the tunnel, 16 bytes.
    case sourceV6 = 4
    /// NFT_XFRM_KEY_REQID: the request id, 4 bytes in host order.
    case requestID = 5
    /// NFT_XFRM_KEY_SPI: the security parameter index, 4 bytes in network order.
    case parameterIndex = 6
}
