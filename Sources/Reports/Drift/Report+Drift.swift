public import Drift
import Policy

extension Report {
    /// Makes a report of a look at a host for the formats that every command has: id, packet and rule become notes.
    public init(drift report: DriftReport) {
        let subject = ReportSubject(
            path: report.facts.paths.first ?? "-", findings: report.entries.map(\.diagnostic), sources: report.sources)
        self.init(command: "drift", complete: report.isComplete, subjects: [subject])
    }
}

extension DriftReport.Entry {
    /// The finding with all there is to it in its notes.
    var diagnostic: Diagnostic {
        var diagnostic = finding.diagnostic
        diagnostic.notes.insert(contentsOf: words.map { Diagnostic.Note($0) }, at: 0)
        return diagnostic
    }

    private var words: [String] {
        var words = ["\(id) (\(finding.kind.rawValue))"]
        if let witness = finding.witness {
            words.append("packet \(witness): live \(witness.live), policy \(witness.policy)")
        }
        if let responsible = finding.responsible {
            let comment = responsible.comment.map { ", comment '\($0)'" } ?? ""
            words.append("decided by \(responsible)\(comment)")
        }
        if case .conditional(let conditions) = finding.certainty {
            words.append("holds while \(conditions.joined(separator: ", and "))")
        }
        return words
    }
}
