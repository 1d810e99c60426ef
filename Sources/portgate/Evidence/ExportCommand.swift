import Export
import Gate
import Glibc
import Host
import JSON
import Ledger

/// `portgate export`: the records of the ledger in the formats that auditors and SIEMs read.
struct ExportCommand: Command {
    static let name = "export"
    static let summary = "write the records of the ledger as OCSF, ECS, CSV, CEF, or the audit template"
    static let details = """
        Reads sealed segments and those that are written to alike, and writes one line for each record to standard output. \
        Several values of one option are alternatives; several options must all hold. Times are RFC 3339, or a while before \
        now: 90s, 30m, 12h, 7d.

        Records that portgate writes about itself (started, lost, heartbeat, key-rotation) are left out, and their number is \
        told; with --all they are generic events. A line that is no record is left out, counted and told, and the exit code \
        is 3 then. What is exported is not verified; 'portgate verify' does that, and OCSF and ECS hold each line as it is, \
        with its leaf hash. docs/export.md tells the fields of each format.
        """
    static let exitCodes: [ExitCode] = [.clean, .usage, .incomplete]
    static let options: [CommandOption<Self>] =
        [
            .value(
                "format", "FORMAT", completion: .words(formatNames),
                help: "the format, which must be given: \(formatNames.joined(separator: ", "))"
            ) { settings, text throws(UsageError) in
                guard let format = ExportFormat(rawValue: text) else {
                    throw UsageError(
                        "unknown format '\(text)'; known are \(formatNames.joined(separator: ", "))",
                        suggestion: NearestName.to(text, among: formatNames).map { "--format \($0)" })
                }
                settings.format = format
            },
            .flag("all", help: "also the records that portgate writes about itself") { $0.includesOwnRecords = true },
        ]
        + CommandOption.selection { settings, change throws(UsageError) in try change(&settings.selection) } + [
            .stateDirectory("read the ledger in DIR/ledger") { $0.state.directory = $1 }
        ]
    static let operands: Operands<Self> = .optional("DIR", completion: .paths) { settings, text throws(UsageError) in
        guard !text.isEmpty else { throw UsageError("an empty DIR names no ledger") }
        settings.path = text
    }

    private static let formatNames = ExportFormat.allCases.map(\.rawValue)

    private var state = EvidenceState()
    private var path: String?
    private var selection = RecordSelection()
    private var format: ExportFormat?
    private var includesOwnRecords = false

    init() {}

    func validate() throws(UsageError) {
        guard format != nil else {
            throw UsageError("export needs --format with one of \(Self.formatNames.joined(separator: ", "))")
        }
    }

    func run(_ console: Console) throws -> ExitCode {
        guard let format else { return .usage }
        let filter = try selection.filter(.now)
        let reader = LedgerReader(path.map { LedgerFolder($0) } ?? state.ledger(console))
        var progress = ReadingProgress(isShown: isatty(STDERR_FILENO) == 1 && !console.outputIsTerminal)
        do throws(LedgerFailure) {
            let exporter = Exporter(
                format, origin: .init(version: Tool.version, log: try Self.log(reader)),
                includesOwnRecords: includesOwnRecords)
            var output = ExportOutput(exporter, console)
            try reader.blocks(from: RecordSelection.start(filter)) { block, leaf in
                progress.show(leaf, reader, console)
                return filter.mayMatch(block) ? output.write(block, leaf, filter) : true
            }
            output.flush()
            progress.end(console)
            if let error = output.error { throw .system(.init("write", "standard output", reason: error.message)) }
            output.sayTotals()
            return output.refused == 0 ? .clean : .incomplete
        } catch {
            progress.end(console)
            throw CommandFailure(.incomplete, error.description)
        }
    }

    /// The log's unique name, which its first record holds; nil when that one is archived.
    private static func log(_ reader: LedgerReader) throws(LedgerFailure) -> String? {
        var name: String?
        try reader.blocks { block, leaf in
            guard leaf == 0 else { return false }
            var isFirst = true
            block.eachLine { line in
                if isFirst { name = LedgerLeaf(line)?["origin"]?.text }
                isFirst = false
            }
            return false
        }
        return name
    }
}
