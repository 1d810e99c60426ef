import Host

/// A witness's own thread: whatever holds it up holds up no other.
struct SubmissionThread: Sendable {
    /// The witness.
    let address: WitnessAddress
    private let run: DetachedRun

    /// Starts to submit; nil when the system has no thread to give.
    static func start(
        _ address: WitnessAddress, _ settings: SubmitSettings, stop: StopFlag, say: @escaping @Sendable (String) -> Void
    ) -> SubmissionThread? {
        DetachedRun { SubmissionRun(address, settings, stop: stop, say: say).run() }
            .map { SubmissionThread(address: address, run: $0) }
    }

    /// Whether the witness has signed what it should; nil while it runs.
    var isComplete: Bool? { run.isComplete }
}
