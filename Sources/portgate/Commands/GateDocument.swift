import Gate
import JSON
import Policy

/// The one JSON object that a command on a host writes: the envelope of every command, and members of its own.
struct GateDocument {
    let command: String
    let complete: Bool
    let findings: [Diagnostic]
    let members: [JSONValue.Member]

    /// The document.
    var bytes: [UInt8] {
        var all = [
            JSONValue.Member("schema_version", .number(1)), JSONValue.Member("command", .string(command)),
            JSONValue.Member("complete", .bool(complete)),
            JSONValue.Member("findings", .array(findings.map(Self.json))),
        ]
        all += members
        return JSONValue.object(all).rendered()
    }

    private static func json(_ finding: Diagnostic) -> JSONValue {
        .members([
            "code": .string(finding.code), "severity": .string(finding.severity.rawValue),
            "message": .string(finding.message), "port": finding.port.map { .string($0) },
            "rule": finding.rule.map { .string($0) },
            "notes": .array(finding.notes.map { .members(["message": .string($0.message)]) }),
        ])
    }
}
