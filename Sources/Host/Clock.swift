internal import Glibc

/// The host's clock.
public enum Clock {
    /// POSIX seconds now, by the realtime clock: what the kernel compares `meta time` with.
    public static var nowSeconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec)
    }
}
