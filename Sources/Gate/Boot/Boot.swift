import Nftables
public import Policy

/// Puts the generation that was confirmed last in force again, from its recorded text, before the network is up. It compiles
/// nothing, so that a broken policy on disk does not matter, and it leaves nothing open that was gated.
public struct Boot: Sendable {
    private let door: KernelDoor
    private let state: StateDirectory
    private let now: @Sendable () -> Instant

    /// Creates a boot over a kernel, a state directory and a clock.
    public init(door: KernelDoor, state: StateDirectory, now: @escaping @Sendable () -> Instant) {
        self.door = door
        self.state = state
        self.now = now
    }

    /// What came of it.
    public struct Report: Hashable, Sendable {
        /// What is in force.
        public enum End: Hashable, Sendable {
            /// Nothing was ever applied, or the gate was taken away: nothing is gated.
            case nothingApplied
            /// This generation was put in force, in so many transactions; none when it was in force already.
            case loaded(generation: Int, transactions: Int)
            /// This generation waits to be confirmed on this very boot of the host: nothing was touched.
            case waiting(generation: Int)
        }

        /// What is in force.
        public let end: End
        /// What is to be said.
        public let findings: [Diagnostic]
    }

    /// Loads what is to be in force.
    ///
    /// - Throws: PG437 when no generation could be loaded, and says what is live then: a closed gate if at all possible.
    public func load() throws(GateFailure) -> Report {
        let host = try door.host()
        var findings: [Diagnostic] = []
        if let waiting = settleWaiting(on: host, &findings) {
            return Report(end: .waiting(generation: waiting), findings: findings)
        }
        let candidates = candidates(&findings)
        guard !candidates.isEmpty else {
            guard isUntouched else { return try close(findings) }
            return Report(end: .nothingApplied, findings: findings)
        }
        for candidate in candidates {
            do throws(GateFailure) {
                guard let record = try state.record(candidate.number) else {
                    throw .stateDamaged("generation \(candidate.number)", "it is not there")
                }
                let table = try state.table(of: record)
                if table == nil {
                    // That the gate was taken away counts only as the last word: it must not open what is damaged.
                    guard candidate.isCurrent else { continue }
                    return Report(end: .nothingApplied, findings: findings)
                }
                let count = try put(table)
                remember(candidate.number, host, &findings)
                return Report(end: .loaded(generation: candidate.number, transactions: count), findings: findings)
            } catch {
                findings.append(.passedOver(candidate.number, error.diagnostic.message))
            }
        }
        return try close(findings)
    }

    // MARK: - What to load

    private struct Candidate {
        let number: Int
        let isCurrent: Bool
    }

    /// Returns the generations worth a try: the current one, then all others that were in force, the newest first. Those of
    /// which it cannot be said how they ended are among them.
    private func candidates(_ findings: inout [Diagnostic]) -> [Candidate] {
        var current: Int?
        do throws(GateFailure) { current = try state.currentNumber() } catch {
            findings.append(error.diagnostic)
        }
        let numbers = (try? state.numbers()) ?? []
        let others = numbers.reversed().filter { number in
            guard number != current else { return false }
            do throws(GateFailure) { return try state.outcome(of: number)?.isInForce ?? false } catch { return true }
        }
        return (current.map { [Candidate(number: $0, isCurrent: true)] } ?? [])
            + others.map { Candidate(number: $0, isCurrent: false) }
    }

    /// Whether nothing was ever confirmed here: no file says so, and none that could have said so is damaged.
    private var isUntouched: Bool {
        do throws(GateFailure) {
            guard try state.currentNumber() == nil else { return false }
            for number in try state.numbers() where try state.outcome(of: number)?.isInForce ?? false { return false }
            return true
        } catch { return false }
    }

    // MARK: - Loading

    private func put(_ table: Table?) throws(GateFailure) -> Int {
        let look = try door.look(expecting: table)
        guard look.table != table else { return 0 }
        do throws(TableSwitch.Failure) { return try TableSwitch(door: door).lead(to: table, from: look) } catch {
            throw .returned(error.words)
        }
    }

    /// Puts in order what waited to be confirmed; returns its number when it still waits, on this boot of the host.
    private func settleWaiting(on host: HostIdentity, _ findings: inout [Diagnostic]) -> Int? {
        do throws(GateFailure) {
            guard let pending = try state.pending() else { return nil }
            let look = try door.look()
            if let waiting = try state.confirmation(live: look, door: door), case .armed = waiting.stand {
                return pending.generation
            }
            let lock = try state.lock(waitSeconds: 30, now: now())
            let end = try Confirmer(door: door, state: state, now: now).settle(holding: lock)
            if case .fellBack(_, _, let reason) = end { findings.append(.fellBack(pending, reason: reason)) }
        } catch { findings.append(error.diagnostic) }
        return nil
    }

    /// Writes down what is in force now. The gate weighs more than the record: what cannot be written is told.
    private func remember(_ number: Int, _ host: HostIdentity, _ findings: inout [Diagnostic]) {
        do throws(GateFailure) {
            let lock = try state.lock(waitSeconds: 30, now: now())
            try state.noteInForce(number, on: host)
            let reason = "the change was interrupted; generation \(number) was loaded instead"
            try state.settleInterrupted(
                GenerationOutcome(
                    result: .returned, at: now(), kernelGeneration: try? door.generation(), detail: reason))
            _ = consume lock
        } catch { findings.append(error.diagnostic) }
    }

    // MARK: - Nothing to load

    /// Refuses everything that what is left of the records names, and ends with a failure that says so.
    private func close(_ findings: [Diagnostic]) throws(GateFailure) -> Report {
        let notes = findings.map(\.message)
        let look: LiveLook
        do throws(GateFailure) { look = try door.look() } catch {
            throw .bootFailed("nor can be seen what is live", notes: notes + [error.diagnostic.message])
        }
        if look.table != nil {
            throw .bootFailed("what is live was left as it is", notes: notes)
        }
        let numbers = (try? state.numbers()) ?? []
        let ports = numbers.reversed().lazy.map { PortRemains.ports(in: state.remains(of: $0)) }.first { !$0.isEmpty }
        do throws(GateFailure) { _ = try put(ClosedGate.table(ports: ports ?? [])) } catch {
            throw .bootFailed(
                "nor could everything be refused instead", notes: notes + [error.diagnostic.message])
        }
        let closed =
            ports.map { ports in
                let list = ports.map { $0.first == $0.last ? "\($0.first)" : "\($0.first)-\($0.last)" }
                return "refused to everybody instead: ports " + Set(list).sorted().joined(separator: ", ")
            } ?? "refused instead: everything that arrives from outside and is no answer"
        throw .bootFailed("the gate is closed", notes: notes + [closed])
    }
}
