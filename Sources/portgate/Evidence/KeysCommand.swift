import Gate
import Host
import JSON
import Ledger

/// `portgate keys`: begins a ledger, or tells its anchor.
struct KeysCommand: Command {
    static let name = "keys"
    static let summary = "begin the ledger of this host, or show the key from which it is proven"
    static let details = """
        'portgate keys init' makes the first key, begins the ledger in the state directory, and prints its anchor: the public \
        key from which every later one is proven. Write it down where nobody who may change this host can change it; 'portgate \
        verify --anchor' takes it. 'portgate keys show' prints it again, as the ledger's own folder tells it.

        A key signs for an hour. Then the next one is handed on in the log, signed by both, and the old one is erased.
        """
    static let exitCodes: [ExitCode] = [.clean, .usage, .incomplete, .refused]
    static let options: [CommandOption<Self>] = [
        .value(
            "origin", "NAME",
            help: "the log's unique name, such as db1.example.com/portgate (else made of the host's name)"
        ) {
            settings, text throws(UsageError) in
            guard !text.isEmpty else { throw UsageError("--origin names no log") }
            settings.origin = text
        },
        .value("epoch", "SECONDS", help: "let a key sign for so long (else 3600)") {
            settings, text throws(UsageError) in
            guard let seconds = Int64(text), (60...86_400).contains(seconds) else {
                throw UsageError("--epoch '\(text)' is not a number of seconds from 60 to 86400")
            }
            settings.epochSeconds = seconds
        },
        .stateDirectory("keep the ledger in DIR/ledger") { $0.state.directory = $1 },
    ]
    static let operands: Operands<Self> = .one("init|show", completion: .words(["init", "show"])) {
        settings, text throws(UsageError) in
        guard text == "init" || text == "show" else {
            throw UsageError("unexpected operand '\(text)'", suggestion: NearestName.to(text, among: ["init", "show"]))
        }
        settings.isInit = text == "init"
    }

    private var state = EvidenceState()
    private var origin: String?
    private var epochSeconds: Int64?
    private var isInit = false

    init() {}

    func validate() throws(UsageError) {
        if !isInit, origin != nil || epochSeconds != nil {
            throw UsageError("--origin and --epoch go with 'portgate keys init'")
        }
    }

    func run(_ console: Console) throws -> ExitCode {
        let folder = state.ledger(console)
        do throws(LedgerFailure) {
            guard isInit else {
                return try show("\(folder.anchorKey())\n", console)
            }
            do throws(HostError) { try Files.makeFolder(state.path(console)) } catch { throw .system(error) }
            let anchor = try folder.create(
                origin: origin ?? LedgerFolder.usualOrigin(), epochSeconds: epochSeconds ?? 3_600,
                ["host": .string(LedgerFolder.hostName), "portgate": .string(Tool.version)])
            console.say(
                "the ledger of \(anchor.name) begins; keep this anchor where nobody who may change this host can change it:"
            )
            return try show("\(anchor)\n", console)
        } catch {
            if case .present = error { throw CommandFailure(.refused, error.description) }
            throw CommandFailure(.incomplete, error.description)
        }
    }

    private func show(_ text: String, _ console: Console) throws(LedgerFailure) -> ExitCode {
        do throws(ConsoleError) { try console.write(text) } catch {
            throw .system(HostError("write", "standard output", reason: error.message))
        }
        return .clean
    }
}
