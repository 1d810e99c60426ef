import Glibc
import Synchronization

/// A sink's own thread: whatever holds it up holds up no other.
public final class SinkThread: Sendable {
    /// The sink.
    public let address: SinkAddress
    // Nil while it runs; then whether everything was delivered that should be.
    private let outcome = Mutex<Bool?>(nil)

    private init(_ address: SinkAddress) { self.address = address }

    // Carries a closure through the C entry point.
    private final class Entry: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts to deliver; nil when the system has no thread to give.
    ///
    /// - Parameter say: Is told of changes, on the sink's thread.
    public static func start(
        _ address: SinkAddress, _ settings: SinkSettings, stop: StopFlag, say: @escaping @Sendable (SinkEvent) -> Void
    ) -> SinkThread? {
        let sinkThread = SinkThread(address)
        let entry = Unmanaged.passRetained(
            Entry {
                let isComplete = SinkRun(address, settings, stop: stop, say: say).run()
                sinkThread.outcome.withLock { $0 = isComplete }
            })
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Entry>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, entry.toOpaque())
        guard failure == 0 else {
            entry.release()
            return nil
        }
        // Not joined: one that a system call holds must not hold up the end of the program.
        pthread_detach(thread)
        return sinkThread
    }

    /// Whether everything was delivered that should be; nil while it runs.
    public var isComplete: Bool? { outcome.withLock { $0 } }
}
