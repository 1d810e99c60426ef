import Glibc

/// The kernel's clock since the boot, which nobody sets; a process's start is told by the same one (proc(5), starttime).
enum BootClock {
    /// Nanoseconds since the boot, time asleep included.
    static var nanoseconds: Int64 {
        var time = timespec()
        // Fails only for a clock that does not exist.
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Nanoseconds of one of the ticks that /proc/PID/stat counts.
    static var tick: Int64 { 1_000_000_000 / Int64(max(sysconf(Int32(_SC_CLK_TCK)), 1)) }
}
