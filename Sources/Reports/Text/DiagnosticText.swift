import Policy

/// Writes findings and failed tests as text with excerpts.
struct DiagnosticText {
    private let sources: SourceMap
    private let style: TextStyle
    private var excerpts: SourceExcerpts

    init(sources: SourceMap, style: TextStyle) {
        self.sources = sources
        self.style = style
        excerpts = SourceExcerpts(sources)
    }

    /// Appends a finding and an empty line.
    mutating func append(_ finding: Diagnostic, to text: inout String) {
        let label = style.severity(finding.severity, "\(finding.severity.rawValue)[\(finding.code)]")
        text += "\(label)\(style.bold(": \(VisibleText.line(finding.message))"))\n"
        let width = gutter(of: finding)
        if let span = finding.span { append(span, mark: "^", finding.severity, width: width, to: &text) }
        for note in finding.notes {
            let message = VisibleText.line(note.message)
            if let span = note.span {
                text += "\(style.severity(.note, "note")): \(message)\n"
                append(span, mark: "-", .note, width: width, to: &text)
            } else {
                text += "\(pad("", width)) \(style.frame("=")) note: \(message)\n"
            }
        }
        if let fix = finding.fix {
            text += "\(pad("", width)) \(style.frame("=")) help: \(help(fix))\n"
        }
        text += "\n"
    }

    /// Appends a test that did not pass and an empty line.
    mutating func append(_ result: CaseResult, to text: inout String) {
        let severity: Severity = result.outcome == .failed ? .error : .note
        let label = style.severity(severity, result.outcome.rawValue)
        let message = result.message.map { ": \(VisibleText.line($0))" } ?? ""
        text += "\(label) test '\(VisibleText.line(result.name))'\(style.bold(message))\n"
        let width = result.span.map { digits($0.line) } ?? 1
        if let span = result.span { append(span, mark: "^", severity, width: width, to: &text) }
        for detail in result.details { text += "\(pad("", width)) \(style.frame("=")) \(VisibleText.line(detail))\n" }
        text += "\n"
    }

    private mutating func append(
        _ span: SourceSpan, mark: String, _ severity: Severity, width: Int, to text: inout String
    ) {
        let path = VisibleText.line(sources.path(of: span))
        text += "\(pad("", width))\(style.frame("-->")) \(path):\(span.line):\(span.column)\n"
        guard let excerpt = excerpts.excerpt(of: span) else { return }
        let bar = style.frame("|")
        text += "\(pad("", width)) \(bar)\n"
        text += "\(style.frame(pad("\(span.line)", width))) \(bar) \(excerpt.text)\n"
        let carets = String(repeating: mark, count: excerpt.underline)
        text += "\(pad("", width)) \(bar) \(pad("", excerpt.padding))\(style.severity(severity, carets))\n"
    }

    private func help(_ fix: Diagnostic.Fix) -> String {
        if fix.replacement.isEmpty { return "remove it" }
        guard fix.span.line != fix.span.endLine || fix.span.column != fix.span.endColumn else {
            return "add `\(VisibleText.line(fix.replacement))`"
        }
        return "write `\(VisibleText.line(fix.replacement))`"
    }

    /// The width of the line numbers of a finding.
    private func gutter(of finding: Diagnostic) -> Int {
        ([finding.span] + finding.notes.map(\.span)).compactMap { $0.map { digits($0.line) } }.max() ?? 1
    }

    private func digits(_ number: UInt32) -> Int { String(number).utf8.count }

    /// Pads on the left.
    private func pad(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.utf8.count)) + text
    }
}
