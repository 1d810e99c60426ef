import Policy
import Reports

/// `portgate explain`: what a diagnostic code means and what to do.
struct ExplainCommand: Command {
    static let name = "explain"
    static let summary = "tell what a diagnostic code means and what to do about it"
    static let details = ""
    static let exitCodes: [ExitCode] = [.clean, .usage]
    static let options: [CommandOption<Self>] = [
        .flag("all", help: "explain every code") { $0.all = true },
        .flag("markdown", help: "write Markdown; docs/diagnostics.md is `explain --all --markdown`") {
            $0.markdown = true
        },
    ]
    static var operands: Operands<Self> {
        .optional("CODE", completion: .words(DiagnosticCatalog.entries.map(\.code))) { settings, text in
            settings.code = text
        }
    }

    private var code: String?
    private var all = false
    private var markdown = false

    init() {}

    func validate() throws(UsageError) {
        if all, code != nil { throw UsageError("--all explains every code; it takes no CODE") }
        if !all, code == nil { throw UsageError("missing operand CODE, or --all") }
        _ = try entries
    }

    func run(_ console: Console) throws -> ExitCode {
        let entries = try entries
        try console.write(
            markdown
                ? CatalogText.markdown(entries, isWholeCatalog: all)
                : entries.map(CatalogText.plain).joined(separator: "\n"))
        return .clean
    }

    /// What is asked for.
    private var entries: [DiagnosticEntry] {
        get throws(UsageError) {
            guard let code, !all else { return DiagnosticCatalog.entries }
            guard let entry = DiagnosticCatalog.entry(for: code) else {
                let nearest = NearestName.to(code.uppercased(), among: DiagnosticCatalog.entries.map(\.code))
                throw UsageError("unknown code '\(code)'", suggestion: nearest)
            }
            return [entry]
        }
    }
}
