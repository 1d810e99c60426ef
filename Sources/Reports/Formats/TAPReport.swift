import Policy

/// A report of tests in the Test Anything Protocol, version 14.
public enum TAPReport {
    /// Renders a report: a point per test, and one for each error that kept tests from running.
    public static func render(_ report: Report) -> [UInt8] {
        var points = ""
        var number = 0
        for subject in report.subjects {
            for result in subject.cases {
                number += 1
                let isOK = result.outcome != .failed
                points += "\(isOK ? "ok" : "not ok") \(number) - \(description("\(subject.path): \(result.name)"))"
                if result.outcome == .skipped { points += " # SKIP \(description(result.message ?? "not run"))" }
                points += "\n"
                if !isOK {
                    let place = result.span.map(subject.sources.position)
                    points += block(message: result.message ?? "failed", place: place, details: result.details)
                }
            }
            for finding in subject.findings where finding.severity == .error {
                number += 1
                let place = finding.span.map(subject.sources.position)
                points += "not ok \(number) - \(description("\(subject.path): \(finding.code)"))\n"
                points += block(message: finding.message, place: place, details: finding.notes.map(\.message))
            }
        }
        let plan = number == 0 ? "1..0 # SKIP no tests" : "1..\(number)"
        return Array("TAP version 14\n\(plan)\n\(points)".utf8)
    }

    /// Escapes what would start a directive, and keeps a description on its line.
    private static func description(_ text: String) -> String {
        var result = ""
        for scalar in VisibleText.line(text).unicodeScalars {
            if scalar == "#" || scalar == "\\" { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
        return result
    }

    private static func block(message: String, place: String?, details: [String]) -> String {
        var text = "  ---\n  message: \(quoted(message))\n"
        if let place { text += "  at: \(quoted(place))\n" }
        if !details.isEmpty { text += "  details:\n" }
        for detail in details { text += "    - \(quoted(detail))\n" }
        return "\(text)  ...\n"
    }

    /// Returns a double-quoted YAML scalar; JSON's quoting is one.
    private static func quoted(_ text: String) -> String {
        var json = JSONWriter()
        json.string(text)
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
