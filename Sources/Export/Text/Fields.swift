import JSON

/// A record as a row of texts, each with a name: what the formats without nested objects write.
struct Fields {
    /// The names of the texts, in the order of the columns of a table.
    static let names = [
        "leaf", "leaf_hash", "timestamp", "action", "verdict", "user", "proof", "strength", "src_ip", "src_port",
        "dest_ip",
        "dest_port", "protocol", "port", "rule", "reason", "interface", "direction", "uid", "bytes_in", "packets_in",
        "bytes_out", "packets_out", "start", "duration", "conn_state", "suppressed", "first", "last", "tls_version",
        "tls_sni", "tls_cipher", "tls_ja4", "tls_alert", "http_method", "http_host", "http_path", "http_status",
        "policy",
        "epoch", "seq", "details",
    ]

    /// The texts, one for each name; empty where the record has nothing.
    let texts: [String]

    /// Creates the row.
    init(_ record: ExportedRecord) {
        let facts = record.connection
        let start = [
            String(record.leaf), record.hash, record.time.text, record.action, facts.verdict, facts.user, facts.proof,
            facts.strength, facts.source?.text, Self.text(facts.sourcePort), facts.destination?.text,
            Self.text(facts.destinationPort), facts.protocolText, facts.port, facts.rule, facts.reason, facts.interface,
            facts.direction, Self.text(facts.uid), Self.text(facts.bytesIn), Self.text(facts.packetsIn),
            Self.text(facts.bytesOut), Self.text(facts.packetsOut),
        ]
        let middle = [
            facts.start?.text, facts.nanoseconds.map { Self.seconds($0) }, facts.state, Self.text(facts.suppressed),
            facts.first?.text, facts.last?.text, facts.tls?.version, facts.tls?.serverName, facts.tls?.cipher,
            facts.tls?.ja4, facts.tls?.alert, facts.http?.method, facts.http?.host, facts.http?.path,
            Self.text(facts.http?.status),
        ]
        let end = [facts.policy, Self.text(facts.epoch), Self.text(facts.sequence), Self.details(record)]
        texts = (start + middle + end).map { $0 ?? "" }
        precondition(texts.count == Self.names.count, "every column has a text")
    }

    /// What has no column, as JSON; nil when there is nothing.
    static func details(_ record: ExportedRecord) -> String? {
        let facts = record.connection
        let details = JSONValue.present(
            [
                "tls": .present(["client_subject": .text(facts.tls?.clientSubject)], and: facts.tls?.rest ?? []),
                "http": facts.http.flatMap { $0.rest.isEmpty ? nil : .object($0.rest) },
            ], and: record.rest)
        return details.map { String(decoding: $0.compact(), as: UTF8.self) }
    }

    private static func text(_ number: Int64?) -> String? { number.map { String($0) } }

    /// Seconds with six digits of a fraction, as records have them.
    private static func seconds(_ nanoseconds: Int64) -> String {
        let fraction = String(nanoseconds % 1_000_000_000 / 1_000)
        return "\(nanoseconds / 1_000_000_000)." + String(repeating: "0", count: 6 - fraction.utf8.count) + fraction
    }
}
