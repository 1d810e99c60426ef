import Policy
import Reports

/// `portgate why`: what a policy decides on one connection, and why.
struct WhyCommand: PublishingCommand {
    static let name = "why"
    static let summary = "tell what a policy decides on one connection, and why"
    static let details = """
        Shows the rule that lets the connection in; or, when it is refused, the rule that came nearest to letting it in and \
        what was missing. Where something of the port is only observed, also what would become of it were that enforced. \
        Answers from the policy alone: no root, no network, nothing live is asked. The exit code is 0 whatever the verdict.

        With --live also the way of the connection's first packet through every rule of every table that is live here, to \
        the verdict, and what had to be assumed about it; that needs the right to read the rules. Exit code 1: live rules \
        and policy disagree; 3: the rules could not be read, or something else than rules decides.
        """
    static let exitCodes: [ExitCode] = [.clean, .findings, .usage, .incomplete]
    static let formats: [OutputFormat] = [.text, .json]
    static let options: [CommandOption<Self>] = [
        .value("from", "ADDR", help: "the source address; a loopback address, or `loopback`, is this host itself") {
            settings, text throws(UsageError) in
            settings.from = try AttemptText.address(text)
        },
        .value("port", "N[/PROTOCOL]", help: "the port asked for; tcp unless tcp, udp, sctp, dccp or udplite is named")
        {
            settings, text throws(UsageError) in
            settings.port = try AttemptText.port(text)
        },
        .value(
            "identity", "NAME", repeatable: true,
            help: "an identity that holds beside those told by address; repeatable"
        ) {
            $0.identities.append($1)
        },
        .at("decide as of TIME (RFC 3339) instead of now") { $0.at = $1 },
        .value("request", "TYPE", help: "what the first bytes are, such as tls, ssh or http.get:/metrics") {
            settings, text throws(UsageError) in
            settings.request = try AttemptText.request(text)
        },
        .flag("live", help: "show the way through the live rules of this host too") { $0.isLive = true },
        .value("to", "ADDR", help: "with --live: the address asked for") { settings, text throws(UsageError) in
            settings.destination = try AttemptText.address(text)
        },
        .value("interface", "NAME", help: "with --live: the interface it comes by") {
            settings, text throws(UsageError) in
            guard (1...15).contains(text.utf8.count) else {
                throw UsageError("--interface '\(text)' is no name of an interface")
            }
            settings.interface = text
        },
        outputOption,
    ]
    static let operands: Operands<Self> = .policy { $0.path = $1 }

    var outputs: [OutputRequest] = []
    private var path = ""
    private var from: IPAddress?
    private var port: (number: UInt16, transport: TransportProtocol)?
    private var identities: [String] = []
    private var at: Instant?
    private var request: RequestType?
    private var isLive = false
    private(set) var destination: IPAddress?
    private(set) var interface: String?

    init() {}

    func validate() throws(UsageError) {
        if from == nil { throw UsageError("missing option --from ADDR") }
        if port == nil { throw UsageError("missing option --port N[/PROTOCOL]") }
        if !isLive, destination != nil || interface != nil {
            throw UsageError("--to and --interface are of a packet: they go with --live")
        }
        if let from, let destination, from.isV4 != destination.isV4 {
            throw UsageError("--from and --to are of different families")
        }
    }

    func run(_ console: Console) throws -> ExitCode {
        guard let from, let port else { return .usage }
        let policy = try PolicyInput(reading: path).required(console)
        let names = try identities.map { try identity($0, in: policy) }
        if case .signature(let name) = request, !policy.signatures.contains(where: { $0.name == name }) {
            throw CommandFailure(.usage, "the policy has no request type '\(name)'")
        }
        let attempt = AccessAttempt(
            source: from, isOwn: names.contains { policy.hasProcess($0) }, port: port.number,
            transport: port.transport, time: at ?? .now, identities: Set(names), request: request)
        let path = isLive ? try livePath(attempt, by: policy) : nil
        let answer = Verdict(policy.outlook(attempt), on: attempt, by: policy, live: path)
        try Publisher(requests: requests, console: console).publish { format, style in
            format == .json ? answer.json : answer.text(style)
        }
        return exitCode(answer.agreement)
    }

    private func identity(_ text: String, in policy: Policy) throws -> Name {
        if let identity = policy.identities.first(where: { $0.name.text == text }) { return identity.name }
        let nearest = NearestName.to(text, among: policy.identities.map(\.name.text))
        throw CommandFailure(
            .usage, "the policy has no identity '\(text)'", help: nearest.map { "did you mean '\($0)'?" })
    }
}
