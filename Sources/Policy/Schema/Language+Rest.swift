extension Language {
    /// One entry of `windows`.
    static let window = Form(
        id: "window", title: "a window", doc: "A recurring window of civil time in a named zone.",
        keys: [
            FormKey(
                name: "timezone", shape: .text(Formats.zone), required: true, doc: "The IANA time zone.",
                example: "Europe/Berlin"),
            FormKey(
                name: "days", shape: .list(.text(Formats.days), most: 32), required: true,
                doc: "The days on which hours start: days, ranges, or daily.", example: "[mon-fri]"),
            FormKey(
                name: "hours", shape: .list(.text(Formats.hours), most: 64), required: true,
                doc: "Hours on the clock; they may cross midnight and then belong to the day they start.",
                example: "[\"08:00-18:00\"]"),
            FormKey(
                name: "except", shape: .list(.text(Formats.date), most: 10_000),
                doc: "Dates on which no hours start.", absent: "none", example: "[2026-12-25]"),
        ])

    /// One part of a signature.
    static let signaturePart = Form(
        id: "signature-part", title: "a signature's part", doc: "One comparison with the first payload bytes.",
        keys: [
            FormKey(
                name: "offset", shape: .text(Formats.offset), required: true,
                doc: "Bytes from the start of the payload, 0 to 255.", example: "0"),
            FormKey(
                name: "mask", shape: .text(Formats.octets), doc: "The bits compared, as many bytes as `bytes`.",
                absent: "every bit", example: "\"f0 ff\""),
            FormKey(
                name: "bytes", shape: .text(Formats.octets), required: true,
                doc: "The bytes wanted, 1 to 16, in hexadecimal.", example: "\"50 43\""),
        ])

    /// `defaults`.
    static let defaults = Form(
        id: "defaults", title: "defaults", doc: "Settings for the whole gate.",
        keys: [
            FormKey(
                name: "log-group", shape: .text(Formats.logGroup), doc: "The NFLOG group that records go to.",
                absent: "77", example: "78"),
            FormKey(
                name: "mark-mask", shape: .text(Formats.markMask),
                doc: "The bits of the conntrack mark that the gate may use: contiguous, at least 8.",
                absent: "0xff000000", example: "0x00ff0000"),
            FormKey(
                name: "source-check", shape: .text(Formats.sourceCheck),
                doc: "Whether a packet must come by the interface that the host would answer over (`strict`), by any "
                    + "that it could answer over (`loose`, for asymmetric routes), or by whichever (`none`).",
                absent: "strict", example: "loose"),
            FormKey(
                name: "retention", shape: .text(Formats.retention), doc: "How long records are kept.",
                absent: "90 days", example: "365 days"),
            FormKey(
                name: "undeclared", shape: .text(Formats.undeclared),
                doc: "What becomes of listeners that no policy declares.", absent: "report", example: "deny"),
        ])

    /// One entry of `tests`.
    static let test = Form(
        id: "test", title: "a test", doc: "A connection, and what must become of it.",
        keys: [
            FormKey(
                name: "name", shape: .text(Formats.text), required: true, doc: "What the test shows, in words.",
                example: "not on sunday"),
            FormKey(
                name: "port", shape: .text(Formats.name), required: true, doc: "The declared port that is reached for.",
                example: "db"),
            FormKey(
                name: "number", shape: .text(Formats.portNumber),
                doc: "The port number, of a declaration with several.",
                absent: "the declaration's least", example: "5433"),
            FormKey(
                name: "protocol", shape: .text(Formats.transport), doc: "The protocol, of a declaration with several.",
                absent: "tcp when the port has it, else its first", example: "udp"),
            FormKey(
                name: "from", shape: .text(Formats.address), required: true,
                doc: "The source address; `loopback` is 127.0.0.1.", example: "10.30.1.4"),
            FormKey(
                name: "at", shape: .text(Formats.moment), doc: "The moment.", absent: "when the tests are run",
                example: "\"2026-11-23T10:00+01:00\""),
            FormKey(
                name: "identity", shape: .text(Formats.name),
                doc: "An identity that holds beside those told by address.", absent: "none", example: "batch"),
            FormKey(
                name: "identities", shape: .list(.text(Formats.name), most: Bounds.entries),
                doc: "Several such identities.", absent: "none", example: "[batch]"),
            FormKey(
                name: "request", shape: .text(Formats.request), doc: "What the client's first bytes are.",
                absent: "unknown, so that no rule with requests matches", example: "postgresql"),
            FormKey(
                name: "expect", shape: .text(Formats.expectation), required: true, doc: "What must become of it.",
                example: "deny"),
            FormKey(
                name: "by", shape: .text(Formats.name), doc: "The rule that must have allowed it.",
                absent: "any rule", example: "all"),
        ],
        group: KeyGroup(count: .atMostOne, keys: ["identity", "identities"]))
}
