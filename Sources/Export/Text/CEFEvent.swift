/// A record in ArcSight's Common Event Format: a header of seven fields between bars, then pairs of a key and a value.
struct CEFEvent {
    private let record: ExportedRecord
    private let origin: Exporter.Origin

    /// Creates an event.
    init(_ record: ExportedRecord, _ origin: Exporter.Origin) {
        self.record = record
        self.origin = origin
    }

    /// Appends the line with its end.
    func append(to output: inout [UInt8]) {
        output += Array("CEF:0".utf8)
        let header = [
            "portgate", "portgate", origin.version, record.action, record.access?.title ?? "portgate: \(record.action)",
            String(Severity(record).common),
        ]
        for field in header {
            output.append(UInt8(ascii: "|"))
            Self.append(header: field, to: &output)
        }
        output.append(UInt8(ascii: "|"))
        var isFirst = true
        for (key, text) in pairs {
            guard let text, !text.isEmpty else { continue }
            if !isFirst { output.append(UInt8(ascii: " ")) }
            isFirst = false
            output += Array("\(key)=".utf8)
            Self.append(value: text, to: &output)
        }
        output.append(10)
    }

    private typealias Pair = (key: String, text: String?)

    private var pairs: [Pair] {
        let facts = record.connection
        let start: [Pair] = [
            ("rt", String(record.time.milliseconds)), ("act", record.action), ("externalId", String(record.leaf)),
            ("outcome", facts.verdict), ("reason", facts.reason),
        ]
        let handshake: [Pair] = [
            ("requestMethod", facts.http?.method), ("request", request(facts)), ("suser", facts.user),
            ("start", ((facts.first ?? facts.start)?.milliseconds).map { String($0) }),
            ("end", (facts.last ?? (facts.start == nil ? nil : record.time)).map { String($0.milliseconds) }),
        ]
        // The format has six texts of free use and three numbers; what they hold is told by labels.
        let custom: [Pair] =
            labelled("cs1", "Rule", facts.rule) + labelled("cs2", "Port", facts.port)
            + labelled("cs3", "Identity Proof", facts.proof) + labelled("cs4", "Connection State", facts.state)
            + labelled("cs5", "Policy", facts.policy) + labelled("cs6", "Leaf Hash", record.hash)
            + labelled("cn1", "HTTP Status", facts.http?.status.map { String($0) })
            + labelled("cn2", "Duration in Milliseconds", facts.nanoseconds.map { String($0 / 1_000_000) })
        let own: [Pair] = [
            ("portgateTlsVersion", facts.tls?.version), ("portgateTlsSni", facts.tls?.serverName),
            ("portgateTlsCipher", facts.tls?.cipher), ("portgateTlsJa4", facts.tls?.ja4),
            ("portgateTlsAlert", facts.tls?.alert), ("portgateStrength", facts.strength),
            ("portgateUid", facts.uid.map { String($0) }), ("portgateEpoch", facts.epoch.map { String($0) }),
            ("portgateSeq", facts.sequence.map { String($0) }), ("portgateLog", origin.log),
            ("portgateDetails", Fields.details(record)),
        ]
        return start + network(facts) + handshake + custom + own
    }

    private func network(_ facts: ConnectionFacts) -> [Pair] {
        // src and dst are IPv4 addresses; IPv6 has places of its own.
        let source: [Pair] =
            facts.source.map {
                $0.version == 4 ? [("src", $0.text)] : labelled("c6a2", "Source IPv6 Address", $0.text)
            } ?? []
        let destination: [Pair] =
            facts.destination.map {
                $0.version == 4 ? [("dst", $0.text)] : labelled("c6a3", "Destination IPv6 Address", $0.text)
            } ?? []
        let direction: String? =
            switch facts.direction {
            case "inbound": "0"
            case "outbound": "1"
            default: nil
            }
        let interfaceKey = facts.direction == "outbound" ? "deviceOutboundInterface" : "deviceInboundInterface"
        let rest: [Pair] = [
            ("spt", facts.sourcePort.map { String($0) }), ("dpt", facts.destinationPort.map { String($0) }),
            ("proto", facts.protocolText?.uppercased()), ("app", record.application),
            ("deviceDirection", direction), (interfaceKey, facts.interface),
            // Counted from the source to the destination, as the record does.
            ("in", facts.bytesIn.map { String($0) }), ("out", facts.bytesOut.map { String($0) }),
            ("cnt", facts.suppressed.map { String($0) }),
        ]
        return source + destination + rest
    }

    private func request(_ facts: ConnectionFacts) -> String? {
        guard let http = facts.http else { return nil }
        guard let host = http.host else { return http.path }
        return "http://\(host)\(http.path ?? "")"
    }

    private func labelled(_ key: String, _ label: String, _ text: String?) -> [Pair] {
        text.map { [("\(key)Label", label), (key, $0)] } ?? []
    }

    // MARK: - Escaping

    /// In the header a backslash and a bar are escaped, and there are no lines.
    private static func append(header text: String, to output: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"), UInt8(ascii: "|"): output += [UInt8(ascii: "\\"), byte]
            case let byte where ControlCharacter.isHidden(byte): output.append(UInt8(ascii: " "))
            default: output.append(byte)
            }
        }
    }

    /// In values a backslash, an equals sign and the line ends are escaped; a bar is not.
    private static func append(value text: String, to output: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"), UInt8(ascii: "="): output += [UInt8(ascii: "\\"), byte]
            case 0x0a: output += Array("\\n".utf8)
            case 0x0d: output += Array("\\r".utf8)
            case let byte where ControlCharacter.isHidden(byte):
                // Not an escape of the format: the backslash is told as one.
                output.append(UInt8(ascii: "\\"))
                ControlCharacter.append(byte, to: &output)
            default: output.append(byte)
            }
        }
    }
}
