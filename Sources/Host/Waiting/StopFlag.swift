internal import CLinux
import Glibc
import Synchronization

/// Asks every thread of a process to end, and wakes those that sleep.
public final class StopFlag: Sendable {
    private let raised = Atomic(false)
    // Readable from the moment it is raised on; nobody takes it back.
    private let event: Int32

    /// Makes a flag; nil when there is no descriptor left for it.
    public init?() {
        let event = portgate_event()
        guard event >= 0 else { return nil }
        self.event = event
    }

    deinit { close(event) }

    /// Asks to end.
    public func raise() {
        raised.store(true, ordering: .releasing)
        portgate_event_raise(event)
    }

    /// Whether an end was asked for.
    public var isRaised: Bool { raised.load(ordering: .acquiring) }

    /// Sleeps until an end is asked for or a time is over, in milliseconds.
    public func sleep(milliseconds: Int64) {
        guard !isRaised else { return }
        _ = Waiting.until(BootClock.moment(after: .milliseconds(milliseconds)), event, POLLIN)
    }
}
