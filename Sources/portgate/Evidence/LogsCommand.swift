import Gate
import Glibc
import Host
import Ledger
import Policy

/// `portgate logs`: the records of the ledger.
struct LogsCommand: PublishingCommand {
    static let name = "logs"
    static let summary = "show the records of the ledger, those asked for, as they come"
    static let details = """
        Reads sealed segments and those that are written to alike. Several values of one option are alternatives; several \
        options must all hold. --not leaves records out: --not action=heartbeat. Times are RFC 3339, or a while before now: \
        90s, 30m, 12h, 7d.

        One line is shown for each record; '-o text' shows every field on a line of its own, '-o json' the records as they are, \
        byte by byte, one a line. What is shown is not verified; 'portgate verify' does that.
        """
    static let exitCodes: [ExitCode] = [.clean, .usage, .incomplete]
    static let formats: [OutputFormat] = [.line, .text, .json]
    static let options: [CommandOption<Self>] =
        CommandOption<Self>.selection { settings, change throws(UsageError) in try change(&settings.selection) } + [
            .flag("follow", short: "f", help: "go on with what is recorded from now on, until interrupted") {
                $0.isFollowing = true
            },
            .value("for", "SECONDS", help: "follow for so long") { settings, text throws(UsageError) in
                guard let seconds = Int(text), (1...31_536_000).contains(seconds) else {
                    throw UsageError("--for '\(text)' is not a number of seconds from 1 to 31536000")
                }
                settings.followSeconds = seconds
            },
            .stateDirectory("read the ledger in DIR/ledger") { $0.state.directory = $1 }, outputOption,
        ]
    static let operands: Operands<Self> = .optional("DIR", completion: .paths) { settings, text throws(UsageError) in
        guard !text.isEmpty else { throw UsageError("an empty DIR names no ledger") }
        settings.path = text
    }

    var outputs: [OutputRequest] = []
    private var state = EvidenceState()
    private var path: String?
    private var selection = RecordSelection()
    private var isFollowing = false
    private var followSeconds: Int?

    init() {}

    func validate() throws(UsageError) {
        if followSeconds != nil, !isFollowing { throw UsageError("--for goes with --follow") }
        if outputs.contains(where: { $0.path != nil }) {
            throw UsageError("logs writes to standard output only; use a redirection")
        }
    }

    func run(_ console: Console) throws -> ExitCode {
        let filter = try selection.filter(.now)
        let folder = path.map { LedgerFolder($0) } ?? state.ledger(console)
        let printer = RecordPrinter(form: requests.first?.format ?? .line)
        var progress = ReadingProgress(isShown: isatty(STDERR_FILENO) == 1 && !console.outputIsTerminal)
        var output = RecordOutput(console: console)
        var start = RecordSelection.start(filter)
        var isFirst = true
        let deadline = followSeconds.map { LedgerTime.now.advanced(bySeconds: Int64($0)) }
        do throws(LedgerFailure) {
            while true {
                let reader = LedgerReader(folder)
                if isFirst, case .leaf = start { tellDeleted(try reader.firstRecord(), console) }
                isFirst = false
                let end = try reader.blocks(from: start) { block, leaf in
                    progress.show(leaf, reader, console)
                    guard filter.mayMatch(block) else { return true }
                    return output.write(block, filter, printer)
                }
                output.flush()
                if let error = output.error { throw .system(.init("write", "standard output", reason: error.message)) }
                guard isFollowing else { break }
                start = .leaf(end)
                if let deadline, LedgerTime.now >= deadline { break }
                poll(nil, 0, 200)
            }
        } catch { throw CommandFailure(.incomplete, error.description) }
        progress.end(console)
        return .clean
    }

    /// Says what is not shown because its time was over.
    private func tellDeleted(_ first: UInt64, _ console: Console) {
        guard first > 0 else { return }
        let records = first == 1 ? "the first record was" : "the first \(first) records were"
        console.say(
            "note: \(records) deleted when their time was over; a signed record says so, and 'portgate verify' proves it"
        )
    }
}
