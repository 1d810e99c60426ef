extension DiagnosticCatalog {
    /// PG050 to PG079: values, and what declarations mean together.
    static let values: [DiagnosticEntry] = [
        DiagnosticEntry(
            code: "PG050", title: "not a port", severity: .error,
            explanation: """
                Ports are whole numbers from 1 to 65535 in decimal digits. Hexadecimal, octal, signs, leading zeros, \
                exponents and service names are not read: other programs read them differently.
                """),
        DiagnosticEntry(
            code: "PG051", title: "a port range that runs backwards", severity: .error,
            explanation: """
                The range ends before it starts and would hold nothing. The ends were probably swapped.
                """),
        DiagnosticEntry(
            code: "PG054", title: "not a number in its range", severity: .error,
            explanation: """
                The value is a whole number in decimal digits, without sign or leading zero, within the range the \
                message names.
                """),
        DiagnosticEntry(
            code: "PG056", title: "not a day", severity: .error,
            explanation: """
                Days are mon, tue, wed, thu, fri, sat and sun, ranges of them such as mon-fri or sat-mon, or daily.
                """),
        DiagnosticEntry(
            code: "PG057", title: "not hours", severity: .error,
            explanation: """
                Hours are written HH:MM-HH:MM on a 24-hour clock; the end may be 24:00 and is not included. Hours \
                that end before they start cross midnight and belong to the day they start. Equal ends are refused, \
                because they could mean never or always; write 00:00-24:00 for a whole day.
                """),
        DiagnosticEntry(
            code: "PG058", title: "not a date", severity: .error,
            explanation: """
                Dates are written YYYY-MM-DD and must exist in the calendar.
                """),
        DiagnosticEntry(
            code: "PG059", title: "not a moment", severity: .error,
            explanation: """
                Moments are written YYYY-MM-DDTHH:MM:SS with Z or an offset such as +01:00; seconds may be left out. \
                A moment without offset would mean something else on every host.
                """),
        DiagnosticEntry(
            code: "PG060", title: "not a rate", severity: .error,
            explanation: """
                Rates are written N/second per source, or per minute, hour or day. They always count each source for \
                itself: a limit on all together would let one source use it up.
                """),
        DiagnosticEntry(
            code: "PG061", title: "not a length of time", severity: .error,
            explanation: """
                A grant's longest duration is written 90s, 30m, 2h or 1d and is at most 30 days. Retention is \
                written in days: 90 days.
                """),
        DiagnosticEntry(
            code: "PG062", title: "a mark mask that does not work", severity: .error,
            explanation: """
                The gate keeps its epoch in bits of the conntrack mark. The mask names these bits: at least 8, next \
                to each other, in hexadecimal (0xff000000) or decimal.
                """),
        DiagnosticEntry(
            code: "PG063", title: "not bytes", severity: .error,
            explanation: """
                Bytes of a signature are written as pairs of hexadecimal digits, 1 to 16 of them, with spaces \
                between pairs or none. Quote them, so that other YAML readers do not take them for a number.
                """),
        DiagnosticEntry(
            code: "PG064", title: "a mask of another length", severity: .error,
            explanation: """
                The mask of a signature's part says for each byte which bits are compared, so it has as many bytes.
                """),
        DiagnosticEntry(
            code: "PG065", title: "bits that are masked away", severity: .error,
            explanation: """
                A bit is set in bytes and not in mask. The compared bits could never have that value, and the part \
                would never match.
                """),
        DiagnosticEntry(
            code: "PG066", title: "not a word of the host", severity: .error,
            explanation: """
                User and group names, interfaces, cgroup paths and hardware addresses have narrow alphabets here, \
                because they are written into rules. A cgroup path has no leading slash. An interface has at most 15 \
                characters.
                """),
        DiagnosticEntry(
            code: "PG067", title: "a signature that contradicts itself", severity: .error,
            explanation: """
                Two parts of the signature overlap and want different things of the same byte. No payload could match \
                both. Alternatives are signatures of their own: a rule may list several.
                """),
        DiagnosticEntry(
            code: "PG068", title: "a signature that compares nothing", severity: .error,
            explanation: """
                Every mask of the signature is zero, so every payload would match it. Say any where anything may be \
                spoken.
                """),
        DiagnosticEntry(
            code: "PG070", title: "ports that overlap", severity: .error,
            explanation: """
                Two declarations cover the same port of the same protocol, so it would depend on their order which \
                rules count. A declaration without protocol covers every protocol. Both places are shown.
                """),
        DiagnosticEntry(
            code: "PG071", title: "a rule that can never match", severity: .error,
            explanation: """
                The rule states both cidrs and identities, and a connection must match in both; but none of its \
                identities is ever inside its networks. A process identity connects from this host itself, which the \
                network any does not include: write cidrs: [loopback], or leave cidrs out. The notes show what each \
                name means.
                """),
        DiagnosticEntry(
            code: "PG072", title: "a test beside its port", severity: .error,
            explanation: """
                The test tries a port number or protocol that the declaration it names does not cover.
                """),
        DiagnosticEntry(
            code: "PG073", title: "a rule for a refusal", severity: .error,
            explanation: """
                by names the rule that must have allowed the connection, so it has no meaning in a test that expects \
                deny.
                """),
        DiagnosticEntry(
            code: "PG074", title: "a request that nobody speaks", severity: .error,
            explanation: """
                any is a permission. A test says what a client speaks: name a request type, or leave request out \
                when nothing is known of it.
                """),
        DiagnosticEntry(
            code: "PG075", title: "a request type of another protocol", severity: .error,
            explanation: """
                The kernel looks into the payload of TCP and UDP only: dns and signatures are judged over both, every \
                other request type over TCP. The port's protocols include none of them, so nothing would ever match.
                """),
    ]
}
