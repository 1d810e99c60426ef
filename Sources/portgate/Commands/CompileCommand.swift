import Compiler
import Drift
import Host
import Policy
import Reports

/// `portgate compile`: the nft text of a policy.
struct CompileCommand: PublishingCommand {
    static let name = "compile"
    static let summary = "print the nftables ruleset of a policy"
    static let details = """
        Prints the table `inet portgate` as nft text: the same policy on the same UTC day gives the same bytes. What is found \
        on the way goes to standard error. Needs no root, no network and no nft; nothing is loaded.

        Before it is printed it is proved over all packets that the table lets in exactly what the policy allows; --no-proof \
        leaves that out.

        Names of users and groups become numbers: those of this host, or those of the files given with --passwd and --group.
        """
    static let exitCodes: [ExitCode] = [.clean, .findings, .usage, .incomplete]
    static let formats: [OutputFormat] = [.text]
    static let options: [CommandOption<Self>] =
        [
            .at("compile as of TIME (RFC 3339) instead of now") { $0.at = $1 }, .noProof { $0.proves = false },
        ] + CommandOption.accounts { $1(&$0.accountFiles) } + [outputOption]
    static let operands: Operands<Self> = .policy { $0.path = $1 }

    var outputs: [OutputRequest] = []
    private var path = ""
    private var at: Instant?
    private var accountFiles = AccountFiles()
    private var proves = true

    init() {}

    func run(_ console: Console) throws -> ExitCode {
        let accounts = try HostAccounts.database(of: accountFiles)
        let policy = try PolicyInput(reading: path).required(console)
        let options = CompileOptions(now: at ?? .now, accounts: accounts)
        let result = PolicyCompiler.compile(policy, options: options)
        console.say(bytes: TextReport.findings(result.diagnostics, in: policy.sources))
        guard let table = result.table, !result.diagnostics.contains(where: { $0.severity == .error }) else {
            throw CommandFailure(.findings, "'\(path)' cannot be compiled")
        }
        if proves { try RenderingProof(table, policy: policy, options: options).require(path, console) }
        try Publisher(requests: requests, console: console).publish { _, _ in result.text }
        return .clean
    }
}
