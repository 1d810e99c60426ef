import Gate
import Glibc
import JSON
import Policy

/// A change of the host's gate about to be made: shown, guarded, agreed to, made.
struct HostChange {
    let settings: HostSettings
    let plan: Plan
    let change: GateChange
    let look: HostLook
    /// Seconds within which it has to be confirmed; nil when it stays.
    var confirmWithin: Int?
    /// Whether to wait for the confirmation.
    var waits = false

    /// Shows the plan, makes sure that nobody is shut out and that somebody agrees, and puts it in force.
    func make<Settings: HostCommand>(
        _ command: Settings, policy: Policy?, policyNow: Instant, door: KernelDoor, _ console: Console
    ) throws -> ExitCode {
        let isText = command.requests.contains { $0.format == .text && $0.path == nil }
        if isText { try console.write(plan.text) }
        if let record = look.record, record.host.boot == look.host.boot, record.host.namespace != look.host.namespace {
            console.say(
                "warning: this state directory was last used in network namespace \(record.host.namespace), "
                    + "this is \(look.host.namespace)")
        }
        look.tell(console)
        settings.tellOfUnreadableSSH(console)
        let verdict = settings.guardian(console).judge(
            change.table, policy: policy, now: .now, policyNow: policyNow)
        for warning in verdict.warnings { console.say("warning: \(warning) [PG460]") }
        if let refusal = verdict.refusal {
            guard settings.allowLockout else { throw refusal }
            console.say("warning: \(refusal.diagnostic.message); --allow-lockout was given")
        }
        let identities = IdentityAudit(host: .live(accounts: HostAccounts.database))
        try identities.check(change.table)
        if change.table == nil, !plan.isNothing {
            let ports = plan.changes.filter { $0.rule == nil }.map(\.port).joined(separator: ", ")
            let opened = ports.isEmpty ? "nothing more" : ports
            console.say("warning: this takes the gate away; open from then on: \(opened)")
            try settings.confirm("Take the gate away?", console)
        } else if !plan.isNothing {
            try settings.confirm("Apply this?", console)
        }
        let report = try putInForce(door, console)
        for finding in identities.findings(change.table, door: door) {
            console.say("\(finding.severity.rawValue): \(finding.message) [\(finding.code)]")
        }
        do {
            try publish(report, command, console)
        } catch {
            console.say("the change was made; only the report of it could not be written")
            throw error
        }
        guard waits, case .armed(let generation, _) = report else { return .clean }
        let wait = ConfirmationWait(door: door, state: settings.state(console)) { .now }
        try wait.run(generation: generation)
        console.say("generation \(generation) was confirmed")
        return .clean
    }

    /// Puts the change in force, under the lock.
    private func putInForce(_ door: KernelDoor, _ console: Console) throws -> Applier.Report {
        let lock = try settings.lock(console)
        let state = settings.state(console)
        let applier = Applier(door: door, state: state, appliedBy: settings.appliedBy(console)) { .now }
        // From here to the verified end a hang-up or Ctrl-C must not leave half a change.
        return try SteadySignals.ignoring {
            let record = ChangeJournal.Change.gate(
                change, by: settings.appliedBy(console), confirmWithin: confirmWithin)
            let report = try settings.recorded(record, console) {
                try applier.apply(change, seen: look.live, confirmWithin: confirmWithin, holding: lock)
            } outcome: { report in
                ["generation": .number(Int64(report.generation))]
            }
            // While it waits to be confirmed the grants stay those of the generation before.
            if case .armed = report { return report }
            for line in Grants.carryOver(door: door, state: state, now: { .now }, holding: lock) {
                console.say("warning: \(line)")
            }
            return report
        }
    }

    private func publish<Settings: HostCommand>(
        _ report: Applier.Report, _ command: Settings, _ console: Console
    ) throws {
        let (words, number): (String, Int) =
            switch report {
            case .nothingToDo(let generation): ("generation \(generation) stays in force", generation)
            case .armed(let generation, let seconds):
                (
                    "generation \(generation) is in force and read back, for \(seconds) s: run 'portgate confirm' over a "
                        + "new SSH connection, or the kernel returns to "
                        + (look.record.map { "generation \($0.number)" } ?? "no gate at all"), generation
                )
            case .applied(let generation, 0):
                ("recorded as generation \(generation); the rules were live already", generation)
            case .applied(let generation, _) where change.table == nil:
                ("the gate is gone, read back: generation \(generation); nothing is gated here", generation)
            case .applied(let generation, let transactions):
                (
                    "in force and read back: generation \(generation), \(transactions) transaction"
                        + (transactions == 1 ? "" : "s"), generation
                )
            }
        let document = GateDocument(
            command: Settings.name, complete: true, findings: [],
            members: [
                .init("result", .string(words)), .init("generation", .number(Int64(number))),
                .init("policy_digest", .string(change.policyDigest)), .init("plan", plan.json),
            ])
        try Publisher(requests: command.requests, console: console).publish { format, _ in
            format == .json ? document.bytes : Array("\(words)\n".utf8)
        }
    }
}
