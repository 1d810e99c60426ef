public import Drift
import Policy

/// A look at a host for people.
public enum DriftText {
    /// Renders a report: each finding with its notes, what was passed over, sums, and the command to run next.
    public static func render(_ report: DriftReport, style: TextStyle = .plain) -> [UInt8] {
        var text = ""
        var writer = DiagnosticText(sources: report.sources, style: style)
        for entry in report.entries { writer.append(entry.diagnostic, to: &text) }
        for passed in report.ignored {
            let message = VisibleText.line(passed.entry.finding.diagnostic.message)
            text += "passed over until \(passed.until): \(passed.entry.id) \(message)\n"
            text += "  reason: \(VisibleText.line(passed.reason))\n"
        }
        if !report.ignored.isEmpty { text += "\n" }
        let worst = report.entries.map(\.finding.diagnostic.severity).max()
        let totals = totals(of: report)
        let weighs = worst.map { $0 > .note } ?? false
        text += weighs ? style.severity(worst ?? .note, totals) : style.good(totals)
        text += "\n"
        if let first = report.entries.first(where: { $0.finding.diagnostic.severity > .note }) {
            text += "next: portgate drift --repair \(first.id)\n"
        }
        return Array(text.utf8)
    }

    /// The sums in one line.
    static func totals(of report: DriftReport) -> String {
        var parts: [String] = []
        for severity in Severity.allCases.reversed() where report.count(severity) > 0 {
            parts.append(Wording.count(report.count(severity), severity.rawValue))
        }
        var line = parts.isEmpty ? "no findings" : parts.joined(separator: ", ")
        if !report.ignored.isEmpty { line += ", \(report.ignored.count) passed over" }
        line += report.facts.generation.map { "; generation \($0)" } ?? "; nothing was applied"
        if let generation = report.facts.kernelGeneration { line += ", kernel generation \(generation)" }
        if !report.isComplete { line += "; not everything could be looked at" }
        return line
    }

    /// One line that says of a finding whether it appeared (`+`) or went away (`-`).
    public static func line(_ sign: String, _ entry: DriftReport.Entry) -> String {
        let diagnostic = entry.finding.diagnostic
        return "\(sign) \(diagnostic.severity.rawValue)[\(diagnostic.code)] \(entry.id): "
            + VisibleText.line(diagnostic.message) + "\n"
    }

    /// Renders what would undo a deviation.
    public static func render(_ plan: RepairPlan) -> [UInt8] {
        var text = line("to settle", plan.entry)
        for step in plan.steps {
            switch step {
            case .command(let command): text += "  $ \(VisibleText.line(command))\n"
            case .words(let words): text += "  \(VisibleText.line(words))\n"
            case .policy(let line): text += "      \(VisibleText.line(line))\n"
            }
        }
        return Array("\(text)nothing was done\n".utf8)
    }
}
