/// One match or action of a rule: the subset of nft that portgate renders, and nothing else. What the parser meets beyond it
/// becomes ``unknown(_:)``, which equals nothing that portgate renders.
public enum Statement: Hashable, Sendable {
    // Matches.
    /// `ip saddr @set` or `ip6 saddr @set`.
    case sourceInSet(family: AddressFamily, set: String)
    /// `ip daddr @set` or `ip6 daddr @set`.
    case destinationInSet(family: AddressFamily, set: String)
    /// `ct original ip saddr @set` or `ct original ip6 saddr @set`: who opened the connection, whatever NAT did since.
    case originalSourceInSet(family: AddressFamily, set: String)
    /// `meta nfproto ipv4` or `ipv6`.
    case family(AddressFamily)
    /// `meta nfproto @set`, alone in front of a verdict.
    case protocolInSet(String)
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
    /// `ct direction 0` or `1`.
    case connectionDirection(ConnectionDirection)
    /// `ct status 0x20`: the connection's destination was translated (IPS_DST_NAT).
    case destinationTranslated
    /// `ct packets != N-N`: the connection's packets in both directions, this one among them, are not so many. Loading a rule with it
    /// switches accounting on (nft_ct_get_init, net/netfilter/nft_ct.c); a connection older than that has had none.
    case connectionPacketsOutside(ClosedRange<UInt64>)
    /// `ct mark & mask == value`; the value lies within the mask, which is not 0.
    case connectionMark(mask: UInt32, value: UInt32)
    /// `ct id . … @set`, or `!=`: whether the kernel remembered this connection.
    case connectionKnown(ConnectionKey, set: String, negated: Bool)
    /// `@ih,0,8 >= 0x0`: there is payload behind the transport header.
    case hasPayload
    /// `@ih,N,N …`: the payload's bytes.
    case payload(PayloadMatch)
    /// `tcp flags …`.
    case tcpFlags(TCPFlags)
    /// `fib saddr oif 0`: the host has no route back to the source, or with `sameInterface` (`fib saddr . iif oif 0`) none
    /// over the interface that the packet came by.
    case noRouteBack(sameInterface: Bool)
    /// `ether saddr`, 48 bits.
    case linkAddress(UInt64)
    /// `ipsec in reqid N`.
    case securityRequest(UInt32)
    /// `ipsec in spi N`.
    case securityIndex(UInt32)
    /// `socket cgroupv2 level N @set`: the ancestor of the socket's cgroup at that depth.
    case cgroupInSet(level: UInt8, set: String)
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
    /// `ct mark set ct mark & ~mask | value`; the value lies within the mask, which is not 0.
    case setConnectionMark(mask: UInt32, value: UInt32)
    /// `add` or `update @set { ct id . … timeout Ns }`. A full set ends the rule; `update` begins the time anew.
    case remember(ConnectionKey, set: String, timeoutSeconds: UInt32, refreshes: Bool)
    /// `update @set { meta nfproto timeout Ns }`: begins the time of the packet's protocol anew.
    case refreshProtocol(set: String, timeoutSeconds: UInt32)
    /// `tcp flags set 0x4`: makes the segment a reset, of which no socket reads the payload.
    case setReset
    /// `reset tcp option mptcp`: blanks the option of Multipath TCP, so that both ends speak TCP.
    case stripMultipath
    // Ends.
    /// An unconditional verdict.
    case verdict(Verdict)
    /// `meta l4proto . th dport vmap @map`.
    case dispatch(map: String)
    /// `meta l4proto . th sport vmap @map`.
    case dispatchSource(map: String)
    /// `meta l4proto . ct original proto-dst vmap @map`: by the port that was asked for. A `transport` stands before it.
    case dispatchAsked(map: String)
    /// `reject with tcp reset`.
    case rejectReset
    /// `reject with icmpx admin-prohibited` (3).
    case rejectProhibited
    /// Text that the parser does not know.
    case unknown(String)
}
