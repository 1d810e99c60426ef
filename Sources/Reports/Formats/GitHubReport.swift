import Policy

/// A report as GitHub workflow commands, which become annotations of a pull request.
public enum GitHubReport {
    /// Renders a report: one command per line, then a line of totals.
    public static func render(_ report: Report) -> [UInt8] {
        var text = ""
        for subject in report.subjects {
            for finding in subject.findings {
                var message = finding.message
                for note in finding.notes {
                    let place = note.span.map { " (\(subject.sources.place(of: $0)))" } ?? ""
                    message += "\n\(note.message)\(place)"
                }
                command(
                    level(finding.severity), finding.span, in: subject, title: finding.code, message: message, &text)
            }
            for result in subject.cases where result.outcome == .failed {
                let message = ([result.message ?? "failed"] + result.details).joined(separator: "\n")
                command("error", result.span, in: subject, title: result.name, message: message, &text)
            }
        }
        return Array("\(text)\(Totals.line(of: report))\n".utf8)
    }

    private static func level(_ severity: Severity) -> String {
        switch severity {
        case .error: "error"
        case .warning: "warning"
        case .note: "notice"
        }
    }

    private static func command(
        _ level: String, _ span: SourceSpan?, in subject: ReportSubject, title: String, message: String,
        _ text: inout String
    ) {
        var properties: [String] = []
        if let span {
            properties.append("file=\(property(subject.sources.path(of: span)))")
            properties.append("line=\(span.line)")
            // GitHub takes columns only for a place on one line.
            if span.line == span.endLine { properties.append("col=\(span.column)") }
            properties.append("endLine=\(span.endLine)")
            if span.line == span.endLine { properties.append("endColumn=\(span.endColumn)") }
        } else if subject.path != "-" {
            properties.append("file=\(property(subject.path))")
        }
        properties.append("title=\(property(title))")
        text += "::\(level) \(properties.joined(separator: ","))::\(data(message))\n"
    }

    /// Escapes what would end a command's text.
    private static func data(_ text: String) -> String { escape(text, alsoSeparators: false) }

    /// Escapes what would end a property.
    private static func property(_ text: String) -> String { escape(text, alsoSeparators: true) }

    private static func escape(_ text: String, alsoSeparators: Bool) -> String {
        var result: [UInt8] = []
        for scalar in text.unicodeScalars {
            switch scalar {
            case "%": result += "%25".utf8
            case "\r": result += "%0D".utf8
            case "\n": result += "%0A".utf8
            case ":" where alsoSeparators: result += "%3A".utf8
            case "," where alsoSeparators: result += "%2C".utf8
            default: VisibleText.append(scalar, to: &result)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
