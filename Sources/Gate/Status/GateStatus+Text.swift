public import JSON
import Policy

extension GateStatus {
    /// The status for people.
    public var text: String {
        var lines: [String] = []
        if let record {
            let policy = "policy \(record.policyName), sha256 \(record.policyDigest)"
            lines.append("generation \(record.number), \(record.origin == .noGate ? "no gate" : policy)")
            let how =
                switch record.origin {
                case .apply: "applied"
                case .rollback(let target): "returned to generation \(target)"
                case .noGate: "the gate was taken away"
                }
            lines.append("\(how) at \(record.created.rfc3339) by \(record.appliedBy)")
            if record.isProved == false {
                lines.append("not proved that it lets in what the policy allows: --no-proof was given")
            }
            if !record.paths.isEmpty { lines.append("from \(record.paths.joined(separator: ", "))") }
        } else {
            lines.append("nothing was ever applied with this state directory")
        }
        if let horizon { lines.append("windows are rendered until \(horizon.rfc3339)") }
        for (group, owner) in logOwners.sorted(by: { $0.key < $1.key }) {
            lines.append("log group \(group) is taken by \(owner)")
        }
        for port in ports {
            lines.append("")
            lines.append("port \(port.name) (\(port.services)): \(Self.refusals(port))")
            for rule in port.rules { lines.append("  rule \(rule.name): \(Self.words(rule))") }
            if port.rules.isEmpty {
                lines.append(port.observed?.refusesNobody == true ? "  it has no rules" : "  nobody may reach it")
            }
            lines += port.observed?.lines.map { "  " + $0 } ?? []
        }
        if !access.text.isEmpty { lines += [""] + access.text }
        if !findings.isEmpty { lines.append("") }
        for finding in findings {
            lines.append("\(finding.severity.rawValue): \(finding.message) [\(finding.code)]")
            lines += finding.notes.map { "  \($0.message)" }
        }
        lines.append("")
        lines.append(summary)
        return lines.joined(separator: "\n") + "\n"
    }

    /// The status in one line.
    public var summary: String {
        guard isLive else { return "not in force: nothing is gated in this network namespace" }
        let rules = ports.reduce(0) { $0 + $1.rules.count }
        let size =
            "\(ports.count) \(ports.count == 1 ? "port" : "ports"), \(rules) \(rules == 1 ? "rule" : "rules"), "
            + "kernel generation \(kernelGeneration)"
        var text = isAsApplied ? "in force as applied: \(size)" : "in force, but not as applied: \(size)"
        if let confirmation {
            switch confirmation.stand {
            case .armed(let seconds): text += "; armed, \(seconds) s left"
            case .fellBack: text += "; generation \(confirmation.pending.generation) fell back"
            case .confirmed: text += "; confirmed"
            }
        }
        return text
    }

    private static func refusals(_ port: PortStatus) -> String {
        guard let refused = port.refused else { return "its counter is missing" }
        let isObserved = port.observed?.refusesNobody == true
        var text = isObserved ? "only observed, would refuse \(refused) packets" : "\(refused) packets refused"
        if let logged = port.logged { text += ", \(logged) of them logged" }
        if let suppressed = port.suppressed { text += ", \(suppressed) over the rate of records" }
        return text
    }

    private static func words(_ rule: RuleStatus) -> String {
        var text = rule.isOpen ? "open" : "closed"
        if let changes = rule.changes { text += ", \(rule.isOpen ? "closes" : "opens") \(changes.rfc3339)" }
        if let expires = rule.expires { text += ", ends for good \(expires.rfc3339)" }
        return text + (rule.allowed.map { ", \($0) packets allowed" } ?? ", its counter is missing")
    }

    /// The status as JSON members.
    public var json: [JSONValue.Member] {
        let body = JSONValue.members([
            "in_force": .bool(isLive), "as_applied": .bool(isAsApplied),
            "generation": record.map { .number(Int64($0.number)) },
            "record": record?.json, "outcome": outcome.map { .string($0.result.rawValue) },
            "confirmation": confirmation?.json,
            "kernel_generation": .number(Int64(kernelGeneration)), "policy_digest": policyDigest.map { .string($0) },
            "horizon": horizon.map { .string($0.rfc3339) }, "clock_offset_seconds": .number(clockOffset),
            "log_groups": .array(
                logOwners.sorted { $0.key < $1.key }.map {
                    .members(["group": .number(Int64($0.key)), "owner": .string($0.value)])
                }),
            "ports": .array(ports.map(Self.json)),
            "later_chains": .array(
                laterChains.map { chain in
                    .members([
                        "family": .string(chain.family.name), "table": .string(chain.table),
                        "chain": .string(chain.name),
                        "hook": .string(chain.hookName), "priority": .number(Int64(chain.priority)),
                        "drops_by_default": .bool(chain.dropsByDefault),
                    ])
                }),
        ])
        guard case .object(let members) = body else { return [] }
        return members + access.json
    }

    private static func json(_ port: PortStatus) -> JSONValue {
        func number(_ count: UInt64?) -> JSONValue? { count.map { .number(Int64(clamping: $0)) } }
        return .members([
            "port": .string(port.name), "services": .string(port.services), "refused_packets": number(port.refused),
            "logged_packets": number(port.logged), "suppressed_packets": number(port.suppressed),
            "observed": port.observed?.json,
            "rules": .array(
                port.rules.map { rule in
                    .members([
                        "rule": .string(rule.name), "allowed_packets": number(rule.allowed), "open": .bool(rule.isOpen),
                        "changes": rule.changes.map { .string($0.rfc3339) },
                        "expires": rule.expires.map { .string($0.rfc3339) },
                    ])
                }),
        ])
    }
}

extension ConfirmationLook {
    /// The stand of the generation as JSON.
    var json: JSONValue {
        var stand = "confirmed"
        var left: UInt64?
        var detail: String?
        switch self.stand {
        case .armed(let seconds): (stand, left) = ("armed", seconds)
        case .confirmed: break
        case .fellBack(let reason): (stand, detail) = ("fell-back", reason)
        }
        return .members([
            "generation": .number(Int64(pending.generation)), "stand": .string(stand),
            "seconds_left": left.map { .number(Int64(clamping: $0)) }, "detail": detail.map { .string($0) },
        ])
    }
}
