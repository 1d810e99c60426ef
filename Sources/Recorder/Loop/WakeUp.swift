import CLinux
import Glibc
public import Host

/// Wakes a loop that waits: from another thread, or from a signal handler.
public final class WakeUp: Sendable {
    /// The descriptor, which is readable when the loop was woken; closed with this object.
    public let descriptor: Int32

    /// Makes one (eventfd(2)).
    public init() throws(HostError) {
        descriptor = portgate_event()
        guard descriptor >= 0 else { throw HostError("make", "an event descriptor", Errno(errno)) }
    }

    deinit { close(descriptor) }

    /// Wakes the loop; as often as one likes.
    public func raise() { portgate_event_raise(descriptor) }

    /// Takes the call back; returns whether there was one.
    func take() -> Bool { portgate_event_take(descriptor) != 0 }
}
