public import Host

/// Why a loop ended before its time.
public enum RecorderLoopFailure<SinkFailure: Error>: Error {
    /// The system says so.
    case host(HostError)
    /// The sink takes no more.
    case sink(SinkFailure)
}
