/// The policy language, version 1, as tables: every mapping, its keys, and what their values are.
///
/// The loader checks files against these tables and `portgate schema` prints them, so the two cannot disagree.
/// `docs/policy-language.md` tells the same in words, and a test compares the keys.
enum Language {
    /// The version that `version:` must name.
    static let version = "1"

    /// A policy file.
    static let policy = Form(
        id: "policy", title: "a policy file",
        doc: "Who may reach which ports of a host, when, and what is recorded of it.",
        keys: [
            FormKey(
                name: "version", shape: .text(Formats.version), required: true,
                doc: "The version of the language; every file states it.", example: "1"),
            FormKey(
                name: "name", shape: .text(Formats.name),
                doc: "The gate's name; one file of the policy must state it.", absent: "stated by another file",
                example: "payments"),
            FormKey(
                name: "owner", shape: .text(Formats.text), doc: "Who answers for the policy.", absent: "nobody",
                example: "payments-platform"),
            FormKey(
                name: "mode", shape: .text(Formats.mode),
                doc: "The mode of every port of this file that states none.", absent: "enforce", example: "observe"),
            FormKey(
                name: "include", shape: .list(.text(Formats.path), most: Bounds.files),
                doc: "Further files, or folders of them, relative to this file's folder; they are merged.",
                absent: "none", example: "[networks.yaml]"),
            FormKey(
                name: "networks",
                shape: .named(
                    .either([.list(.text(Formats.source), most: Bounds.sources), .form(listFile)]),
                    what: "lists of CIDRs", most: Bounds.names),
                doc: "Named sets of source addresses.", absent: "none", example: "{ lab: [192.0.2.0/24] }"),
            FormKey(
                name: "identities", shape: .named(.form(identity), what: "identities", most: Bounds.names),
                doc: "Who: each says how the host can tell.", absent: "none",
                example: "{ batch: { process: { user: batch } } }"),
            FormKey(
                name: "windows", shape: .named(.form(window), what: "windows", most: Bounds.names),
                doc: "When: civil time in a named zone.", absent: "none",
                example: "{ nights: { timezone: UTC, days: [daily], hours: [\"22:00-02:00\"] } }"),
            FormKey(
                name: "ports", shape: .list(.form(port), most: Bounds.ports),
                doc: "The gated ports, and who may reach them.", absent: "none: the file declares no port",
                example: "[{ name: web, port: 8443, protocol: tcp, allow: [{ name: all, cidrs: [any] }] }]"),
            FormKey(
                name: "signatures",
                shape: .named(
                    .list(.form(signaturePart), most: 16), what: "lists of byte comparisons", most: Bounds.names),
                doc: "Own request types: all parts must match the first payload bytes.", absent: "none",
                example: "{ legacy: [{ offset: 0, bytes: \"52 50\" }] }"),
            FormKey(
                name: "defaults", shape: .form(defaults), doc: "Settings for the whole gate.",
                absent: "each key's own", example: "{ log-group: 80 }"),
            FormKey(
                name: "tests", shape: .list(.form(test), most: Bounds.tests),
                doc: "Unit tests of the policy, run by `portgate test`.", absent: "none",
                example: "[{ name: outside, port: db, from: 198.51.100.1, expect: deny }]"),
        ])

    /// Every form, for tests and for the schema's definitions.
    static let forms: [Form] = [
        policy, listFile, identity, process, wireguard, ipsec, link, session, window, port, rule, log, grants, audit,
        signaturePart, defaults, test,
    ]

    /// How much a policy may hold.
    enum Bounds {
        static let files = 1_000
        static let names = 100_000
        static let sources = 4_000_000
        static let ports = 4_096
        static let rules = 4_096
        static let tests = 100_000
        static let entries = 1_024
        static let textLength = 1_024
    }
}
