public import Drift
import Policy

/// A look at a host as one page of HTML that needs nothing else: no script, no file, no network.
public enum DriftHTML {
    private static let style = """
        body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#222;background:#fff}
        h1{font-size:1.4rem}article{border-left:.3rem solid #888;padding:.2rem 1rem;margin:1rem 0;background:#f6f6f6}
        article.error{border-color:#b00020}article.warning{border-color:#b26a00}article.note{border-color:#00639b}
        h2{font-size:1rem;margin:.4rem 0}code{font-family:ui-monospace,monospace}ul{margin:.3rem 0}dl{display:grid;
        grid-template-columns:max-content 1fr;gap:.1rem 1rem}dt{font-weight:600}dd{margin:0}.incomplete{color:#b00020}
        @media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}article{background:#242424}}

        """

    /// Renders a report.
    public static func render(_ report: DriftReport) -> [UInt8] {
        var page = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>portgate drift</title>
            <style>
            \(style)</style>
            </head>
            <body>
            <h1>portgate drift: \(text(DriftText.totals(of: report)))</h1>
            <dl>
            <dt>looked</dt><dd>\(report.at.rfc3339)</dd>

            """
        if !report.facts.paths.isEmpty {
            page += "<dt>policy</dt><dd>\(text(report.facts.paths.joined(separator: ", ")))</dd>\n"
        }
        for (name, digest) in [("declared", report.facts.declaredDigest), ("applied", report.facts.appliedDigest)] {
            if let digest { page += "<dt>\(name)</dt><dd><code>sha256 \(text(digest))</code></dd>\n" }
        }
        page += "</dl>\n"
        if !report.isComplete {
            page +=
                "<p class=\"incomplete\">Not everything could be looked at: this page does not say that all is well.</p>\n"
        }
        for entry in report.entries { page += article(entry, report.sources) }
        if report.entries.isEmpty { page += "<p>No findings.</p>\n" }
        if !report.ignored.isEmpty {
            page += "<h1>Passed over</h1>\n"
            for passed in report.ignored {
                page += article(
                    passed.entry, report.sources, more: ["until \(passed.until): \(passed.reason)"])
            }
        }
        return Array("\(page)</body>\n</html>\n".utf8)
    }

    private static func article(
        _ entry: DriftReport.Entry, _ sources: SourceMap, more: [String] = []
    ) -> String {
        let diagnostic = entry.diagnostic
        let severity = diagnostic.severity.rawValue
        var html = "<article class=\"\(severity)\" id=\"\(entry.id)\">\n"
        html += "<h2>\(severity) \(text(diagnostic.code)): \(text(diagnostic.message))</h2>\n"
        if let span = diagnostic.span { html += "<p><code>\(text(sources.position(of: span)))</code></p>\n" }
        html += "<ul>\n"
        for note in diagnostic.notes {
            let place = note.span.map { " (\(sources.position(of: $0)))" } ?? ""
            html += "<li>\(text(note.message + place))</li>\n"
        }
        for line in more { html += "<li>\(text(line))</li>\n" }
        return html + "</ul>\n</article>\n"
    }

    /// Text that is only text in a page, also between quotes.
    private static func text(_ text: String) -> String {
        var result = ""
        for scalar in VisibleText.line(text).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
