import Host
import Synchronization

/// A witness's own thread: whatever holds it up holds up no other.
final class SubmissionThread: Sendable {
    /// The witness.
    let address: WitnessAddress
    // Nil while it runs; then whether the witness has signed what it should.
    private let outcome = Mutex<Bool?>(nil)

    private init(_ address: WitnessAddress) { self.address = address }

    /// Starts to submit; nil when the system has no thread to give.
    static func start(
        _ address: WitnessAddress, _ settings: SubmitSettings, stop: StopFlag, say: @escaping @Sendable (String) -> Void
    ) -> SubmissionThread? {
        let thread = SubmissionThread(address)
        let started = SystemThread {
            let isComplete = SubmissionRun(address, settings, stop: stop, say: say).run()
            thread.outcome.withLock { $0 = isComplete }
        }
        guard let started else { return nil }
        // Not joined: one that a look-up holds must not hold up the end of the program.
        started.detach()
        return thread
    }

    /// Whether the witness has signed what it should; nil while it runs.
    var isComplete: Bool? { outcome.withLock { $0 } }
}
