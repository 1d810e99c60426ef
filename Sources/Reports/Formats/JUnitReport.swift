public import Policy

/// A report as JUnit XML, as CI dashboards read it: one suite per policy, one case per test and per finding.
public enum JUnitReport {
    /// Renders a report. Findings from `failing` on are failures; lighter ones pass with their text as output.
    public static func render(_ report: Report, failing: Severity = .error) -> [UInt8] {
        var xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        let suites = report.subjects.map { suite($0, of: report, failing: failing) }
        let tests = suites.reduce(0) { $0 + $1.tests }
        let failures = suites.reduce(0) { $0 + $1.failures }
        xml +=
            "<testsuites name=\"portgate \(attribute(report.command))\" tests=\"\(tests)\" failures=\"\(failures)\">\n"
        for suite in suites { xml += suite.xml }
        return Array("\(xml)</testsuites>\n".utf8)
    }

    private static func suite(
        _ subject: ReportSubject, of report: Report, failing: Severity
    ) -> (xml: String, tests: Int, failures: Int) {
        var cases = ""
        var tests = 0
        var failures = 0
        for result in subject.cases {
            tests += 1
            let body = ([result.message].compactMap(\.self) + result.details).joined(separator: "\n")
            var content = ""
            switch result.outcome {
            case .passed: break
            case .failed:
                failures += 1
                content = element("failure", type: "test", message: result.message ?? "failed", body: body)
            case .skipped: content = "      <skipped message=\"\(attribute(result.message ?? "not run"))\"/>\n"
            }
            cases += testCase(result.name, result.span, of: subject, content)
        }
        for finding in subject.findings {
            tests += 1
            var body = finding.message
            if let span = finding.span { body = "\(subject.sources.position(of: span)): \(body)" }
            for note in finding.notes {
                body += "\n\(note.message)\(note.span.map { " (\(subject.sources.position(of: $0)))" } ?? "")"
            }
            let fails = finding.severity >= failing
            if fails { failures += 1 }
            let content =
                fails
                ? element("failure", type: finding.code, message: finding.message, body: body)
                : "      <system-out>\(text("\(finding.severity.rawValue) \(body)"))</system-out>\n"
            let at = finding.span.map { " at \(subject.sources.position(of: $0))" } ?? ""
            cases += testCase("\(finding.code)\(at)", finding.span, of: subject, content)
        }
        if tests == 0 {
            tests = 1
            cases = testCase("no findings", nil, of: subject, "")
        }
        let head = "  <testsuite name=\"\(attribute(subject.path))\" tests=\"\(tests)\" failures=\"\(failures)\""
        return ("\(head) errors=\"0\" time=\"0\">\n\(cases)  </testsuite>\n", tests, failures)
    }

    private static func testCase(
        _ name: String, _ span: SourceSpan?, of subject: ReportSubject, _ content: String
    ) -> String {
        var head = "    <testcase classname=\"\(attribute(subject.path))\" name=\"\(attribute(name))\" time=\"0\""
        if let span { head += " file=\"\(attribute(subject.sources.path(of: span)))\" line=\"\(span.line)\"" }
        return content.isEmpty ? "\(head)/>\n" : "\(head)>\n\(content)    </testcase>\n"
    }

    private static func element(_ name: String, type: String, message: String, body: String) -> String {
        "      <\(name) type=\"\(attribute(type))\" message=\"\(attribute(message))\">\(text(body))</\(name)>\n"
    }

    private static func attribute(_ text: String) -> String { escape(text, isAttribute: true) }
    private static func text(_ text: String) -> String { escape(text, isAttribute: false) }

    /// Escapes markup; what XML 1.0 cannot hold becomes U+FFFD.
    private static func escape(_ text: String, isAttribute: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x26: result += "&amp;"
            case 0x3c: result += "&lt;"
            case 0x3e: result += "&gt;"
            case 0x22 where isAttribute: result += "&quot;"
            case 0x09, 0x0a, 0x0d:
                if isAttribute || scalar == "\r" {
                    result += "&#\(scalar.value);"
                } else {
                    result.unicodeScalars.append(scalar)
                }
            case 0x00...0x1f, 0xfffe, 0xffff: result += "\u{fffd}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
