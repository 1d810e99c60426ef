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
        RecordFilter.Key.allCases.map { key in
            .value(key.rawValue, Self.placeholder(key), repeatable: true, help: Self.help(key)) {
                settings, text throws(UsageError) in
                do throws(RecordFilter.Refused) { try settings.filter.want(key, text) } catch {
                    throw UsageError("--\(key.rawValue) '\(text)': \(error.reason)")
                }
            }
        } + [
            .value("not", "KEY=VALUE", repeatable: true, help: "leave out what one of the options above would show") {
                settings, text throws(UsageError) in
                let parts = text.split(separator: "=", maxSplits: 1)
                guard parts.count == 2, let key = RecordFilter.Key(rawValue: String(parts[0])) else {
                    let keys = RecordFilter.Key.allCases.map(\.rawValue)
                    throw UsageError("--not '\(text)' is not KEY=VALUE with a key of \(keys.joined(separator: ", "))")
                }
                do throws(RecordFilter.Refused) { try settings.filter.leaveOut(key, String(parts[1])) } catch {
                    throw UsageError("--not '\(text)': \(error.reason)")
                }
            },
            .value("since", "TIME", help: "only records from TIME on") { settings, text throws(UsageError) in
                settings.since = text
                _ = try RecordTime(text, option: "--since")
            },
            .value("until", "TIME", help: "only records before TIME") { settings, text throws(UsageError) in
                settings.until = text
                _ = try RecordTime(text, option: "--until")
            },
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
    private var filter = RecordFilter()
    private var since: String?
    private var until: String?
    private var isFollowing = false
    private var followSeconds: Int?

    init() {}

    private static func placeholder(_ key: RecordFilter.Key) -> String {
        switch key {
        case .port: "NAME|NUMBER"
        case .src: "ADDRESS|CIDR"
        case .user, .rule: "NAME"
        case .verdict, .action: "WORD"
        }
    }

    private static func help(_ key: RecordFilter.Key) -> String {
        switch key {
        case .port: "only records of a declared port, or of a port number"
        case .user: "only records of a user"
        case .src: "only records from an address, or from a network"
        case .verdict: "only records with a verdict: allow, deny"
        case .rule: "only records of a rule"
        case .action: "only records of an action, such as allow, deny, end, revoke, heartbeat"
        }
    }

    func validate() throws(UsageError) {
        if followSeconds != nil, !isFollowing { throw UsageError("--for goes with --follow") }
        if outputs.contains(where: { $0.path != nil }) {
            throw UsageError("logs writes to standard output only; use a redirection")
        }
    }

    func run(_ console: Console) throws -> ExitCode {
        var filter = filter
        let now = LedgerTime.now
        filter.since = try since.map { text throws(UsageError) in try RecordTime(text, option: "--since").moment(now) }
        filter.until = try until.map { text throws(UsageError) in try RecordTime(text, option: "--until").moment(now) }
        let folder = path.map { LedgerFolder($0) } ?? state.ledger(console)
        let printer = RecordPrinter(form: requests.first?.format ?? .line)
        var progress = ReadingProgress(isShown: isatty(STDERR_FILENO) == 1 && !console.outputIsTerminal)
        var output = RecordOutput(console: console)
        // Clocks go back at times, and a record is written at most a little after it was made: an hour is left for that.
        var start: LedgerReader.Start = filter.since.map { .time($0.advanced(bySeconds: -3_600)) } ?? .leaf(0)
        let deadline = followSeconds.map { LedgerTime.now.advanced(bySeconds: Int64($0)) }
        do throws(LedgerFailure) {
            while true {
                let reader = LedgerReader(folder)
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
}
