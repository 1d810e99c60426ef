import JSON

/// A record as an event of OCSF 1.9.0 (schema.ocsf.io): Network Activity, class 4001; the generic class 0 for what has no
/// address, and for what portgate writes about itself.
struct OCSFEvent {
    private let record: ExportedRecord
    private let origin: Exporter.Origin

    /// Creates an event.
    init(_ record: ExportedRecord, _ origin: Exporter.Origin) {
        self.record = record
        self.origin = origin
    }

    /// The event.
    var json: JSONValue {
        // The class demands one endpoint at least.
        guard let access = record.access, record.connection.source != nil || record.connection.destination != nil
        else { return generic }
        return network(access, record.connection)
    }

    // MARK: - Network Activity

    private func network(_ access: AccessAction, _ facts: ConnectionFacts) -> JSONValue {
        let outcome = OCSFOutcome(access, facts)
        var profiles = ["security_control", "record_integrity"]
        if facts.user != nil { profiles.insert("host", at: 0) }
        return .object(
            classification("Network Activity", category: 4, "Network Activity", class: 4001, outcome.activity.rawValue)
                + [
                    .init("activity_name", .string(outcome.activity.caption)),
                    .init("type_name", .string("Network Activity: \(outcome.activity.caption)")),
                ] + moments(facts)
                + members([
                    "message": .string(access.title),
                    "action_id": .number(outcome.action.rawValue), "action": .string(outcome.action.caption),
                    "disposition_id": .number(outcome.disposition.rawValue),
                    "disposition": .string(outcome.disposition.caption),
                    "status_id": .number(outcome.status.rawValue), "status": .string(outcome.status.caption),
                    "status_code": .text(facts.state), "status_detail": .text(facts.reason),
                    "src_endpoint": .present([
                        "ip": .text(facts.source?.text), "port": .number(of: facts.sourcePort),
                        "interface_name": facts.direction == "outbound" ? .text(facts.interface) : nil,
                    ]),
                    "dst_endpoint": .present([
                        "ip": .text(facts.destination?.text), "port": .number(of: facts.destinationPort),
                        "svc_name": .text(facts.port),
                        "interface_name": facts.direction == "inbound" ? .text(facts.interface) : nil,
                    ]),
                    // Who opened the connection is its source, but whoever logs a packet of its own may log an answer.
                    "initiator_id": access == .foreign ? nil : .number(1),
                    "initiator": access == .foreign ? nil : .string("Source Endpoint"),
                    "connection_info": connection(facts), "traffic": traffic(facts),
                    "app_protocol_name": .text(record.application),
                    "actor": facts.user.map { .members(["user": .members(["name": .string($0)])]) },
                    "firewall_rule": facts.rule.map { .members(["name": .string($0)]) },
                    "policy": facts.policy.map { .members(["uid": .string($0)]) },
                    "tls": facts.tls.map { tls($0) },
                    "ja4_fingerprint_list": facts.tls?.ja4.map {
                        .array([.members(["type_id": .number(1), "type": .string("JA4"), "value": .string($0)])])
                    },
                    "url": url(facts.http),
                ]) + integrity(profiles) + unmapped(access, facts))
    }

    private func moments(_ facts: ConnectionFacts) -> [JSONValue.Member] {
        let start = facts.first ?? facts.start
        let end = facts.last ?? (facts.start == nil ? nil : record.time)
        return members([
            "start_time": .number(of: start?.milliseconds), "end_time": .number(of: end?.milliseconds),
            "duration": .number(of: facts.nanoseconds.map { $0 / 1_000_000 }), "count": .number(of: facts.suppressed),
        ])
    }

    private func connection(_ facts: ConnectionFacts) -> JSONValue {
        let (direction, caption): (Int64, String) =
            switch facts.direction {
            case "inbound": (1, "Inbound")
            case "outbound": (2, "Outbound")
            case "local": (4, "Local")
            case nil: (0, "Unknown")
            case let other?: (99, other)
            }
        let version = (facts.source ?? facts.destination)?.version
        return .members([
            "direction_id": .number(direction), "direction": .string(caption),
            "protocol_num": .number(of: facts.transport?.number), "protocol_name": .text(facts.transport?.keyword),
            "protocol_ver_id": .number(of: version), "protocol_ver": .text(version.map { "IPv\($0)" }),
        ])
    }

    /// OCSF counts from the source's side: out is what the source sent, which the record calls in.
    private func traffic(_ facts: ConnectionFacts) -> JSONValue? {
        .present([
            "bytes": .number(of: facts.bytes), "bytes_in": .number(of: facts.bytesOut),
            "bytes_out": .number(of: facts.bytesIn), "packets": .number(of: facts.packets),
            "packets_in": .number(of: facts.packetsOut), "packets_out": .number(of: facts.packetsIn),
        ])
    }

