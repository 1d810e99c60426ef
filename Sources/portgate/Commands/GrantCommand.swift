import Gate
import JSON
import Policy
import Reports

/// `portgate grant`: lets somebody in for a while, lists who is, takes it back.
struct GrantCommand: HostCommand {
    static let name = "grant"
    static let summary = "let somebody reach a port for a while, list grants, revoke one"
    static let details = """
        Lets IDENTITY reach a port that takes grants, from some addresses, for some time, on top of the rules in force. The \
        policy says to whom, how long at most, and whether a ticket is needed (ports: [{grants: {to: [...], longest: 2h}}]). The \
        kernel ends it by itself. A re-apply carries it over with the time that is left; one that the new policy no longer \
        allows ends. Each is written to grants.jsonl in the state directory: who, what, when, why.

        'portgate grant list' shows them; 'portgate grant revoke ID' ends one at once, and its connections with it.
        """
    static let exitCodes: [ExitCode] = [.clean, .usage, .incomplete, .refused]
    static let formats: [OutputFormat] = [.text, .json]
    static let options: [CommandOption<Self>] = [
        .value("port", "NAME", help: "the port, by its name in the policy") { settings, text throws(UsageError) in
            guard let name = Name(text) else { throw UsageError("--port '\(text)' is no name of a port") }
            settings.port = name
        },
        .value("from", "CIDR", help: "the addresses: one, or a block") { settings, text throws(UsageError) in
            do throws(AddressError) { settings.source = try CIDR(parsing: text) } catch {
                throw UsageError("--from '\(text)': \(error)")
            }
        },
        .value("for", "DURATION", help: "how long: 30s, 45m, 2h or 1d, at most 30 days") {
            settings, text throws(UsageError) in
            guard let seconds = DurationText.seconds(parsing: text) else {
                throw UsageError("--for '\(text)' is not a duration such as 30s, 45m, 2h or 1d, of at most 30 days")
            }
            settings.seconds = seconds
        },
        .value("reason", "TEXT", help: "why; it is recorded") { settings, text throws(UsageError) in
            if let fault = GrantLimits.fault(inText: text) { throw UsageError("--reason \(fault)") }
            settings.reason = text
        },
        .value("ticket", "TEXT", help: "the ticket it belongs to; a policy may require one") {
            settings, text throws(UsageError) in
            if let fault = GrantLimits.fault(inText: text) { throw UsageError("--ticket \(fault)") }
            settings.ticket = text
        },
        .flag("wide", help: "allow --from to be wider than a /24, for IPv6 a /64") { $0.isWide = true },
        .withoutLedger, .lockWait, .stateDirectory, outputOption,
    ]
    static let operands = Operands<Self>(
        usage: "IDENTITY | list | revoke ID", count: 1...2, completion: .words(["list", "revoke"])
    ) { settings, text throws(UsageError) in settings.words.append(text) }

    /// What is to be done.
    private enum Action: Sendable {
        case give(Name)
        case list
        case revoke(Int)
    }

    var outputs: [OutputRequest] = []
    var host = HostSettings()
    private var words: [String] = []
    private var port: Name?
    private var source: CIDR?
    private var seconds: Int?
    private var reason: String?
    private var ticket: String?
    private var isWide = false

    init() {}

    func validate() throws(UsageError) { _ = try action() }

    private func action() throws(UsageError) -> Action {
        let first = words.first ?? ""
        let isGiving = first != "list" && first != "revoke"
        let given = [
            port != nil ? "--port" : nil, source != nil ? "--from" : nil, seconds != nil ? "--for" : nil,
            reason != nil ? "--reason" : nil, ticket != nil ? "--ticket" : nil, isWide ? "--wide" : nil,
        ].compactMap(\.self)
        if !isGiving, let option = given.first { throw UsageError("\(option) does not go with 'grant \(first)'") }
        if first == "revoke" {
            guard words.count == 2 else { throw UsageError("missing operand ID: 'portgate grant list' shows it") }
            guard let number = Int(words[1]), number >= 1, number < 1 << 31 else {
                throw UsageError("'\(words[1])' is not the number of a grant")
            }
            return .revoke(number)
        }
        if words.count == 2 { throw UsageError("unexpected operand '\(words[1])'") }
        if first == "list" { return .list }
        guard let identity = Name(first) else { throw UsageError("'\(first)' is no name of an identity") }
        let missing = [
            port == nil ? "--port" : nil, source == nil ? "--from" : nil, seconds == nil ? "--for" : nil,
            reason == nil ? "--reason" : nil,
        ].compactMap(\.self)
        if let option = missing.first { throw UsageError("missing option \(option)") }
        return .give(identity)
    }

