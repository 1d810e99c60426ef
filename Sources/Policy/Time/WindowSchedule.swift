/// A recurring window of civil time in a named zone: on `days`, during `hours`, except on listed dates.
///
/// The meaning is pointwise. At a moment when the zone's clock shows time `t` of date `D`, the window is open when some range of
/// hours has `D` qualifying and `start <= t < end`; for hours across midnight, when `D` qualifies and `start <= t`, or the day
/// before `D` qualifies and `t < end`. A date qualifies when its weekday is one of `days` and it is not in `except`. Where the
/// clock is set back both passes of the repeated hour count; an hour that is skipped does not exist.
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

    /// Tells whether hours may start on a date.
    public func qualifies(_ date: CivilDate) -> Bool { days.contains(date.weekday) && !except.contains(date) }
}
