import Glibc
import Host

/// `portgate witness`: hands over to `portgate-witness`, which alone has a server and a client of HTTP in it.
struct WitnessCommand: Command {
    static let name = "witness"
    static let summary = "witness the ledgers of other hosts, or submit this host's to witnesses"
    static let details = """
        Runs portgate-witness, the program beside this one, with the same arguments. 'portgate witness serve' runs on another \
        host than the logs and signs only what continues what it has signed (c2sp.org/tlog-witness); 'portgate witness submit' \
        runs on a ledger's host and keeps what witnesses signed in 'witness' of the state directory; 'portgate verify --witness \
        KEY --cosigned FILE' compares. 'portgate witness serve --help' tells the options.
        """
    static let exitCodes: [ExitCode] = [.clean, .findings, .usage, .incomplete, .refused]
    static let operands: Operands<Self> = .several(
        "keys|serve|submit", completion: .words(["keys", "serve", "submit"])
    ) { _, _ throws(UsageError) in }

    private static let program = "portgate-witness"

    func run(_ console: Console) throws -> ExitCode { .usage }

    static func execute(_ arguments: ArraySlice<String>, _ console: Console) throws -> ExitCode {
        if let first = arguments.first, first == "--help" || first == "-h" {
            try console.write(HelpText.command(Self.self))
            return .clean
        }
        guard !arguments.isEmpty else { throw UsageError("missing operand keys|serve|submit") }
        guard let running = RunningProgram.path, let slash = running.lastIndex(of: "/") else {
            throw CommandFailure(.incomplete, "where this program is cannot be told: /proc is not there")
        }
        let path = "\(running[..<slash])/\(program)"
        // Never returns when it can be run: the program takes this one's place.
        var words = ([path] + arguments).map { strdup($0) }
        words.append(nil)
        execv(path, words)
        let reason = Errno(errno)
        throw CommandFailure(
            .incomplete, "cannot run \(path): \(reason)",
            help: "\(program) is installed beside portgate, and needs the libraries libmicrohttpd12 and libcurl4")
    }
}
