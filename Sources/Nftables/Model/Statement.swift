/// One match or action of a rule: the subset of nft that portgate renders, and nothing else. What the parser meets beyond it
/// becomes ``unknown(_:)``, which equals nothing that portgate renders.
public enum Statement: Hashable, Sendable {
    // Matches.
    /// `ip saddr @set` or `ip6 saddr @set`.
    case sourceInSet(family: AddressFamily, set: String)
    /// `meta nfproto ipv4` or `ipv6`.
    case family(AddressFamily)
    /// `meta time @set`.
    case timeInSet(String)
    /// `meta time < T`, in whole seconds since the epoch.
    case timeBefore(Int64)
    /// `meta skuid` in the list of numbers; sorted.
    case socketUser([UInt32])
    /// `meta skgid` in the list of numbers; sorted.
    case socketGroup([UInt32])
    /// `meta skuid >= 0`: the packet belongs to a socket that a process holds.
    case socketHasOwner
    /// `ct state` in the list.
    case connectionState([ConnectionState])
    /// `ct status & confirmed == 0`: the connection's first packet.
    case connectionUnconfirmed
    /// `meta l4proto N`.
    case transport(UInt8)
    /// `iifname "lo"` or, negated, `iifname != "lo"`.
    case inputInterface(String, negated: Bool)
    /// `oifname "lo"`, or negated.
    case outputInterface(String, negated: Bool)
    /// `ip daddr 127.0.0.0/8`.
    case destinationIsLoopbackV4
    /// `ip6 daddr ::1`.
    case destinationIsLoopbackV6
    /// `fib daddr type { … }` in the list of address types; sorted.
    case destinationType([AddressType])
    /// `fib saddr type { … }` in the list of address types; sorted.
    case sourceType([AddressType])
    // Actions that go on.
    /// `counter name "…"`.
    case counter(String)
    /// `log prefix "…" group N [snaplen N] [queue-threshold N]`.
    case log(prefix: String, group: UInt16, snaplen: UInt32?, queueThreshold: UInt16?)
    /// `update @set { ip saddr limit rate [over] N/unit burst B packets }` (for IPv6 the source's /64).
    case meter(set: String, family: AddressFamily, limit: Limit)
    // Ends.
    /// An unconditional verdict.
    case verdict(Verdict)
    /// `meta l4proto . th dport vmap @map`.
    case dispatch(map: String)
    /// `reject with tcp reset`.
    case rejectReset
    /// `reject with icmpx admin-prohibited` (3).
    case rejectProhibited
    /// Text that the parser does not know.
    case unknown(String)
}
