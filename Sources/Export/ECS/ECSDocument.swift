import JSON

/// A record as a document in the Elastic Common Schema 8.17, with nested objects. What has no field there stands under `portgate`.
struct ECSDocument {
    private let record: ExportedRecord
    private let origin: Exporter.Origin

    /// Creates a document.
    init(_ record: ExportedRecord, _ origin: Exporter.Origin) {
        self.record = record
        self.origin = origin
    }

    /// The document.
    var json: JSONValue {
        let facts = record.connection
        return .members([
            "@timestamp": .string(record.time.text),
            "ecs": .members(["version": .string("8.17.0")]),
            "message": .string(record.access?.title ?? "portgate: \(record.action)"),
            "event": event(facts),
            "source": end(facts.source, facts.sourcePort, facts.bytesIn, facts.packetsIn),
            "destination": end(facts.destination, facts.destinationPort, facts.bytesOut, facts.packetsOut),
            "network": network(facts), "observer": observer(facts),
            "rule": .present(["name": .text(facts.rule), "ruleset": .text(facts.port)]),
            "user": .present(["name": .text(facts.user)]),
            "related": .present([
                "ip": list([facts.source?.text, facts.destination?.text]), "user": list([facts.user]),
                "hosts": list([facts.tls?.serverName, facts.http?.host]),
            ]),
            "tls": facts.tls.flatMap { tls($0) },
            "http": .present([
                "request": .present(["method": .text(facts.http?.method)]),
                "response": .present(["status_code": .number(of: facts.http?.status)]),
            ]),
            "url": .present(["domain": .text(facts.http?.host), "path": .text(facts.http?.path)]),
            "portgate": own(facts),
        ])
    }

    private func event(_ facts: ConnectionFacts) -> JSONValue {
        let (types, outcome) = categories(facts)
        let isAccess = record.access != nil
        return .members([
            "kind": .string("event"), "category": isAccess ? .array([.string("network")]) : nil,
            "type": types.isEmpty ? nil : .array(types.map { .string($0) }), "action": .string(record.action),
            "outcome": .text(outcome), "reason": .text(facts.reason), "module": .string("portgate"),
            "dataset": .string(isAccess ? "portgate.access" : "portgate.ledger"), "provider": .string("portgate"),
            "severity": .number(Severity(record).rawValue), "sequence": .number(Int64(clamping: record.leaf)),
            "start": .text((facts.first ?? facts.start)?.text),
            "end": .text((facts.last ?? (facts.start == nil ? nil : record.time))?.text),
            "duration": .number(of: facts.nanoseconds), "id": .string(record.hash), "hash": .string(record.hash),
            "original": .string(String(decoding: record.line, as: UTF8.self)),
        ])
    }

    /// `event.type` and `event.outcome`. A refusal that the gate carried out is a success: what was refused stands in the type.
    private func categories(_ facts: ConnectionFacts) -> ([String], String?) {
        switch record.access {
        case .allow, .grant: (["connection", "start", "allowed"], "success")
        case .deny: (["connection", "denied"], "success")
        case .revoke: (["connection", "end", "denied"], "success")
        case .wouldAllow, .wouldDeny: (["connection", "info"], "unknown")
        case .end: (["connection", "end"], facts.reason == "closed" ? "success" : "unknown")
        case .handshake: (["protocol", "info"], "success")
        case .tlsHandshakeFailed: (["protocol", "info"], "failure")
        case .unexpectedData, .foreign: (["protocol", "info"], "unknown")
        case nil: ([], nil)
        }
    }

    private func end(_ address: AddressText?, _ port: Int64?, _ bytes: Int64?, _ packets: Int64?) -> JSONValue? {
        .present([
            "address": .text(address?.text), "ip": .text(address?.text), "port": .number(of: port),
            "bytes": .number(of: bytes), "packets": .number(of: packets),
        ])
    }

    private func network(_ facts: ConnectionFacts) -> JSONValue? {
        .present([
            "type": .text((facts.source ?? facts.destination).map { "ipv\($0.version)" }),
            "transport": .text(facts.transport?.keyword),
            "iana_number": .text(facts.transport.map { String($0.number) }),
            "protocol": .text(record.application), "direction": .text(direction(facts)),
            "bytes": .number(of: facts.bytes), "packets": .number(of: facts.packets),
        ])
    }

    /// The schema's words for who stands on a host; it has none for a host that forwards, or talks to itself.
    private func direction(_ facts: ConnectionFacts) -> String? {
        switch facts.direction {
        case "inbound": "ingress"
        case "outbound": "egress"
        default: nil
        }
    }

    private func observer(_ facts: ConnectionFacts) -> JSONValue {
        let interface = facts.interface.map { JSONValue.members(["interface": .members(["name": .string($0)])]) }
        let leaves = facts.direction == "outbound"
        return .members([
            "vendor": .string("portgate"), "product": .string("portgate"), "type": .string("firewall"),
            "version": .string(origin.version), "ingress": leaves ? nil : interface,
            "egress": leaves ? interface : nil,
        ])
    }

    private func tls(_ tls: TLSHandshake) -> JSONValue? {
        .present([
            "version": .text(tls.versionNumber),
            "version_protocol": .text(tls.version.map { $0.hasPrefix("SSL") ? "ssl" : "tls" }),
            "cipher": .text(tls.cipher),
            "established": record.access == .tlsHandshakeFailed ? .bool(false) : nil,
            "client": .present(["server_name": .text(tls.serverName), "subject": .text(tls.clientSubject)]),
        ])
    }

    private func own(_ facts: ConnectionFacts) -> JSONValue? {
        .present(
            [
                "log": .text(origin.log), "verdict": .text(facts.verdict),
                "identity": .present(["proof": .text(facts.proof), "strength": .text(facts.strength)]),
                "direction": direction(facts) == nil ? .text(facts.direction) : nil,
                "uid": .number(of: facts.uid), "conn_state": .text(facts.state),
                "suppressed": .number(of: facts.suppressed), "policy": .text(facts.policy),
                "epoch": .number(of: facts.epoch), "seq": .number(of: facts.sequence),
                "tls": .present(
                    ["ja4": .text(facts.tls?.ja4), "alert_name": .text(facts.tls?.alert)], and: facts.tls?.rest ?? []),
                "http": facts.http.flatMap { $0.rest.isEmpty ? nil : .object($0.rest) },
            ], and: record.rest)
    }

    private func list(_ texts: [String?]) -> JSONValue? {
        var seen: [String] = []
        for case let text? in texts where !seen.contains(text) { seen.append(text) }
        return seen.isEmpty ? nil : .array(seen.map { .string($0) })
    }
}
