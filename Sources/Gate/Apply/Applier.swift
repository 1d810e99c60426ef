import Compiler
import Host
import Nftables
public import Policy

/// Puts a ruleset in force: writes down what is meant, loads it in the order that loses no packet, reads back what the
/// kernel has, and writes down how it ended. The kernel is the truth: what a load returns is only a hint.
public struct Applier: Sendable {
    private let door: KernelDoor
    private let state: StateDirectory
    private let now: @Sendable () -> Instant
    private let appliedBy: String

    /// Creates an applier over a kernel, a state directory and a clock.
    public init(
        door: KernelDoor, state: StateDirectory, appliedBy: String, now: @escaping @Sendable () -> Instant
    ) {
        self.door = door
        self.state = state
        self.appliedBy = appliedBy
        self.now = now
    }

    /// What came of a change.
    public enum Report: Hashable, Sendable {
        /// What is live was already what is meant, and recorded as such.
        case nothingToDo(generation: Int)
        /// It is in force under this number, in so many transactions.
        case applied(generation: Int, transactions: Int)
        /// It is in force under this number for so many seconds, unless it is confirmed.
        case armed(generation: Int, seconds: Int)

        /// The generation that is in force.
        public var generation: Int {
            switch self {
            case .nothingToDo(let generation), .applied(let generation, _), .armed(let generation, _): generation
            }
        }
    }

    /// Puts a change in force. `seen` is the look on which it was decided: the live table must still be that one. When it
    /// is to be confirmed within some seconds, the kernel returns to what was live before unless it is.
    ///
    /// - Throws: a failure that says what is live now.
    public func apply(
        _ change: GateChange, seen: LiveLook, confirmWithin: Int? = nil, holding lock: borrowing StateLock
    ) throws(GateFailure) -> Report {
        let look = try door.look(after: seen)
        guard look.table == seen.table else {
            throw .movedOn("the live rules are not those that the plan was made for: another hand changed them")
        }
        IdentityBinder(door: door).bind(change.table)
        let current = try state.current()
        let host = try door.host()
        let digest = change.rulesetDigest
        if look.table == change.table, let current, current.rulesetDigest == digest, current.host == host,
            change.origin == .apply || change.origin == .noGate, try state.interrupted() == nil,
            try state.pending() == nil, try state.keep(change.lists, of: current)
        {
            state.stamp(current, seenAt: look, through: door)
            return .nothingToDo(generation: current.number)
        }
        if let pending = try state.pending() { throw .awaitsConfirmation(pending.generation) }
        // A table that stays what it is needs no way back.
        let isArmed = confirmWithin != nil && look.table != change.table
        let target =
            isArmed ? Table.armed(old: try wayBack(look, current, host), new: try change.requiredTable) : change.table
        // Before anything is written: what cannot be loaded is refused as a whole.
        _ = try TableSwitch.transactions(to: target, from: look.table)
        let record = GenerationRecord(
            number: try state.nextNumber(), origin: change.origin, previous: current?.number, created: now(),
            policyName: change.policyName, policyDigest: change.policyDigest, paths: change.paths,
            rulesetDigest: digest, host: host, clockOffset: change.clockOffset, horizon: change.horizon,
            appliedBy: appliedBy, isProved: change.isProved)
        try prepareConnections(for: change.table, live: look.table)
        var pending = isArmed ? confirmWithin.map { PendingConfirmation(record, seconds: $0) } : nil
        try state.prepare(
            record, ruleset: change.ruleset, sources: change.sources, lists: change.lists, pending: pending)
        let end = try put(target, from: look, armedFor: isArmed ? confirmWithin : nil, record: record)
        pending?.switched = BootClock.nanoseconds
        try state.settle(record, outcome(isArmed ? .armed : .applied, ""), pending: pending)
        if !isArmed, end.seen.table != nil { state.stamp(record, seenAt: end.seen, through: door) }
        // A spare generation that stays takes room, nothing else.
        try? state.prune(keeping: record)
        guard let confirmWithin, isArmed else {
            return .applied(generation: record.number, transactions: end.transactions)
        }
        return .armed(generation: record.number, seconds: confirmWithin)
    }

