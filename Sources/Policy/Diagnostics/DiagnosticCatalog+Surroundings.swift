extension DiagnosticCatalog {
    /// What lies around the gate on a host, where its rules see nothing.
    static let gateSurroundings: [DiagnosticEntry] = [
        surrounding(
            "PG461", "packet sockets", .note,
            "A packet socket gets a copy of every packet before any table judges it, and can answer past the output hook; no "
                + "rule stops that. DHCP clients and captures use them rightly. Look whether each of the processes named is "
                + "one you know, and keep CAP_NET_RAW rare."),
        surrounding(
            "PG462", "programs before every table", .warning,
            "XDP programs and filters of tc see what arrives before nf_tables does, and may drop it, answer it or send it "
                + "elsewhere (a container, another interface); BPF links of the kinds netfilter, tcx and netkit judge beside "
                + "the tables and stand in no listing of rules. BPF links are those of the whole kernel, in whatever network "
                + "namespace. Look with `ip link`, `tc filter show dev NAME ingress` and `bpftool link`."),
        surrounding(
            "PG463", "other chains judge before the gate", .note,
            "These base chains of other tables see a packet before the gate does: what they drop, the gate neither counts nor "
                + "records; what they take out of connection tracking is judged by the gate packet by packet; what they send "
                + "elsewhere never reaches it. A client that is allowed and gets no answer is to be looked for there."),
        surrounding(
            "PG464", "flowtables", .warning,
            "Forwarded connections in a flowtable pass by every chain, so that one which was revoked goes on until it "
                + "leaves the flowtable. Take ports that are published from containers out of it."),
        surrounding(
            "PG465", "helpers of connection tracking", .note,
            "A helper reads what a protocol such as FTP announces and expects the connections that follow from it. The gate "
                + "judges those to its ports like all others; a chain of another table that accepts what is `related` does not."
        ),
        surrounding(
            "PG466", "bridges", .note,
            "What goes from one port of a bridge to another does not meet the tables of IP, unless br_netfilter is on: "
                + "containers on one bridge reach each other past the gate. What is addressed to this host is judged."),
        surrounding(
            "PG467", "gated ports in other network namespaces", .note,
            "A process in another network namespace listens on a port of the policy. The gate is in this namespace: there, "
                + "only rules of its own count. If that is the same service, see to it that it is reached through this "
                + "namespace alone, or apply a policy there too (with a state directory of its own)."),
        surrounding(
            "PG468", "iptables-legacy", .note,
            "Tables of iptables-legacy are loaded. They judge beside nf_tables, and `nft list ruleset` does not show them: "
                + "look with `iptables-legacy-save`."),
        surrounding(
            "PG469", "a gated port may go to an outgoing connection", .warning,
            "The kernel may give the port to an outgoing connection of this host. The answer comes from an address that the "
                + "policy does not name and is refused, so that now and then an outgoing connection fails. Reserve gated ports: "
                + "`sysctl -w net.ipv4.ip_local_reserved_ports=PORT` (the list replaces the one before)."),
        surrounding(
            "PG470", "the table of tracked connections is short of room", .warning,
            "When the table is full, the kernel drops new connections before any table sees them; those that are in it go on. "
                + "No rule counts these, and nothing is recorded. The gate fails closed, but it is as good as shut. Raise "
                + "net.netfilter.nf_conntrack_max, or find what fills it (`conntrack -L`, `conntrack -S`)."),
        surrounding(
            "PG474", "settings that widen what reaches the host", .note,
            "`route_localnet` lets packets from outside reach 127.0.0.0/8, and `accept_local` lets them come with an address of "
                + "this host as their source. Gated ports are refused to both, whatever they say (accept_local: unless "
                + "`source-check` is none); ports that no policy declares are not."),
        surrounding(
            "PG475", "not everything could be looked at", .warning,
            "Some of what may let packets pass by the gate could not be looked at; each place is named with the reason. Nothing "
                + "is known of it: that is not the same as nothing being there. As root, `portgate status` can look at all."
        ),
    ]

    private static func surrounding(
        _ code: String, _ title: String, _ severity: Severity, _ explanation: String
    ) -> DiagnosticEntry {
        DiagnosticEntry(code: code, title: title, severity: severity, explanation: explanation)
    }
}
