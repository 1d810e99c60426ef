/// A date of the proleptic Gregorian calendar.
public struct CivilDate: Hashable, Sendable, Comparable {
    /// The year, 1...9999.
    public let year: Int
    /// The month, 1...12.
    public let month: Int
    /// The day, 1...31, valid in its month.
    public let day: Int

    /// The first date that can be written, 0001-01-01, in days since 1970-01-01.
    static let firstDay = -719_162
    /// The last date that can be written, 9999-12-31, in days since 1970-01-01.
    static let lastDay = 2_932_896

    /// Creates a date, or nil when the calendar has no such day.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
        guard day <= Self.days(inMonth: month, of: year) else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// Creates the date that many days after 1970-01-01 (before it, when negative), or nil outside the years 1...9999.
    public init?(daysSinceEpoch days: Int) {
        guard (Self.firstDay...Self.lastDay).contains(days) else { return nil }
        // Years are counted from 1 March, so that the leap day is the last of its year; an era is 400 years.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        self.month = month
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    }

    /// Days since 1970-01-01; negative before it.
    public var daysSinceEpoch: Int { Self.days(toYear: year, month: month, day: day) }

    /// Returns the days from 1970-01-01 to a date of any year.
    static func days(toYear year: Int, month: Int, day: Int) -> Int {
        let fromMarch = month <= 2 ? year - 1 : year
        let era = (fromMarch >= 0 ? fromMarch : fromMarch - 399) / 400
        let yearOfEra = fromMarch - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// Returns the year, any year, of a day counted from 1970-01-01.
    static func year(ofDay day: Int) -> Int {
        // The mean length of a year brings us within one year of it.
        var year = 1970 + day / 146_097 * 400 + day % 146_097 * 400 / 146_097
        while days(toYear: year, month: 1, day: 1) > day { year -= 1 }
        while days(toYear: year + 1, month: 1, day: 1) <= day { year += 1 }
        return year
    }

    /// The day of the week.
    public var weekday: Weekday { Weekday(daysSinceEpoch: daysSinceEpoch) }

    /// The first moment of the date in UTC.
    public var startInUTC: Instant { Instant(seconds: Int64(daysSinceEpoch) * 86_400) }

    /// Returns the number of days in a month, 1...12.
    static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: return isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: return 30
        default: return 31
        }
    }

    /// Tells whether a year has a 29 February.
    static func isLeap(_ year: Int) -> Bool { (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 }

    /// Orders by time.
    public static func < (left: CivilDate, right: CivilDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }
}
