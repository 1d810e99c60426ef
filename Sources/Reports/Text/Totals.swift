import Policy

/// The line of totals that ends a report for people.
enum Totals {
    /// Returns `2 errors, 1 warning in 3 policies`, with the count of tests before when tests were run.
    static func line(of report: Report) -> String {
        var parts: [String] = []
        if report.hasCases {
            let total = report.subjects.reduce(0) { $0 + $1.cases.count }
            parts.append("\(Wording.count(total, "test")): \(report.count(.passed)) passed")
            if report.count(.failed) > 0 { parts.append("\(report.count(.failed)) failed") }
            if report.count(.skipped) > 0 { parts.append("\(report.count(.skipped)) skipped") }
        }
        for severity in Severity.allCases.reversed() where report.count(severity) > 0 {
            parts.append(Wording.count(report.count(severity), severity.rawValue))
        }
        if parts.isEmpty { parts.append("no findings") }
        var line = parts.joined(separator: ", ")
        if report.subjects.count != 1 {
            line += " in \(report.subjects.count) policies"
        } else if let subject = report.subjects.first {
            line += " in \(VisibleText.line(subject.path))"
            if let description = subject.description { line += " (\(VisibleText.line(description)))" }
        }
        if !report.complete { line += "; the look was not completed" }
        return line
    }
}
