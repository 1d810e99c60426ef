import Glibc
import Host

/// A moment on two clocks.
public struct RecorderClock: Hashable, Sendable {
    /// Nanoseconds since 1970, which can be set.
    public var realtime: Int64
    /// Nanoseconds since the boot, which nobody sets.
    public var boottime: Int64

    /// Takes a moment.
    public init(realtime: Int64, boottime: Int64) {
        self.realtime = realtime
        self.boottime = boottime
    }

    /// The present moment.
    public static var now: RecorderClock {
        var time = timespec()
        // Fails only for a clock that does not exist.
        clock_gettime(CLOCK_REALTIME, &time)
        return RecorderClock(
            realtime: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec), boottime: BootClock.nanoseconds)
    }
}
