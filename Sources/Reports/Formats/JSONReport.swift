public import Policy

/// A report as one JSON object; `docs/output-formats.md` describes it.
public enum JSONReport {
    /// The version of the schema; it grows when a reader of the old one would be misled.
    public static let schemaVersion = 1

    /// Renders a report.
    public static func render(_ report: Report) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            head(command: report.command, complete: report.complete, &json)
            json.key("findings")
            json.array { json in
                for subject in report.subjects {
                    for finding in subject.findings { self.finding(finding, in: subject.sources, &json) }
                }
            }
            if report.command == "test" {
                json.key("tests")
                json.array { json in
                    for subject in report.subjects {
                        for result in subject.cases { test(result, of: subject, &json) }
                    }
                }
            }
            json.key("policies")
            json.array(report.subjects) { json, subject in
                json.object { json in
                    json.member("path", subject.path)
                    for severity in Severity.allCases.reversed() {
                        json.key(plural(severity))
                        json.number(subject.findings.count { $0.severity == severity })
                    }
                }
            }
            json.key("summary")
            json.object { json in
                for severity in Severity.allCases.reversed() {
                    json.key(plural(severity))
                    json.number(report.count(severity))
                }
                if report.command == "test" {
                    json.member("passed", report.count(.passed))
                    json.member("failed", report.count(.failed))
                    json.member("skipped", report.count(.skipped))
                }
            }
        }
        return json.finished()
    }

    /// Writes the members that every JSON output begins with.
    public static func head(command: String, complete: Bool, _ json: inout JSONWriter) {
        json.member("schema_version", schemaVersion)
        json.member("command", command)
        json.member("complete", complete)
    }

    /// Writes a finding.
    public static func finding(_ diagnostic: Diagnostic, in sources: SourceMap, _ json: inout JSONWriter) {
        json.object { members(of: diagnostic, in: sources, &$0) }
    }

    /// Writes the members of a finding.
    static func members(of diagnostic: Diagnostic, in sources: SourceMap, _ json: inout JSONWriter) {
        json.member("code", diagnostic.code)
        json.member("severity", diagnostic.severity.rawValue)
        json.member("message", diagnostic.message)
        if let span = diagnostic.span { place(span, in: sources, &json) }
        json.member("port", ifAny: diagnostic.port)
        json.member("rule", ifAny: diagnostic.rule)
        json.key("notes")
        json.array(diagnostic.notes) { json, note in
            json.object { json in
                json.member("message", note.message)
                if let span = note.span { place(span, in: sources, &json) }
            }
        }
        if let fix = diagnostic.fix {
            json.key("fix")
            json.object { json in
                place(fix.span, in: sources, &json)
                json.member("replacement", fix.replacement)
            }
        }
    }

    private static func test(_ result: CaseResult, of subject: ReportSubject, _ json: inout JSONWriter) {
        json.object { json in
            json.member("policy", subject.path)
            json.member("name", result.name)
            json.member("outcome", result.outcome.rawValue)
            json.member("message", ifAny: result.message)
            json.key("details")
            json.array(result.details) { json, line in json.string(line) }
            if let span = result.span { place(span, in: subject.sources, &json) }
        }
    }

    /// Writes the members of a place: columns count Unicode scalars from 1, ends are exclusive.
    static func place(_ span: SourceSpan, in sources: SourceMap, _ json: inout JSONWriter) {
        json.member("file", sources.path(of: span))
        json.member("line", span.line)
        json.member("column", span.column)
        json.member("end_line", span.endLine)
        json.member("end_column", span.endColumn)
    }

    private static func plural(_ severity: Severity) -> StaticString {
        switch severity {
        case .error: "errors"
        case .warning: "warnings"
        case .note: "notes"
        }
    }
}
