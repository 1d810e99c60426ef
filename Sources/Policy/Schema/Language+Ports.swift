extension Language {
    /// One entry of `ports`.
    static let port = Form(
        id: "port", title: "a port", doc: "One declared port: who may reach it, and what becomes of everybody else.",
        keys: [
            FormKey(
                name: "name", shape: .text(Formats.name), required: true, doc: "The port's name, unique in the policy.",
                example: "orders-db"),
            FormKey(
                name: "port", shape: .oneOrList(.text(Formats.port), most: Bounds.entries), required: true,
                doc: "The number, a range, or a list of these.", example: "[9000, 9010-9020]"),
            FormKey(
                name: "protocol", shape: .oneOrList(.text(Formats.transport), most: 3),
                doc: "The protocol, or a list.", absent: "every protocol with ports: tcp, udp, sctp, dccp and udplite",
                example: "tcp"),
            FormKey(
                name: "description", shape: .text(Formats.text), doc: "What listens there, in words.", absent: "none",
                example: "PostgreSQL primary for orders"),
            FormKey(
                name: "owner", shape: .text(Formats.text), doc: "Who answers for the port.",
                absent: "the policy's owner", example: "team-orders"),
            FormKey(
                name: "criticality", shape: .text(Formats.criticality),
                doc: "How much harm it would do if the port stood open.", absent: "medium", example: "high"),
            FormKey(
                name: "allow", shape: .list(.form(rule), most: Bounds.rules),
                doc: "The rules; a connection is allowed when one of them matches in every key it states.",
                absent: "nobody may reach the port", example: "[{ name: all, cidrs: [any] }]"),
            FormKey(
                name: "otherwise", shape: .text(Formats.refusal),
                doc: "What a refused client sees: a reset or an ICMP error, or nothing at all.", absent: "reject",
                example: "drop"),
            FormKey(
                name: "log", shape: .form(log), doc: "What is logged.",
                absent: "{ allowed: connections, denied: 10/second per source }", example: "{ denied: all }"),
            FormKey(
                name: "reach", shape: .oneOrList(.text(Formats.reach), most: 2),
                doc: "The paths judged: sockets of this host, ports published from containers.",
                absent: "[host, forwarded]", example: "[host]"),
            FormKey(
                name: "mode", shape: .text(Formats.mode),
                doc: "Whether verdicts are enforced, or only judged and logged.", absent: "enforce", example: "observe"),
            FormKey(
                name: "serves", shape: .text(Formats.request), doc: "What the server's first bytes must be.",
                absent: "anything", example: "ssh"),
            FormKey(
                name: "grants", shape: .form(grants), doc: "Who may be let in by `portgate grant`, and how.",
                absent: "nobody", example: "{ to: [batch], longest: 2h }"),
            FormKey(
                name: "audit", shape: .either([.text(Formats.ledger), .form(audit)]),
                doc: "Without a durable ledger, no new connections.", absent: "connections do not depend on the ledger",
                example: "required"),
        ])

    /// One entry of `allow`.
    static let rule = Form(
        id: "rule", title: "a rule", doc: "One way in: a connection matches in every key that is stated.",
        keys: [
            FormKey(
                name: "name", shape: .text(Formats.name), required: true, doc: "The rule's name, unique in its port.",
                example: "billing"),
            FormKey(
                name: "cidrs", shape: .list(.text(Formats.source), most: Bounds.sources),
                doc: "Source networks, any of which: names, CIDRs, or the built-in `any` and `loopback`.",
                absent: "any network, when identities are stated", example: "[lab, 10.30.0.0/16]"),
            FormKey(
                name: "identities", shape: .list(.text(Formats.name), most: Bounds.entries),
                doc: "Who, any of which must hold.", absent: "anybody, when cidrs are stated", example: "[batch]"),
            FormKey(
                name: "windows", shape: .list(.text(Formats.name), most: Bounds.entries),
                doc: "When, any of which must be open.", absent: "at any time", example: "[nights]"),
            FormKey(
                name: "requests", shape: .list(.text(Formats.request), most: Bounds.entries),
                doc: "What the first bytes of the connection must be, any of which.", absent: "anything",
                example: "[tls]"),
            FormKey(
                name: "expires", shape: .text(Formats.expiry),
                doc: "The last day (UTC), or the exact end, after which the rule no longer allows.", absent: "never",
                example: "2027-03-31"),
            FormKey(
                name: "reason", shape: .text(Formats.text), doc: "Why the rule exists: a ticket, a sentence.",
                absent: "none", example: "ORD-1234"),
            FormKey(
                name: "rate", shape: .text(Formats.rate), doc: "New connections from each source, at most.",
                absent: "unlimited", example: "20/second per source"),
            FormKey(
                name: "mode", shape: .text(Formats.mode), doc: "Whether the rule is enforced or only observed.",
                absent: "enforce", example: "observe"),
        ],
        group: KeyGroup(
            count: .atLeastOne, keys: ["cidrs", "identities"], hint: "write cidrs: [any] if everyone is meant"))

    /// `log` of a port.
    static let log = Form(
        id: "log", title: "log settings", doc: "What is logged of a port's traffic.",
        keys: [
            FormKey(
                name: "allowed", shape: .text(Formats.logAllowed), doc: "One record per allowed connection, or none.",
                absent: "connections", example: "none"),
            FormKey(
                name: "denied", shape: .text(Formats.logDenied),
                doc: "At most so many records of refusals from each source, every one, or none.",
                absent: "10/second per source", example: "5/minute per source"),
        ])

    /// `grants` of a port.
    static let grants = Form(
        id: "grants", title: "grant settings", doc: "Who may be let in by `portgate grant`, for how long.",
        keys: [
            FormKey(
                name: "to", shape: .list(.text(Formats.name), most: Bounds.entries), required: true,
                doc: "The identities that may be granted access.", example: "[batch]"),
            FormKey(
                name: "longest", shape: .text(Formats.duration), required: true,
                doc: "The longest grant, at most 30 days.", example: "2h"),
            FormKey(
                name: "ticket", shape: .text(Formats.ticket), doc: "Whether a ticket must be named.",
                absent: "required", example: "optional"),
        ])

    /// `audit` of a port in its long form.
    static let audit = Form(
        id: "audit", title: "audit settings", doc: "What happens without a durable ledger.",
        keys: [
            FormKey(
                name: "ledger", shape: .text(Formats.ledger), required: true,
                doc: "New connections need a durable ledger.", example: "required"),
            FormKey(
                name: "break-glass", shape: .list(.text(Formats.source), most: Bounds.entries),
                doc: "Sources that are let in without one.", absent: "none", example: "[10.0.0.1/32]"),
            FormKey(
                name: "within", shape: .text(Formats.duration),
                doc: "How long after the last durable record it counts as missing, 15s to 1h.", absent: "60s",
                example: "30s"),
        ])
}
