import Gate
import Host
import JSON
import Policy

/// `portgate session`: proves a user while an SSH session lives, or lists who does.
struct SessionCommand: HostCommand {
    static let name = "session"
    static let summary = "prove who you are while this SSH session lives, or list the sessions"
    static let details = """
        Opens what the policy in force gives to the identity whose session this is (identities: {alice: {session: {user: \
        alice}}}), for the address that the SSH connection comes from, until it ends. Who and from where is read from sshd's own \
        process and socket, never from the environment. The kernel ends it within 45 seconds when this process is killed.

        For accounts without root there is portgate-session, the same as a program of its own, to be given to sshd as \
        ForceCommand or as login shell. 'portgate session list' (root) shows who has proven what, until when, and which \
        addresses several users share.
        """
    static let exitCodes: [ExitCode] = [.clean, .usage, .incomplete, .refused]
    static let formats: [OutputFormat] = [.text, .json]
    static let options: [CommandOption<Self>] = [outputOption]
    static let operands: Operands<Self> = .optional("list") { settings, text throws(UsageError) in
        guard text == "list" else { throw UsageError("unexpected operand '\(text)'", suggestion: "list") }
        settings.isList = true
    }

    var outputs: [OutputRequest] = []
    var host = HostSettings()
    private var isList = false

    init() {}

    func validate() throws(UsageError) {
        if !isList, !outputs.isEmpty { throw UsageError("--output goes with 'portgate session list'") }
    }

    func operate(_ console: Console) throws -> ExitCode {
        guard isList else {
            try SessionRunner(now: { Clock.now }, show: { line in try? console.write("\(line)\n") }).run()
            return .clean
        }
        let overview = try SessionScope.live().map { try SessionOverview.read($0, door: .live()) }
        try Publisher(requests: requests, console: console).publish { format, _ in
            guard format == .json else {
                let lines = overview?.text ?? []
                let count = "\(lines.count) \(lines.count == 1 ? "address proves" : "addresses prove") an identity"
                return Array((lines + [count]).map { "\($0)\n" }.joined().utf8)
            }
            let member = JSONValue.Member("sessions", overview?.json ?? .array([]))
            return GateDocument(
                command: Self.name, complete: true, findings: overview?.findings ?? [], members: [member]
            ).bytes
        }
        return .clean
    }
}
