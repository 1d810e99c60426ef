/// A half-open stretch of time, `start` included, `end` excluded, never empty.
public struct InstantRange: Hashable, Sendable, CustomStringConvertible {
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

    /// `start/end`, both in RFC 3339.
    public var description: String { "\(start)/\(end)" }
}
