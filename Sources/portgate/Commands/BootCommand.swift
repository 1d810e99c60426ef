import Gate
import JSON
import Policy

/// `portgate boot`: puts the last confirmed generation in force again.
struct BootCommand: HostCommand {
    static let name = "boot"
    static let summary = "load the last confirmed rules again, before the network is up"
    static let details = """
        Loads the recorded ruleset of the generation that was confirmed last; a generation that still waited for its \
        confirmation when the host stopped is not loaded. Nothing is compiled: a broken policy on disk does not matter. A \
        damaged generation is passed over for the one before it (exit code 1). When none can be loaded, the ports that the \
        records name are refused to everybody; never is anything opened (exit code 3). Running it again changes nothing. It \
        is what portgate.service runs.
        """
    static let exitCodes: [ExitCode] = [.clean, .findings, .usage, .incomplete]
    static let formats: [OutputFormat] = [.text, .json]
    static let options: [CommandOption<Self>] = [.stateDirectory, outputOption]

    var outputs: [OutputRequest] = []
    var host = HostSettings()

    init() {}

    func operate(_ console: Console) throws -> ExitCode {
        let (door, state) = (KernelDoor.live(), host.state(console))
        let boot = Boot(door: door, state: state) { .now }
        let report = try SteadySignals.ignoring { try boot.load() }
        if case .loaded = report.end {
            do throws(GateFailure) {
                let lock = try state.lock(waitSeconds: 30, now: .now)
                for line in Grants.carryOver(door: door, state: state, now: { .now }, holding: lock) {
                    console.say("warning: \(line)")
                }
            } catch { console.say("warning: the grants were not carried over: \(error.diagnostic.message)") }
        }
        let words: String
        var number: Int?
        switch report.end {
        case .nothingApplied: words = "nothing is to be in force: nothing was applied, or the gate was taken away"
        case .loaded(let generation, 0): (words, number) = ("generation \(generation) is in force already", generation)
        case .loaded(let generation, _):
            (words, number) = ("generation \(generation) is in force again, read back", generation)
        case .waiting(let generation):
            (words, number) = ("generation \(generation) waits to be confirmed; nothing was touched", generation)
        }
        for finding in report.findings { console.say("warning: \(finding.message) [\(finding.code)]") }
        let document = GateDocument(
            command: Self.name, complete: true, findings: report.findings,
            members: [
                .init("result", .string(words)), .init("generation", number.map { .number(Int64($0)) } ?? .null),
            ])
        try Publisher(requests: requests, console: console).publish { format, _ in
            format == .json ? document.bytes : Array("\(words)\n".utf8)
        }
        let passedOver = report.findings.contains { $0.code != "PG472" }
        return passedOver ? .findings : .clean
    }
}
