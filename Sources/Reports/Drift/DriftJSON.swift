public import Drift
import Policy

/// A look at a host as one JSON object; `docs/output-formats.md` describes it.
public enum DriftJSON {
    /// Renders a report.
    public static func render(_ report: DriftReport) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            JSONReport.head(command: "drift", complete: report.isComplete, &json)
            json.member("at", report.at.rfc3339)
            json.key("generation")
            number(report.facts.generation, &json)
            json.key("kernel_generation")
            number(report.facts.kernelGeneration, &json)
            json.member("applied_policy", ifAny: report.facts.appliedDigest)
            json.member("declared_policy", ifAny: report.facts.declaredDigest)
            json.key("findings")
            json.array(report.entries) { json, entry in
                json.object { members(of: entry, in: report, &$0) }
            }
            json.key("ignored")
            json.array(report.ignored) { json, passed in
                json.object { json in
                    members(of: passed.entry, in: report, &json)
                    json.member("reason", passed.reason)
                    json.member("until", passed.until.description)
                }
            }
            json.key("summary")
            json.object { json in
                json.member("errors", report.count(.error))
                json.member("warnings", report.count(.warning))
                json.member("notes", report.count(.note))
                json.member("ignored", report.ignored.count)
            }
        }
        return json.finished()
    }

    /// Renders one thing that a watch tells, as an object on a line: `appeared`, `gone` or `lost`.
    public static func line(_ event: String, _ entry: DriftReport.Entry?, in report: DriftReport?) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("schema_version", JSONReport.schemaVersion)
            json.member("command", "drift")
            json.member("event", event)
            guard let entry, let report else { return }
            json.member("at", report.at.rfc3339)
            json.member("complete", report.isComplete)
            json.key("finding")
            json.object { members(of: entry, in: report, &$0) }
        }
        return json.finished()
    }

    /// Renders what would undo a deviation.
    public static func render(_ plan: RepairPlan, in report: DriftReport) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            JSONReport.head(command: "drift", complete: report.isComplete, &json)
            json.key("finding")
            json.object { members(of: plan.entry, in: report, &$0) }
            json.key("repair")
            json.array(plan.steps) { json, step in
                json.object { json in
                    switch step {
                    case .command(let command): json.member("command", command)
                    case .words(let words): json.member("words", words)
                    case .policy(let line): json.member("policy", line)
                    }
                }
            }
        }
        return json.finished()
    }

    private static func members(of entry: DriftReport.Entry, in report: DriftReport, _ json: inout JSONWriter) {
        let finding = entry.finding
        json.member("id", entry.id.description)
        json.member("kind", finding.kind.rawValue)
        JSONReport.members(of: finding.diagnostic, in: report.sources, &json)
        switch finding.certainty {
        case .certain: json.member("certainty", "certain")
        case .conditional(let conditions):
            json.member("certainty", "conditional")
            json.key("conditions")
            json.array(conditions) { $0.string($1) }
        }
        if let witness = finding.witness { self.witness(witness, &json) }
        if let responsible = finding.responsible {
            json.key("responsible")
            json.object { json in
                json.member("family", responsible.familyName)
                json.member("table", responsible.table)
                json.member("chain", responsible.chain)
                json.key("handle")
                number(responsible.handle, &json)
                json.member("comment", ifAny: responsible.comment)
            }
        }
    }

    private static func witness(_ witness: Witness, _ json: inout JSONWriter) {
        json.key("witness")
        json.object { json in
            json.member("family", witness.familyName)
            json.member("protocol", witness.transport.name)
            json.member("source", "\(witness.source)")
            if let port = witness.sourcePort { json.member("source_port", port) }
            json.member("destination", ifAny: witness.destination.map { "\($0)" })
            json.member("destination_port", witness.destinationPort)
            json.member("time", ifAny: witness.time?.rfc3339)
            json.member("interface", ifAny: witness.interface)
            json.member("own", witness.isOwn)
            json.key("conditions")
            json.array(witness.conditions) { $0.string($1) }
            json.member("live", witness.live)
            json.member("policy", witness.policy)
        }
    }

    private static func number(_ value: (some BinaryInteger)?, _ json: inout JSONWriter) {
        if let value {
            json.number(value)
        } else {
            json.null()
        }
    }
}
