import Glibc

/// The kernel's clock since the boot, which nobody sets; a process's start is told by the same one (proc(5), starttime).
public enum BootClock {
    /// Nanoseconds since the boot, time asleep included.
    public static var nanoseconds: Int64 {
        var time = timespec()
        // Fails only for a clock that does not exist.
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Nanoseconds of one of the ticks that /proc/PID/stat counts.
    public static var tick: Int64 { 1_000_000_000 / Int64(max(sysconf(Int32(_SC_CLK_TCK)), 1)) }

    /// The moment that is a time away from now, in nanoseconds; the last one there is when it is farther.
    public static func moment(after time: Duration) -> Int64 {
        let (seconds, attoseconds) = time.components
        let (whole, isTooFar) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (rest, isTooFarStill) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        let (moment, overflows) = nanoseconds.addingReportingOverflow(rest)
        return isTooFar || isTooFarStill || overflows ? (seconds < 0 ? .min : .max) : moment
    }
}
