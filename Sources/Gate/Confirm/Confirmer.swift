import Host
import Nftables
public import Policy

/// Ends the waiting of a generation: confirms it, or puts in order that the kernel returned to the one before.
public struct Confirmer: Sendable {
    private let door: KernelDoor
    private let state: StateDirectory
    private let now: @Sendable () -> Instant

    /// Creates a confirmer over a kernel, a state directory and a clock.
    public init(door: KernelDoor, state: StateDirectory, now: @escaping @Sendable () -> Instant) {
        self.door = door
        self.state = state
        self.now = now
    }

    /// How a waiting generation ended.
    public enum End: Hashable, Sendable {
        /// It is the only one in force.
        case confirmed(generation: Int)
        /// The one before is; why, in words.
        case fellBack(generation: Int, previous: Int?, reason: String)
    }

    /// Makes the waiting generation the only one, when it is proved that a new connection gets in.
    ///
    /// - Returns: its number.
    public func confirm(by proof: ConfirmationProof, holding lock: borrowing StateLock) throws(GateFailure) -> Int {
        let look = try self.look()
        guard let waiting = try state.confirmation(live: look, door: door) else { throw .nothingToConfirm() }
        guard case .armed = waiting.stand, let timer = try door.armed() else {
            return try generation(of: end(waiting, look))
        }
        // The kernel's own count, and what apply wrote down after it had read the new rules back: whichever is later.
        let since = BootClock.nanoseconds - Int64(clamping: timer.given - min(timer.left, timer.given)) * 1_000_000
        try proof.check(since: max(since, waiting.pending.switched ?? since))
        try state.prepareConfirmation(of: waiting.pending, at: now())
        do throws(TableSwitch.Failure) {
            // Disarming fails, and the whole transaction with it, when the kernel was faster.
            _ = try TableSwitch(door: door).lead(
                to: waiting.new, from: look, with: TableSwitch.Company(before: Table.disarming))
        } catch {
            let found = try self.look()
            guard let after = try state.confirmation(live: found, door: door) else { throw .nothingToConfirm() }
            if case .armed = after.stand { throw .movedOn("not confirmed: \(error.words)") }
            return try generation(of: end(after, found))
        }
        try state.settle(waiting.pending, outcome(.applied, "confirmed"))
        return waiting.pending.generation
    }

    /// Puts in order what the kernel has decided by itself: returns nil as long as a generation waits, or when none does.
    public func settle(holding lock: borrowing StateLock) throws(GateFailure) -> End? {
        let look = try self.look()
        guard let waiting = try state.confirmation(live: look, door: door) else { return nil }
        if case .armed = waiting.stand { return nil }
        return try end(waiting, look)
    }

    /// Takes the waiting generation back at once.
    public func takeBack(holding lock: borrowing StateLock) throws(GateFailure) -> End? {
        let look = try self.look()
        guard let waiting = try state.confirmation(live: look, door: door) else { return nil }
        guard case .armed = waiting.stand else { return try end(waiting, look) }
        return try fallBack(waiting, look, "it was taken back")
    }

    /// Looks at what is live, which probably is what waits to be confirmed.
    private func look() throws(GateFailure) -> LiveLook {
        guard let pending = try state.pending(), let record = try state.record(pending.generation) else {
            return try door.look()
        }
        return try door.look(expecting: try? state.table(of: record))
    }

    /// Writes down that the kernel returned to the generation before, as far as that can be done without changing anything.
    public func note(_ waiting: ConfirmationLook, holding lock: borrowing StateLock) throws(GateFailure) {
        guard case .fellBack(let reason) = waiting.stand, try state.pending() == waiting.pending,
            try state.outcome(of: waiting.pending.generation)?.result != .fellBack
        else { return }
        try state.note(outcome(.fellBack, reason), of: waiting.pending)
    }

    // MARK: - Ends

    private func end(_ waiting: ConfirmationLook, _ look: LiveLook) throws(GateFailure) -> End {
        switch waiting.stand {
        case .armed: preconditionFailure("a generation that still waits has not ended")
        case .confirmed:
            if waiting.needsCleaning { try lead(to: waiting.new, from: look) }
            try state.settle(waiting.pending, outcome(.applied, "confirmed"))
            return .confirmed(generation: waiting.pending.generation)
        case .fellBack(let reason): return try fallBack(waiting, look, reason)
        }
    }

    private func fallBack(
        _ waiting: ConfirmationLook, _ look: LiveLook, _ reason: String
    ) throws(GateFailure) -> End {
        if waiting.needsCleaning { try lead(to: waiting.old, from: look) }
        try state.settle(waiting.pending, outcome(.fellBack, reason))
        return .fellBack(
            generation: waiting.pending.generation, previous: waiting.pending.previous, reason: reason)
    }

    private func lead(to table: Table?, from look: LiveLook) throws(GateFailure) {
        do throws(TableSwitch.Failure) { _ = try TableSwitch(door: door).lead(to: table, from: look) } catch {
            throw .notCleaned(error.words)
        }
    }

    private func generation(of end: End) throws(GateFailure) -> Int {
        switch end {
        case .confirmed(let generation): return generation
        case .fellBack(let generation, let previous, let reason):
            throw .fellBack(generation, to: previous, reason: reason)
        }
    }

    private func outcome(_ result: GenerationOutcome.Result, _ detail: String) -> GenerationOutcome {
        GenerationOutcome(result: result, at: now(), kernelGeneration: try? door.generation(), detail: detail)
    }
}

extension TableSwitch.Failure {
    /// The failure in words.
    var words: String {
        switch self {
        case .movedOn(let reason), .failed(let reason): reason
        }
    }
}
