import Compiler
import Drift
import Gate
import Nftables
import Policy
import Reports

/// A policy compiled for this host, at a moment of its own clock.
struct DeclaredGate {
    let policy: Policy
    let change: GateChange
    /// The moment of the policy's clock.
    let now: Instant

    /// Reads and compiles a policy. What is found goes to standard error; an error ends the command.
    ///
    /// `now` is the policy's clock, `offset` how far the host's is ahead of it. A gate other than the `live` one takes the next
    /// epoch, so that every connection is judged by it. What is proved is the table that will be loaded.
    init(
        path: String, now: Instant, offset: Int64, live: Table?, promoting promotion: Promotion? = nil,
        proving: Bool = true, _ console: Console
    ) throws {
        let input = PolicyInput(reading: path, keepsLists: true)
        let read = try input.required(console)
        let policy = try promotion?.applied(to: read, console) ?? read
        let epoch = live.flatMap(GateEpoch.init)
        var options = CompileOptions(
            now: now, kernelClockOffset: offset, accounts: HostAccounts.database, epoch: epoch?.next ?? 1)
        // What is applied is read back from the kernel, where it counts.
        options.rendersText = false
        let result = PolicyCompiler.compile(policy, options: options)
        console.say(bytes: TextReport.findings(result.diagnostics, in: policy.sources))
        guard var table = result.table else {
            throw CommandFailure(.findings, "'\(path)' cannot be compiled", help: "portgate compile \(path)")
        }
        // Nothing changes: no connection has to be judged again.
        if let epoch, let live, table.withEpoch(epoch.number) == live { table = live }
        if proving { try RenderingProof(table, policy: policy, options: options).require(path, console) }
        self.policy = policy
        self.now = now
        change = try GateChange(
            table: table, origin: .apply, policyName: policy.name, policyDigest: policy.digest,
            paths: [path],
            sources: policy.sources.files.map { GenerationRecord.Source(path: $0.path, bytes: $0.bytes) },
            lists: input.result.lists, horizon: result.horizon, clockOffset: offset, isProved: proving)
    }
}

/// What a change is compared with: the live table, and what was applied last.
struct HostLook {
    let host: HostIdentity
    let live: LiveLook
    let record: GenerationRecord?
    /// The table that is to be live: of the last generation, when it was applied on this boot and in this namespace.
    let recorded: Table?
    /// The table that judges: the live one, or the part of it that the kernel asks while a generation waits for confirmation.
    let judging: Table?
    /// What became of a generation that waits for confirmation.
    let confirmation: ConfirmationLook?

    /// The number of a change that was interrupted, and the table it was to put in force here.
    let interrupted: (number: Int, table: Table?)?

    /// Looks at the host.
    init(_ door: KernelDoor, _ state: StateDirectory) throws(GateFailure) {
        host = try door.host()
        record = try state.current()
        interrupted =
            if let number = try state.interrupted() { (number, try state.interruptedTable(on: host)) } else { nil }
        let applied = if let record, record.host == host { try state.table(of: record) } else { Table?.none }
        live = try state.look(through: door, record: record, recorded: applied)
        confirmation = try state.confirmation(live: live, door: door)
        if let confirmation {
            // As expected, it is what one of the two generations says; else what another hand did is told object by object.
            judging = confirmation.isAsExpected ? confirmation.judging : live.table
            recorded = confirmation.isAsExpected ? confirmation.judging : confirmation.expected
        } else {
            judging = live.table
            recorded = applied
        }
    }

    /// Tells of an interrupted change, whose traces are not another hand's.
    func tell(_ console: Console) {
        if let confirmation {
            switch confirmation.stand {
            case .armed(let seconds):
                console.say(
                    "warning: generation \(confirmation.pending.generation) waits to be confirmed, \(seconds) s left "
                        + "[PG471]")
            case .fellBack(let reason):
                console.say("warning: \(HostSettings.words(confirmation.pending, reason))")
            case .confirmed: break
            }
            return
        }
        guard let interrupted else { return }
        console.say(
            "warning: the change to generation \(interrupted.number) was interrupted; the plan starts from what it left "
                + "[PG454]")
    }
}
