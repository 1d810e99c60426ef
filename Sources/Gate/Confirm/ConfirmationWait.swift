import Glibc
public import Policy

/// Waits until a generation is confirmed or the kernel has returned to the one before.
public struct ConfirmationWait: Sendable {
    private let door: KernelDoor
    private let state: StateDirectory
    private let now: @Sendable () -> Instant

    /// Creates a wait over a kernel, a state directory and a clock.
    public init(door: KernelDoor, state: StateDirectory, now: @escaping @Sendable () -> Instant) {
        self.door = door
        self.state = state
        self.now = now
    }

    /// Returns when the generation is confirmed.
    ///
    /// - Throws: PG432 when the kernel has returned; then that is recorded and put in order.
    public func run(generation: Int) throws(GateFailure) {
        while true {
            guard let pending = try state.pending(), pending.generation == generation else { break }
            if try door.armed() == nil {
                // The time is over, or it is being confirmed at this moment: who holds the lock knows.
                let lock = try state.lock(waitSeconds: 60, now: now())
                let end = try Confirmer(door: door, state: state, now: now).settle(holding: lock)
                if case .fellBack(let generation, let previous, let reason) = end {
                    throw .fellBack(generation, to: previous, reason: reason)
                }
                if case .confirmed = end { return }
            }
            poll(nil, 0, 200)
        }
        guard try state.outcome(of: generation)?.result != .applied else { return }
        let outcome = try state.outcome(of: generation)
        throw .fellBack(generation, to: try state.currentNumber(), reason: outcome?.detail ?? "its end is not recorded")
    }
}