    private func tls(_ tls: TLSHandshake) -> JSONValue {
        .members([
            // The schema demands a version, and a handshake that failed has none.
            "version": .string(tls.versionNumber ?? "unknown"), "sni": .text(tls.serverName),
            "cipher": .text(tls.cipher), "alert": .number(of: tls.alertNumber),
        ])
    }

    private func url(_ http: HTTPRequest?) -> JSONValue? {
        // The schema demands a path.
        guard let http, let path = http.path else { return nil }
        return .members([
            "hostname": .text(http.host), "path": .string(path),
        ])
    }

    private func unmapped(_ access: AccessAction, _ facts: ConnectionFacts) -> [JSONValue.Member] {
        let isPlaced = facts.direction == "inbound" || facts.direction == "outbound"
        return members([
            "unmapped": .present(
                [
                    "action": .string(access.rawValue), "verdict": .text(facts.verdict),
                    "identity": .present(["proof": .text(facts.proof), "strength": .text(facts.strength)]),
                    "interface": isPlaced ? nil : .text(facts.interface), "uid": .number(of: facts.uid),
                    "epoch": .number(of: facts.epoch), "seq": .number(of: facts.sequence),
                    "tls": .present(
                        [
                            "alert_name": .text(facts.tls?.alert),
                            "client_subject": .text(facts.tls?.clientSubject),
                        ], and: facts.tls?.rest ?? []),
                    "http": .present(
                        [
                            "method": .text(facts.http?.method),
                            "host": facts.http?.path == nil ? .text(facts.http?.host) : nil,
                            "status": .number(of: facts.http?.status),
                        ], and: facts.http?.rest ?? []),
                ], and: record.rest)
        ])
    }

    // MARK: - Any class

    private var generic: JSONValue {
        let facts = record.connection
        return .object(
            classification("Base Event", category: 0, "Uncategorized", class: 0, 99)
                + [
                    .init("activity_name", .string(record.action)), .init("type_name", .string("Base Event: Other")),
                ] + moments(facts)
                + members(["message": .string(record.access?.title ?? "portgate: \(record.action)")])
                + integrity(["record_integrity"])
                + members([
                    "unmapped": .present(
                        [
                            "verdict": .text(facts.verdict), "user": .text(facts.user), "port": .text(facts.port),
                            "rule": .text(facts.rule), "reason": .text(facts.reason),
                            "interface": .text(facts.interface), "direction": .text(facts.direction),
                            "policy": .text(facts.policy), "epoch": .number(of: facts.epoch),
                            "seq": .number(of: facts.sequence),
                        ], and: record.rest)
                ]))
    }

    private func classification(
        _ caption: String, category: Int64, _ categoryName: String, class number: Int64, _ activity: Int64
    ) -> [JSONValue.Member] {
        let severity = Severity(record)
        return members([
            "category_uid": .number(category), "category_name": .string(categoryName), "class_uid": .number(number),
            "class_name": .string(caption), "activity_id": .number(activity),
            "type_uid": .number(number * 100 + activity), "time": .number(record.time.milliseconds),
            "severity_id": .number(severity.rawValue), "severity": .string(severity.name),
        ])
    }

    /// The metadata, the line itself, and the profile record_integrity: where the line stands in the log, and its leaf hash.
    private func integrity(_ profiles: [String]) -> [JSONValue.Member] {
        members([
            "metadata": .members([
                "version": .string("1.9.0"),
                "product": .members([
                    "name": .string("portgate"), "vendor_name": .string("portgate"), "version": .string(origin.version),
                ]),
                "profiles": .array(profiles.map { .string($0) }), "uid": .string(record.hash),
                "log_name": .text(origin.log), "event_code": .string(record.action),
                "original_time": .string(record.time.text), "sequence": .number(Int64(clamping: record.leaf)),
            ]),
            "attestation": .members([
                "uid": .string(String(record.leaf)), "chain_uid": .text(origin.log),
                "fingerprint": .members([
                    "algorithm_id": .number(99),
                    "algorithm": .string("RFC 6962 leaf hash: SHA-256 of a zero byte and raw_data"),
                    "serialization_id": .number(99), "serialization": .string("raw_data as it is"),
                    "value": .string(record.hash),
                ]),
            ]),
            "raw_data": .string(String(decoding: record.line, as: UTF8.self)),
            "raw_data_size": .number(Int64(record.line.count)),
        ])
    }

    private func members(_ pairs: KeyValuePairs<String, JSONValue?>) -> [JSONValue.Member] {
        pairs.compactMap { key, value in value.map { JSONValue.Member(key, $0) } }
    }
}