    func operate(_ console: Console) throws -> ExitCode {
        let state = host.state(console)
        let door = KernelDoor.live()
        let grants = Grants(state: state, door: door) { () throws(GateFailure) in try GrantClock.now(wall: .now) }
        switch try action() {
        case .list: try publish(try grants.look(), console)
        case .revoke(let number):
            let lock = try state.lock(waitSeconds: host.lockWaitSeconds, now: .now)
            let change = ChangeJournal.Change(
                "revoke-grant", by: host.appliedBy(console), ["grant": .number(Int64(number))])
            let outcome = try host.recorded(change, console) {
                try grants.revoke(number, by: host.appliedBy(console), holding: lock)
            } outcome: { _ in
                [:]
            }
            let (words, grant): (String, Grant) =
                switch outcome {
                case .revoked(let grant): ("revoked: grant \(grant.number); nobody gets in by it", grant)
                case .hadEnded(let grant):
                    ("grant \(grant.number) had ended already (\(grant.end?.how ?? "")); nobody gets in by it", grant)
                }
            try publish(words, grant, console)
        case .give(let identity):
            guard let port, let source, let seconds, let reason else { return .usage }
            let request = Grant.Request(
                identity: identity, port: port, source: source, seconds: seconds, reason: reason, ticket: ticket)
            try GrantLimits.check(source, wide: isWide)
            let lock = try state.lock(waitSeconds: host.lockWaitSeconds, now: .now)
            let limits = try grants.limits(on: door.host())
            let change = ChangeJournal.Change(
                "grant", by: host.appliedBy(console),
                [
                    "identity": .string(identity.text), "port": .string(port.text), "source": .string("\(source)"),
                    "seconds": .number(Int64(seconds)), "reason": .string(reason), "ticket": ticket.map { .string($0) },
                ])
            let grant = try host.recorded(change, console) {
                try grants.give(request, by: host.appliedBy(console), limits: limits, holding: lock)
            } outcome: { grant in
                ["grant": .number(Int64(grant.number))]
            }
            let words =
                "granted as number \(grant.number): \(identity) reaches port \(port) from \(source) for "
                + "\(GrantLimits.words(seconds)); 'portgate grant revoke \(grant.number)' ends it"
            try publish(words, grant, console)
        }
        return .clean
    }

    private func publish(_ words: String, _ grant: Grant, _ console: Console) throws {
        let now = try GrantClock.now(wall: .now)
        let document = GateDocument(
            command: Self.name, complete: true, findings: [],
            members: [.init("result", .string(words)), .init("grant", grant.json(at: now))])
        try Publisher(requests: requests, console: console).publish { format, _ in
            format == .json ? document.bytes : Array("\(words)\n".utf8)
        }
    }

    private func publish(_ look: Grants.Look, _ console: Console) throws {
        try Publisher(requests: requests, console: console).publish { format, _ in
            guard format == .json else {
                let open = look.open.count
                let lines = look.grants.map { VisibleText.line($0.text(at: look.now)) }
                return Array(
                    (lines + ["\(open) \(open == 1 ? "grant" : "grants") in force"]).map { "\($0)\n" }.joined().utf8)
            }
            let member = JSONValue.Member("grants", .array(look.grants.map { $0.json(at: look.now) }))
            return GateDocument(command: Self.name, complete: true, findings: [], members: [member]).bytes
        }
    }
}
