/// A moment in UTC, in whole seconds since 1970-01-01T00:00:00Z without leap seconds (POSIX time).
public struct Instant: Hashable, Sendable, Comparable {
    /// Seconds since the epoch; may be negative.
    public let seconds: Int64

    /// Creates a moment from POSIX seconds.
    public init(seconds: Int64) { self.seconds = seconds }

    /// Orders by time.
    public static func < (left: Instant, right: Instant) -> Bool { left.seconds < right.seconds }
}

/// A half-open stretch of time, `start` included, `end` excluded, never empty.
public struct InstantRange: Hashable, Sendable {
    /// The first moment inside.
    public let start: Instant
    /// The first moment past the range.
    public let end: Instant

    /// Creates a range, or nil when it would be empty.
    public init?(start: Instant, end: Instant) {
        guard start < end else { return nil }
        self.start = start
        self.end = end
    }

    /// Tells whether the moment lies inside.
    public func contains(_ moment: Instant) -> Bool { start <= moment && moment < end }
}
