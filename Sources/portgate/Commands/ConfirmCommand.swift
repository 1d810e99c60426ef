import Gate
import JSON
import Policy

/// `portgate confirm`: keeps what `apply --confirm-within` put in force.
struct ConfirmCommand: HostCommand {
    static let name = "confirm"
    static let summary = "keep the rules that 'apply --confirm-within' put in force"
    static let details = """
        Makes the new generation the only one; until then the kernel returns to the one before by itself. It counts only \
        over an SSH connection made after the new rules were in force (read from the tree of processes, not from the \
        environment): an older connection may live on where a new one would be refused. Run it as: ssh -S none HOST portgate \
        confirm.

        --local confirms from a console without SSH. It does not prove that anybody can get in from outside; over an SSH \
        connection it changes nothing. Exit code 4: refused, the time runs on. Exit code 5: too late, the kernel has \
        returned.
        """
    static let exitCodes: [ExitCode] = [.clean, .usage, .incomplete, .refused, .rolledBack]
    static let formats: [OutputFormat] = [.text, .json]
    static let options: [CommandOption<Self>] = [
        .flag("local", help: "confirm from a console, without proof that a new connection gets in") {
            $0.isLocal = true
        },
        .withoutLedger, .lockWait, .stateDirectory, outputOption,
    ]

    var outputs: [OutputRequest] = []
    var host = HostSettings()
    private var isLocal = false

    init() {}

    func operate(_ console: Console) throws -> ExitCode {
        let connection = ConfirmingConnection.current()
        let lock = try host.lock(console)
        let door = KernelDoor.live()
        let state = host.state(console)
        let confirmer = Confirmer(door: door, state: state) { .now }
        let generation = try SteadySignals.ignoring {
            try host.recorded(.init("confirm", by: host.appliedBy(console)), console) {
                try confirmer.confirm(by: isLocal ? .console(connection) : .connection(connection), holding: lock)
            } outcome: { generation in
                ["generation": .number(Int64(generation))]
            }
        }
        for line in Grants.carryOver(door: door, state: state, now: { .now }, holding: lock) {
            console.say("warning: \(line)")
        }
        let proof =
            connection.map { "over the SSH connection of pid \($0.process), which is newer than its rules" }
            ?? "at a console: nobody has shown that a new connection gets in"
        let words = "generation \(generation) is confirmed, \(proof)"
        let document = GateDocument(
            command: Self.name, complete: true, findings: [],
            members: [.init("result", .string(words)), .init("generation", .number(Int64(generation)))])
        try Publisher(requests: requests, console: console).publish { format, _ in
            format == .json ? document.bytes : Array("\(words)\n".utf8)
        }
        return .clean
    }
}
