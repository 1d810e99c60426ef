/// A moment in UTC, in whole seconds since 1970-01-01T00:00:00Z without leap seconds (POSIX time).
public struct Instant: Hashable, Sendable, Comparable {
    /// Seconds since the epoch; may be negative.
    public let seconds: Int64

    /// Creates a moment from POSIX seconds.
    public init(seconds: Int64) { self.seconds = seconds }

    /// Returns the moment `seconds` later (earlier, when negative), or the last (first) one there is.
    public func advanced(bySeconds seconds: Int64) -> Instant {
        let (sum, overflow) = self.seconds.addingReportingOverflow(seconds)
        guard overflow else { return Instant(seconds: sum) }
        return Instant(seconds: seconds < 0 ? Int64.min : Int64.max)
    }

    /// Returns the moment `days` times 86,400 seconds later.
    public func advanced(byDays days: Int) -> Instant {
        let (seconds, overflow) = Int64(days).multipliedReportingOverflow(by: 86_400)
        guard !overflow else { return Instant(seconds: days < 0 ? Int64.min : Int64.max) }
        return advanced(bySeconds: seconds)
    }

    /// Orders by time.
    public static func < (left: Instant, right: Instant) -> Bool { left.seconds < right.seconds }
}

extension Int64 {
    /// Divides towards negative infinity: the remainder is never negative. The divisor is greater than zero.
    func floored(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
