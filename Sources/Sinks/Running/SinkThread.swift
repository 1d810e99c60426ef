public import Host
import Synchronization

/// A sink's own thread: whatever holds it up holds up no other.
public final class SinkThread: Sendable {
    /// The sink.
    public let address: SinkAddress
    // Nil while it runs; then whether everything was delivered that should be.
    private let outcome = Mutex<Bool?>(nil)

    private init(_ address: SinkAddress) { self.address = address }

    /// Starts to deliver; nil when the system has no thread to give.
    ///
    /// - Parameter say: Is told of changes, on the sink's thread.
    public static func start(
        _ address: SinkAddress, _ settings: SinkSettings, stop: StopFlag, say: @escaping @Sendable (SinkEvent) -> Void
    ) -> SinkThread? {
        let sinkThread = SinkThread(address)
        let thread = SystemThread {
            let isComplete = SinkRun(address, settings, stop: stop, say: say).run()
            sinkThread.outcome.withLock { $0 = isComplete }
        }
        guard let thread else { return nil }
        // Not joined: one that a system call holds must not hold up the end of the program.
        thread.detach()
        return sinkThread
    }

    /// Whether everything was delivered that should be; nil while it runs.
    public var isComplete: Bool? { outcome.withLock { $0 } }
}
