import Synchronization

/// Work on a thread of its own that nobody joins: what holds it up, such as a look-up of a name, must not hold up the end of the
/// program, nor other work.
public final class DetachedRun: Sendable {
    private final class Outcome: Sendable {
        let value = Mutex<Bool?>(nil)
    }

    private let outcome = Outcome()

    /// Starts the work, which returns whether it is complete; nil when the system has no thread to give.
    public init?(_ work: @escaping @Sendable () -> Bool) {
        let outcome = outcome
        let thread = SystemThread {
            let isComplete = work()
            outcome.value.withLock { $0 = isComplete }
        }
        guard let thread else { return nil }
        thread.detach()
    }

    /// Whether the work is complete; nil while it runs.
    public var isComplete: Bool? { outcome.value.withLock { $0 } }
}
