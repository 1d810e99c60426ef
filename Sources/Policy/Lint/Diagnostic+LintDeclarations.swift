// Lint of networks, identities, windows and ports: PG110 to PG119. Lint of tests: PG120 to PG123.
extension Diagnostic {
    static func redundantEntry(_ entry: CIDREntry, coveredBy cover: CIDREntry, _ network: Network) -> Diagnostic {
        let reason =
            entry.cidr == cover.cidr ? "stands in \(network.name) twice" : "is inside \(cover.cidr) of \(network.name)"
        return Diagnostic(
            code: "PG110", severity: .warning, message: "\(entry.cidr) \(reason); remove it", span: entry.span,
            notes: [Note("\(cover.cidr) is here", span: cover.span)])
    }

    static func windowNeverOpens(_ window: Window, later: String?) -> Diagnostic {
        Diagnostic(
            code: "PG111", severity: .warning,
            message: "window \(window.name) does not open within \(Linter.horizonDays) days"
                + (later.map { "; it opens next \($0)" } ?? ""),
            span: window.span)
    }

    static func unused(_ kind: String, _ name: Name, at span: SourceSpan) -> Diagnostic {
        Diagnostic(code: "PG112", severity: .warning, message: "\(kind) \(name) is never used by a rule", span: span)
    }

    static func missing(_ key: String, _ port: Port) -> Diagnostic {
        Diagnostic(
            code: "PG113", severity: .warning, message: "port \(port.name) has no \(key)", span: port.span,
            port: port.name.text)
    }

    static func placeholderOwner(_ owner: String, _ port: Port) -> Diagnostic {
        Diagnostic(
            code: "PG114", severity: .warning,
            message: "the owner of port \(port.name) is still \(owner); name who answers for it", span: port.span,
            port: port.name.text)
    }

    static func lockedOut(_ port: Port, reasons: [(rule: AccessRule, reason: String)]) -> Diagnostic {
        Diagnostic(
            code: "PG115", severity: .error,
            message: "nobody but this host itself can reach \(port.name): applying this closes SSH to everybody",
            span: port.span,
            notes: reasons.map { Note("rule \($0.rule.name): \($0.reason)", span: $0.rule.span) }, port: port.name.text)
    }

    /// The most ports that the finding of ports gated for TCP alone names.
    private static let mostNamed = 5

    /// Returns one finding for all ports gated for TCP alone, each with its first number that is not gated for UDP.
    static func tcpOnly(_ ports: [(port: Port, number: UInt16)]) -> Diagnostic? {
        guard let first = ports.first else { return nil }
        var message = "port \(first.port.name) gates \(first.number) for tcp alone; \(first.number)/udp is not judged"
        if ports.count > 1 {
            let named = ports.prefix(mostNamed).map { "\($0.port.name) (\($0.number))" }.joined(separator: ", ")
            let rest = ports.count > mostNamed ? " and \(ports.count - mostNamed) more" : ""
            message = "\(ports.count) ports are gated for tcp alone and not judged for udp: \(named)\(rest)"
        }
        let notes = ports.dropFirst().prefix(mostNamed - 1).map {
            Note("port \($0.port.name) gates \($0.number) for tcp alone", span: $0.port.portsSpan)
        }
        return Diagnostic(
            code: "PG116", severity: .note, message: message, span: first.port.portsSpan, notes: notes,
            port: first.port.name.text)
    }

    static func noPorts() -> Diagnostic {
        Diagnostic(
            code: "PG118", severity: .warning, message: "the policy declares no port; applied, it gates nothing",
            span: SourceSpan(file: 0, line: 1, column: 1))
    }

    static func ephemeral(_ range: PortRange, _ port: Port) -> Diagnostic {
        let text = range.first == range.last ? "\(range.first)" : "\(range.first)-\(range.last)"
        return Diagnostic(
            code: "PG117", severity: .note,
            message: "\(text) lies in the range 32768-60999 from which Linux takes ports for outgoing connections",
            span: port.portsSpan, port: port.name.text)
    }

    static func untestedPort(_ port: Port) -> Diagnostic {
        Diagnostic(
            code: "PG120", severity: .warning, message: "port \(port.name) has no test", span: port.span,
            port: port.name.text)
    }

    static func untestedRule(_ rule: AccessRule, _ port: Port) -> Diagnostic {
        Diagnostic(
            code: "PG121", severity: .note, message: "no test is allowed by rule \(rule.name)", span: rule.span,
            port: port.name.text, rule: rule.name.text)
    }

    static func testWithoutTime(_ test: PolicyTest, _ port: Port, _ rule: AccessRule) -> Diagnostic {
        Diagnostic(
            code: "PG122", severity: .warning,
            message: "this test states no time, and rule \(rule.name) of \(port.name) depends on it; write at:",
            span: test.span, notes: [Note("rule \(rule.name) is here", span: rule.span)], port: port.name.text)
    }

    static func testBeyondHorizon(_ test: PolicyTest, at moment: Instant) -> Diagnostic {
        Diagnostic(
            code: "PG123", severity: .note,
            message:
                "this test is at \(moment), more than \(Linter.horizonDays) days from now; no rendered window reaches so far",
            span: test.span, port: test.port.text)
    }
}
