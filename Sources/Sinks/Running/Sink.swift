/// What takes records. One thread owns it; every call ends by its deadline, in nanoseconds of ``BootClock``.
protocol Sink: AnyObject {
    /// Whether what was sent waits for ``confirm(until:)`` for a while, because asking costs much.
    var gathersConfirmations: Bool { get }

    /// Sends lines, each with its end; `first` is the index of the first one.
    func send(_ lines: UnsafeRawBufferPointer, first: UInt64, until deadline: Int64) throws(SinkFailure)

    /// Returns when the receiver has taken all that was sent.
    func confirm(until deadline: Int64) throws(SinkFailure)

    /// Looks after what happened since the last call; true when it is time to confirm at once.
    func tend() throws(SinkFailure) -> Bool

    /// Drops whatever is under way, without waiting.
    func abandon()
}
