extension Language {
    /// A network whose addresses stand in a file.
    static let listFile = Form(
        id: "list-file", title: "a list file", doc: "Addresses from a file, one per line, with # comments.",
        keys: [
            FormKey(
                name: "file", shape: .text(Formats.path), required: true,
                doc: "The list's path, relative to this file's folder.", example: "networks/scanners.netset")
        ])

    /// One entry of `identities`.
    static let identity = Form(
        id: "identity", title: "an identity", doc: "Who somebody is, by exactly one kind of proof.",
        keys: [
            FormKey(
                name: "addresses", shape: .list(.text(Formats.source), most: Bounds.sources),
                doc: "Told by source address alone, which is weak.", absent: "another kind", example: "[10.30.1.0/28]"),
            FormKey(
                name: "process", shape: .form(process), doc: "A process of this host.", absent: "another kind",
                example: "{ user: migrator }"),
            FormKey(
                name: "wireguard", shape: .form(wireguard), doc: "A WireGuard peer, by the address bound to its key.",
                absent: "another kind", example: "{ interface: wg0, addresses: [10.8.0.5] }"),
            FormKey(
                name: "ipsec", shape: .form(ipsec), doc: "An IPsec security association.", absent: "another kind",
                example: "{ reqid: 7 }"),
            FormKey(
                name: "link", shape: .form(link), doc: "A neighbour on the link.", absent: "another kind",
                example: "{ mac: \"02:00:5e:10:00:01\" }"),
            FormKey(
                name: "session", shape: .form(session), doc: "An authenticated session on this host.",
                absent: "another kind", example: "{ user: alice }"),
            FormKey(
                name: "members", shape: .list(.text(Formats.name), most: Bounds.entries),
                doc: "Any of these identities.", absent: "another kind", example: "[batch]"),
        ],
        group: KeyGroup(
            count: .exactlyOne,
            keys: ["addresses", "process", "wireguard", "ipsec", "link", "session", "members"]))

    /// `process` of an identity.
    static let process = Form(
        id: "process", title: "a process", doc: "A process of this host; every stated key must match.",
        keys: [
            FormKey(
                name: "user", shape: .text(Formats.account), doc: "The user that made the socket, by name or number.",
                absent: "any", example: "migrator"),
            FormKey(
                name: "group", shape: .text(Formats.account), doc: "The group that made the socket, by name or number.",
                absent: "any", example: "1001"),
            FormKey(
                name: "cgroup", shape: .text(Formats.cgroup),
                doc: "The cgroup v2 path of a service, without leading /.",
                absent: "any", example: "system.slice/migrate.service"),
        ],
        group: KeyGroup(count: .atLeastOne, keys: ["user", "group", "cgroup"]))

    /// `wireguard` of an identity.
    static let wireguard = Form(
        id: "wireguard", title: "a WireGuard peer", doc: "Addresses that a WireGuard interface binds to a peer's key.",
        keys: [
            FormKey(
                name: "interface", shape: .text(Formats.interface), required: true, doc: "The WireGuard interface.",
                example: "wg0"),
            FormKey(
                name: "addresses", shape: .list(.text(Formats.source), most: Bounds.entries), required: true,
                doc: "The peer's allowed addresses.", example: "[10.8.0.5]"),
        ])

    /// `ipsec` of an identity.
    static let ipsec = Form(
        id: "ipsec", title: "an IPsec association", doc: "The association a packet came in by.",
        keys: [
            FormKey(
                name: "reqid", shape: .text(Formats.reqid), doc: "The request id.", absent: "any", example: "7"),
            FormKey(
                name: "spi", shape: .text(Formats.spi), doc: "The security parameter index.", absent: "any",
                example: "4096"),
        ],
        group: KeyGroup(count: .atLeastOne, keys: ["reqid", "spi"]))

    /// `link` of an identity.
    static let link = Form(
        id: "link", title: "a neighbour", doc: "A neighbour on the link; every stated key must match.",
        keys: [
            FormKey(
                name: "mac", shape: .text(Formats.mac), doc: "The hardware address.", absent: "any",
                example: "\"02:00:5e:10:00:01\""),
            FormKey(
                name: "interface", shape: .text(Formats.interface), doc: "The interface the packet came in by.",
                absent: "any", example: "eth1"),
        ],
        group: KeyGroup(count: .atLeastOne, keys: ["mac", "interface"]))

    /// `session` of an identity.
    static let session = Form(
        id: "session", title: "a session", doc: "An authenticated session on this host.",
        keys: [
            FormKey(
                name: "user", shape: .text(Formats.account), required: true, doc: "The account that opened it.",
                example: "alice")
        ])
}
