import Gate
import Policy

/// `portgate status`: what is in force on this host.
struct StatusCommand: HostCommand {
    static let name = "status"
    static let summary = "show what is in force on this host, and whether it is what was applied"
    static let details = """
        Reads the live table of this network namespace and compares it with the generation that was applied last. Exit code \
        0: in force as applied; 1: altered, or nothing in force (with --strict: any warning); 3: could not look.
        """
    static let exitCodes: [ExitCode] = [.clean, .findings, .usage, .incomplete]
    static let formats: [OutputFormat] = [.text, .json]
    static let options: [CommandOption<Self>] = [
        .flag("strict", help: "exit with 1 on warnings too") { $0.isStrict = true }, .stateDirectory, outputOption,
    ]

    var outputs: [OutputRequest] = []
    var host = HostSettings()
    private var isStrict = false

    init() {}

    func operate(_ console: Console) throws -> ExitCode {
        let door = KernelDoor.live()
        let identities = IdentityAudit(host: .live(accounts: HostAccounts.database))
        let status = try StatusReader(door: door, state: host.state(console), identities: identities).read(now: .now)
        host.noteFallBack(status.confirmation, door, console)
        try Publisher(requests: requests, console: console).publish { format, _ in
            guard format == .json else { return Array(status.text.utf8) }
            return GateDocument(command: Self.name, complete: true, findings: status.findings, members: status.json)
                .bytes
        }
        let hasWarnings = status.findings.contains { $0.severity >= .warning }
        return status.isAsApplied && !(isStrict && hasWarnings) ? .clean : .findings
    }
}
