public import Policy

/// A report for people: each finding with its excerpt, notes and help; totals and the next command last.
public enum TextReport {
    /// Renders a report.
    public static func render(_ report: Report, style: TextStyle = .plain) -> [UInt8] {
        var text = ""
        for subject in report.subjects {
            var writer = DiagnosticText(sources: subject.sources, style: style)
            for result in subject.cases where result.outcome != .passed { writer.append(result, to: &text) }
            for finding in subject.findings { writer.append(finding, to: &text) }
        }
        let severity: Severity? =
            report.count(.error) + report.count(.failed) > 0 ? .error : report.count(.warning) > 0 ? .warning : nil
        let totals = Totals.line(of: report)
        text += severity.map { style.severity($0, totals) } ?? style.good(totals)
        text += "\n"
        if let next = report.nextStep { text += "next: \(VisibleText.line(next))\n" }
        return Array(text.utf8)
    }

    /// Renders findings alone, for standard error.
    public static func findings(_ findings: [Diagnostic], in sources: SourceMap, style: TextStyle = .plain) -> [UInt8] {
        var text = ""
        let subject = ReportSubject(path: "", findings: findings, sources: sources)
        var writer = DiagnosticText(sources: sources, style: style)
        for finding in subject.findings { writer.append(finding, to: &text) }
        return Array(text.utf8)
    }
}
