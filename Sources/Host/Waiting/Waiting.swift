import Glibc

/// Waits for descriptors against a deadline.
public enum Waiting {
    /// Waits until a descriptor is ready for what is asked (`poll(2)`); false when the deadline comes first. An error or a
    /// hang-up counts as ready: the next call on the descriptor tells of it.
    public static func until(_ deadline: Int64, _ descriptor: Int32, _ events: Int32) -> Bool {
        while true {
            var item = pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0)
            let ready = poll(&item, 1, milliseconds(until: deadline))
            if ready > 0 { return true }
            if ready == 0, BootClock.nanoseconds >= deadline { return false }
            if ready < 0, errno != EINTR { return true }
        }
    }

    /// The time that is left, rounded up, at most a minute.
    public static func milliseconds(until deadline: Int64) -> Int32 {
        let (left, overflows) = deadline.subtractingReportingOverflow(BootClock.nanoseconds)
        guard !overflows else { return deadline < 0 ? 0 : 60_000 }
        return left <= 0 ? 0 : Int32(min(left / 1_000_000 + 1, 60_000))
    }
}
