import JSON
import Nftables

extension GateStatus.ObservedStatus {
    /// Reads what a live table only observes of a port; nil when that is nothing.
    init?(ofPort port: String, in table: Table?, counters: [String: CounterValue]) {
        let refusal = table?.chains.first { $0.name == "pg_r_\(port)" }
        refusesNobody = refusal?.rules.allSatisfy { $0.statements.last == .verdict(.accept) } ?? false
        rules = Self.packets("pg_o_\(port)/", counters)
        staged = Self.packets("pg_so_\(port)/", counters)
        stagedRefusals = counters["pg_sd_\(port)"]?.packets
        if !refusesNobody, rules.isEmpty, stagedRefusals == nil { return nil }
    }

    private static func packets(_ prefix: String, _ counters: [String: CounterValue]) -> [String: UInt64] {
        var found: [String: UInt64] = [:]
        for (name, value) in counters where name.hasPrefix(prefix) {
            found[String(name.dropFirst(prefix.utf8.count))] = value.packets
        }
        return found
    }

    /// A line for each thing that is observed.
    var lines: [String] {
        var lines: [String] = []
        for (rule, count) in rules.sorted(by: { $0.key < $1.key }) {
            lines.append("observed rule \(rule): would allow \(count) packets")
        }
        if let stagedRefusals {
            lines.append("staged beside it: would refuse \(stagedRefusals) new connections")
            for (rule, count) in staged.sorted(by: { $0.key < $1.key }) {
                lines.append("staged rule \(rule): would allow \(count) new connections")
            }
        }
        return lines
    }

    /// The same as JSON.
    var json: JSONValue {
        func counts(_ counts: [String: UInt64], _ what: String) -> JSONValue {
            .array(
                counts.sorted { $0.key < $1.key }.map {
                    .members(["rule": .string($0.key), what: .number(Int64(clamping: $0.value))])
                })
        }
        return .members([
            "refuses_nobody": .bool(refusesNobody), "rules": counts(rules, "would_allow_packets"),
            "staged_rules": counts(staged, "would_allow_connections"),
            "staged_refusals": stagedRefusals.map { .number(Int64(clamping: $0)) },
        ])
    }
}