    /// Makes what conntrack knows fit the gate to come.
    private func prepareConnections(for table: Table?, live: Table?) throws(GateFailure) {
        guard let table, let epoch = GateEpoch(of: table), epoch != live.flatMap(GateEpoch.init) else { return }
        // Epochs come round: what is still marked with the one to come was allowed by a gate long gone, and is judged again.
        _ = try door.changeMarks(epoch.liveMark, epoch.admittedMark, epoch.mask)
        // Nobody can say any more what connections began with that are older than the gate: they are judged by everything else.
        let ports = table.portsNewlyJudgedByPayload(since: live)
        if !ports.isEmpty { _ = try door.takeOver(ports, epoch.admittedMark, epoch.mask) }
    }

    /// Returns the table to which the kernel is to fall back: what is live, when it is what was recorded.
    private func wayBack(
        _ look: LiveLook, _ current: GenerationRecord?, _ host: HostIdentity
    ) throws(GateFailure) -> Table? {
        let recorded = try current.flatMap { current throws(GateFailure) in try state.table(of: current) }
        if current == nil, look.table != nil { throw .noWayBack("no recorded generation explains what is live") }
        if let current, current.host != host, recorded != nil {
            throw .noWayBack(
                "generation \(current.number) is recorded and not in force here: run 'portgate boot' first")
        }
        if try state.interrupted() != nil { throw .noWayBack("a change was interrupted") }
        guard look.table == recorded else { throw .noWayBack("another hand changed what is live since the last apply") }
        return recorded
    }

    /// Leads the kernel to a table; when that fails, back to what was live before.
    private func put(
        _ target: Table?, from look: LiveLook, armedFor seconds: Int?, record: GenerationRecord
    ) throws(GateFailure) -> TableSwitch.End {
        let company = TableSwitch.Company(after: seconds.map { Table.arming(seconds: $0) } ?? [])
        do throws(TableSwitch.Failure) {
            let end = try TableSwitch(door: door).leadAndSee(to: target, from: look, with: company)
            guard seconds == nil || (try? door.armed()) != nil else {
                throw .failed("the switch that is to lead back is not armed")
            }
            return end
        } catch {
            switch error {
            case .movedOn(let reason):
                state.discard(record.number)
                throw .movedOn(reason)
            case .failed(let reason): throw giveUp(record, reason, previous: look.table)
            }
        }
    }

    private func outcome(_ result: GenerationOutcome.Result, _ detail: String) -> GenerationOutcome {
        GenerationOutcome(result: result, at: now(), kernelGeneration: try? door.generation(), detail: detail)
    }

    // MARK: - The way back

    /// Returns to what was live before and says what is live now.
    private func giveUp(_ record: GenerationRecord, _ reason: String, previous: Table?) -> GateFailure {
        let failure: GateFailure
        let result: GenerationOutcome.Result
        do throws(GateFailure) {
            try TableSwitch(door: door).restore(previous)
            (failure, result) = (.returned(reason), .returned)
        } catch {
            failure = .stranded(reason, live: [error.diagnostic.message] + describeLive(previous: previous))
            result = .stranded
        }
        // The failure at hand weighs more than a record that cannot be written: the intent stays, and tells of it.
        try? state.settle(record, outcome(result, reason))
        return failure
    }

    /// Says what is live, for the one who has to go on from here.
    private func describeLive(previous: Table?) -> [String] {
        guard let look = try? door.look() else {
            return ["what is live now could not be read: look with nft list ruleset"]
        }
        guard let table = look.table else { return ["live now: no table inet portgate, so nothing is gated"] }
        let bases = table.chains.filter { $0.hook != nil }.map(\.name)
        let names = bases.isEmpty ? "none" : bases.joined(separator: ", ")
        var lines = ["live now: table inet portgate with base chains \(names)"]
        let differences = TableDeviation.between(expected: previous, found: table)
        lines += differences.prefix(20).map { "against what was live before: \($0)" }
        if differences.count > 20 { lines.append("and \(differences.count - 20) more differences") }
        return lines
    }
}
