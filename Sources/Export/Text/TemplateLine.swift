import JSON

/// A record with the fields of the audit template and no others; null for what it does not have.
struct TemplateLine {
    private let record: ExportedRecord

    /// Creates a line.
    init(_ record: ExportedRecord) { self.record = record }

    /// The line.
    var json: JSONValue {
        let facts = record.connection
        return .members([
            "timestamp": .string(record.time.text), "user": .text(facts.user) ?? .null,
            "src_ip": .text(facts.source?.text) ?? .null, "src_port": .number(of: facts.sourcePort) ?? .null,
            "dest_ip": .text(facts.destination?.text) ?? .null,
            "dest_port": .number(of: facts.destinationPort) ?? .null, "action": .string(record.action),
        ])
    }
}
