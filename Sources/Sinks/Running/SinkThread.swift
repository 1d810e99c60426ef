public import Host

/// A sink's own thread: whatever holds it up holds up no other.
public struct SinkThread: Sendable {
    /// The sink.
    public let address: SinkAddress
    private let run: DetachedRun

    /// Starts to deliver; nil when the system has no thread to give.
    ///
    /// - Parameter say: Is told of changes, on the sink's thread.
    public static func start(
        _ address: SinkAddress, _ settings: SinkSettings, stop: StopFlag, say: @escaping @Sendable (SinkEvent) -> Void
    ) -> SinkThread? {
        DetachedRun { SinkRun(address, settings, stop: stop, say: say).run() }.map {
            SinkThread(address: address, run: $0)
        }
    }

    /// Whether everything was delivered that should be; nil while it runs.
    public var isComplete: Bool? { run.isComplete }
}
