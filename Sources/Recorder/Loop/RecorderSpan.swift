/// When a loop ends by itself; it ends when it is told to in every case.
public enum RecorderSpan: Hashable, Sendable {
    /// Never.
    case untilStopped
    /// After so many seconds.
    case seconds(Double)
    /// As soon as nothing has come for 300 ms, longer than the kernel gathers packets.
    case once
}
