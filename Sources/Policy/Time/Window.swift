/// A day of the week, numbered as ISO 8601 does.
public enum Weekday: Int, Sendable, Hashable, CaseIterable {
    /// Monday is 1.
    case monday = 1
    /// Tuesday is 2.
    case tuesday
    /// Wednesday is 3.
    case wednesday
    /// Thursday is 4.
    case thursday
    /// Friday is 5.
    case friday
    /// Saturday is 6.
    case saturday
    /// Sunday is 7.
    case sunday
}

/// Civil hours within a day, as `08:00-18:00`: from `start` to `end`, in minutes since midnight on the clock.
///
/// `end` may be at most 24:00 (1440). When `end <= start` the hours cross midnight and belong to the day they start; equal
/// ends are refused by the loader, so that "never" and "always" cannot be confused.
public struct HourRange: Hashable, Sendable {
    /// Minutes since midnight, 0...1439.
    public let start: Int
    /// Minutes since midnight, 1...1440.
    public let end: Int

    /// Creates a range, or nil when a bound is out of range or both are equal.
    public init?(start: Int, end: Int) {
        guard (0...1439).contains(start), (1...1440).contains(end), start != end else { return nil }
        self.start = start
        self.end = end
    }

    /// Whether the hours end on the day after the one they start.
    public var crossesMidnight: Bool { end < start }
}

/// A recurring window of civil time in a named zone: on `days`, during `hours`, except on listed dates.
public struct WindowSchedule: Hashable, Sendable {
    /// The IANA name, as written.
    public let timezone: String
    /// The days on which hours may start; never empty.
    public let days: Set<Weekday>
    /// The hours, as written; never empty.
    public let hours: [HourRange]
    /// Dates on which no hours start.
    public let except: Set<CivilDate>

    /// Creates a schedule from parts that the loader has checked.
    public init(timezone: String, days: Set<Weekday>, hours: [HourRange], except: Set<CivilDate>) {
        self.timezone = timezone
        self.days = days
        self.hours = hours
        self.except = except
    }
}
