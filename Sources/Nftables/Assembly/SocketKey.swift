/// What `socket` loads (enum nft_socket_keys, linux/netfilter/nf_tables.h).
public enum SocketKey: UInt32, Hashable, Sendable, CaseIterable {
    /// NFT_SOCKET_TRANSPARENT: whether it is a transparent one, 1 byte.
    case transparent = 0
    /// NFT_SOCKET_MARK: its mark, 4 bytes.
    case mark = 1
    /// NFT_SOCKET_WILDCARD: whether it is bound to no address, 1 byte.
    case wildcard = 2
    /// NFT_SOCKET_CGROUPV2: the id of its cgroup's ancestor at a level, 8 bytes.
    case controlGroup = 3
}
