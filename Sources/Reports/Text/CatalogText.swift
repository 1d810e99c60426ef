public import Policy

/// The diagnostic catalog as `portgate explain` shows it.
public enum CatalogText {
    /// Returns an entry as plain text.
    public static func plain(_ entry: DiagnosticEntry) -> String {
        var text = "\(entry.code) (\(entry.severity.rawValue)): \(entry.title)\n\n\(entry.explanation)\n"
        if entry.ignorable { text += "\nTo accept it: \(ignoring(entry))\n" }
        return text
    }

    /// Returns entries as Markdown; the whole catalog with the head of `docs/diagnostics.md`.
    public static func markdown(_ entries: [DiagnosticEntry], isWholeCatalog: Bool) -> String {
        guard isWholeCatalog else { return entries.map(section).joined(separator: "\n") }
        var text = """
            # Diagnostics

            This page is the output of `portgate explain --all --markdown`. Each code keeps its meaning for ever.
            Findings of reading (PG0xx) cannot be ignored; lint (PG1xx) can, in place, with a reason and an end date.

            """
        var family = ""
        for entry in entries {
            let title = Self.family(of: entry.code)
            if title != family { text += "\n## \(title)\n" }
            family = title
            text += "\n\(section(entry))"
        }
        return text
    }

    private static func section(_ entry: DiagnosticEntry) -> String {
        var text = "### \(entry.code): \(entry.title)\n\n*\(entry.severity.rawValue)*\n\n\(entry.explanation)\n"
        if entry.ignorable { text += "\nTo accept it: `\(ignoring(entry))`\n" }
        return text
    }

    private static func ignoring(_ entry: DiagnosticEntry) -> String {
        "# portgate:ignore \(entry.code) until=YYYY-MM-DD reason"
    }

    private static func family(of code: String) -> String {
        switch code.prefix(3) {
        case "PG0": "PG0xx: reading"
        case "PG1": "PG1xx: lint"
        case "PG2": "PG2xx: tests and compiling"
        case "PG4": "PG4xx: the gate on a host"
        default: "Others"
        }
    }
}
