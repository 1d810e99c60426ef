import CLinux
import Glibc
public import Host

/// The signals that ask a program to end, as something to wait for beside others: SIGINT, SIGTERM, SIGHUP.
public struct StopSignals: ~Copyable {
    /// Becomes readable when one of them came.
    public let descriptor: Int32

    /// Blocks the signals and begins to listen to them (signalfd(2)).
    public init() throws(HostError) {
        descriptor = portgate_stop_signals()
        guard descriptor >= 0 else { throw HostError("listen to", "signals", Errno(errno)) }
    }

    deinit { close(descriptor) }
}
