/// A format that a command can write.
enum OutputFormat: String, Sendable, CaseIterable {
    /// For people.
    case text
    /// One line for each thing, for people.
    case line
    /// One object, the same schema everywhere.
    case json
    /// SARIF 2.1.0, for code scanning.
    case sarif
    /// Workflow commands, which become annotations of a pull request.
    case github
    /// JUnit's XML, for CI dashboards.
    case junit
    /// The Test Anything Protocol, version 14.
    case tap
    /// One page that needs nothing else.
    case html
    /// Metrics for the textfile collector of node_exporter.
    case prometheus
    /// Markdown, for a comment on a pull request.
    case markdown
    /// A plan that `apply` takes.
    case plan
}

/// One `-o FORMAT[=PATH]`.
struct OutputRequest: Hashable, Sendable {
    /// What is written.
    let format: OutputFormat
    /// The file; nil is standard output.
    let path: String?

    /// Creates a request.
    init(format: OutputFormat, path: String?) {
        self.format = format
        self.path = path
    }

    /// Reads `FORMAT` or `FORMAT=PATH`, where the format is one of `formats`.
    init(parsing text: String, among formats: [OutputFormat]) throws(UsageError) {
        let equals = text.utf8.firstIndex(of: UInt8(ascii: "="))
        let name = String(text[..<(equals ?? text.endIndex)])
        guard let format = formats.first(where: { $0.rawValue == name }) else {
            let names = formats.map(\.rawValue)
            throw UsageError(
                "unknown output format '\(name)'; this command writes \(names.joined(separator: ", "))",
                suggestion: NearestName.to(name, among: names).map { "-o \($0)" })
        }
        self.format = format
        path = equals.map { String(text[text.utf8.index(after: $0)...]) }
        if path == "" { throw UsageError("output '\(text)' names no file after '='") }
    }
}

/// A command with `-o FORMAT[=PATH]`.
protocol PublishingCommand: Command {
    /// The formats it writes, the default first.
    static var formats: [OutputFormat] { get }
    /// What was asked for; empty means the default on standard output.
    var outputs: [OutputRequest] { get set }
}

extension PublishingCommand {
    /// The `-o` option of the command.
    static var outputOption: CommandOption<Self> {
        let formats = formats
        let names = formats.map(\.rawValue)
        return .value(
            "output", short: "o", "FORMAT[=PATH]", repeatable: true, completion: .words(names),
            help: "write \(names.joined(separator: ", ")) to standard output or to PATH; repeatable"
        ) { settings, text throws(UsageError) in
            let request = try OutputRequest(parsing: text, among: formats)
            if request.path == nil, settings.outputs.contains(where: { $0.path == nil }) {
                throw UsageError(
                    "only one output can go to standard output; write '-o \(request.format.rawValue)=PATH'")
            }
            if let path = request.path, settings.outputs.contains(where: { $0.path == path }) {
                throw UsageError("two outputs go to '\(path)'")
            }
            settings.outputs.append(request)
        }
    }

    /// What was asked for; the default format on standard output when nothing was.
    var requests: [OutputRequest] {
        outputs.isEmpty ? Self.formats.prefix(1).map { OutputRequest(format: $0, path: nil) } : outputs
    }
}
