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
    }

    /// Puts a change in force. `seen` is the look on which it was decided: the live table must still be that one.
    ///
    /// - Throws: a failure that says what is live now.
    public func apply(
        _ change: GateChange, seen: LiveLook, holding lock: borrowing StateLock
    ) throws(GateFailure) -> Report {
        let look = try door.look()
        guard look.table == seen.table else {
            throw .movedOn("the live rules are not those that the plan was made for: another hand changed them")
        }
        let current = try state.current()
        let host = try door.host()
        let digest = change.rulesetDigest
        if look.table == change.table, let current, current.rulesetDigest == digest, current.host == host,
            change.origin == .apply || change.origin == .noGate, try state.interrupted() == nil
        {
            return .nothingToDo(generation: current.number)
        }
        let batches = try Self.transactions(to: change.table, from: look.table)
        let record = GenerationRecord(
            number: try state.nextNumber(), origin: change.origin, previous: current?.number, created: now(),
            policyName: change.policyName, policyDigest: change.policyDigest, paths: change.paths,
            rulesetDigest: digest, host: host, clockOffset: change.clockOffset, horizon: change.horizon,
            appliedBy: appliedBy)
        try state.prepare(record, ruleset: change.text, sources: change.sources)
        try load(batches, to: change.table, from: look, record: record)
        try verify(change.table, record: record, previous: look.table)
        try state.settle(record, outcome(.applied, ""))
        // A spare generation that stays takes room, nothing else.
        try? state.prune(keeping: record)
        return .applied(generation: record.number, transactions: batches.count)
    }

    /// Loads transactions one after another, as long as nobody else changes the table in between.
    private func load(
        _ batches: [[UInt8]], to target: Table?, from look: LiveLook, record: GenerationRecord
    ) throws(GateFailure) {
        var expected = look.generation
        for (index, batch) in batches.enumerated() {
            let found = try generation(during: record, previous: look.table)
            // The generation is everybody's: it counts only when this table is another one than the transactions start from.
            if found != expected, try !isStill(batches[index...], to: target, record: record, previous: look.table) {
                let reason = "another program changed the table between the look and transaction \(index + 1)"
                guard index == 0 else { throw giveUp(record, reason, previous: look.table) }
                state.discard(record.number)
                throw .movedOn(reason)
            }
            do throws(GateFailure) {
                try door.load(batch)
            } catch {
                // Whatever it says: only the kernel knows. The last transaction may have been committed all the same.
                let isLast = index == batches.count - 1
                if isLast, let found = try? door.look(), found.table == target { break }
                let reason = "transaction \(index + 1) of \(batches.count): \(error.diagnostic.message)"
                throw giveUp(record, reason, previous: look.table)
            }
            expected = try generation(during: record, previous: look.table)
        }
    }

    /// Whether what is left to load leads from what is live now to the target, to the byte.
    private func isStill(
        _ rest: ArraySlice<[UInt8]>, to target: Table?, record: GenerationRecord, previous: Table?
    ) throws(GateFailure) -> Bool {
        do throws(GateFailure) {
            return try Self.transactions(to: target, from: try door.look().table) == Array(rest)
        } catch {
            throw giveUp(record, error.diagnostic.message, previous: previous)
        }
    }

    /// Returns the texts that lead from one table to another, one for each transaction.
    private static func transactions(to target: Table?, from live: Table?) throws(GateFailure) -> [[UInt8]] {
        guard let target else { return live == nil ? [] : [Array("delete table inet portgate\n".utf8)] }
        do throws(TableError) { return try target.transition(from: live).map(\.text) } catch {
            throw .notLoadable("\(error)")
        }
    }

    /// Reads the table back and compares it with what is meant, object by object.
    private func verify(_ declared: Table?, record: GenerationRecord, previous: Table?) throws(GateFailure) {
        let found: LiveLook
        do throws(GateFailure) {
            found = try door.look()
        } catch {
            let reason = "what is live could not be read back (\(error.diagnostic.message))"
            throw giveUp(record, reason, previous: previous)
        }
        let differences = TableDeviation.between(expected: declared, found: found.table)
        guard let first = differences.first else { return }
        let more = differences.count > 1 ? " and \(differences.count - 1) more differences" : ""
        throw giveUp(record, "read back, it is not what was loaded: \(first)\(more)", previous: previous)
    }

    private func generation(
        during record: GenerationRecord, previous: Table?
    ) throws(GateFailure) -> UInt32 {
        do throws(GateFailure) { return try door.generation() } catch {
            throw giveUp(record, error.diagnostic.message, previous: previous)
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
            try restore(previous)
            (failure, result) = (.returned(reason), .returned)
        } catch {
            failure = .stranded(reason, live: [error.diagnostic.message] + describeLive(previous: previous))
            result = .stranded
        }
        // The failure at hand weighs more than a record that cannot be written: the intent stays, and tells of it.
        try? state.settle(record, outcome(result, reason))
        return failure
    }

    /// Makes `previous` live again and reads back that it is.
    private func restore(_ previous: Table?) throws(GateFailure) {
        let look = try door.look()
        guard look.table != previous else { return }
        // When there was no table, what the failed change left of its own is all there is.
        for batch in try Self.transactions(to: previous, from: look.table) { try door.load(batch) }
        let found = try door.look()
        guard let first = TableDeviation.between(expected: previous, found: found.table).first else { return }
        throw .kernelUnreadable("the way back ended at something else: \(first)")
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
