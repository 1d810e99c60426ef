import Glibc
public import Policy

/// The host's clock.
public enum Clock {
    /// The present moment by the realtime clock, in UTC: what the kernel compares `meta time` with.
    public static var now: Instant { Instant(seconds: nowSeconds) }

    /// POSIX seconds now, by the realtime clock.
    public static var nowSeconds: Int64 {
        var time = timespec()
        // Fails only for a clock that does not exist.
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec)
    }
}
