/// Findings on what declarations mean together.
extension Diagnostic {
    static func overlappingPorts(
        _ number: UInt16, _ transport: TransportProtocol, port: Port, other: Port
    ) -> Diagnostic {
        Diagnostic(
            code: "PG070", severity: .error,
            message: "port \(number)/\(transport.name) is declared by '\(other.name)' already", span: port.portsSpan,
            notes: [
                Note(
                    "'\(other.name)' declares \(other.ports.map(\.text).joined(separator: ", "))"
                        + "\(other.protocolStated ? "" : " of every protocol")",
                    span: other.portsSpan)
            ], port: port.name.text)
    }

    static func unmatchableRule(_ rule: AccessRule, port: String, at span: SourceSpan, notes: [Note]) -> Diagnostic {
        Diagnostic(
            code: "PG071", severity: .error,
            message: "rule '\(rule.name)' can never match: none of its identities is inside its cidrs", span: span,
            notes: notes, port: port, rule: rule.name.text)
    }

    static func testOutsidePort(_ what: String, port: Port, allowed: String, at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG072", severity: .error,
            message: "port '\(port.name)' does not declare \(what); it declares \(allowed)",
            span: span, notes: [Note("'\(port.name)' is declared here", span: port.portsSpan)], port: port.name.text)
    }

    static func ruleOfDenial(at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG073", severity: .error,
            message: "a test that expects deny has no rule; leave 'by' out, or expect allow", span: span)
    }

    static func unspokenRequest(at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG074", severity: .error,
            message: "nobody speaks 'any'; name what the client speaks, or leave 'request' out", span: span)
    }

    static func notSpoken(_ text: String, _ type: RequestType, at span: SourceSpan) -> Diagnostic {
        let names = TransportProtocol.allCases.filter(type.transports.contains).map(\.name).joined(separator: " or ")
        return Diagnostic(
            code: "PG075", severity: .error,
            message: "request type '\(text.quoted)' is judged over \(names) only, which the port does not include",
            span: span)
    }
}
