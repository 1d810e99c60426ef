import Glibc

/// A moment in microseconds since 1970, UTC, from the year 1 to 9999: what stands in records and checkpoints.
public struct LedgerTime: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Microseconds since 1970-01-01T00:00:00Z, without leap seconds.
    public let microseconds: Int64

    /// How many bytes ``description`` has.
    public static let byteCount = 27
    private static let range: ClosedRange<Int64> = -62_135_596_800_000_000...253_402_300_799_999_999

    /// Creates a moment; one before the year 1 or behind 9999 is taken to be the first or the last there is.
    public init(microseconds: Int64) {
        self.microseconds = min(max(microseconds, Self.range.lowerBound), Self.range.upperBound)
    }

    /// The present moment by the realtime clock.
    public static var now: LedgerTime {
        var time = timespec()
        // Fails only for a clock that does not exist.
        clock_gettime(CLOCK_REALTIME, &time)
        let (seconds, overflows) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000)
        return LedgerTime(microseconds: overflows ? .max : seconds &+ Int64(time.tv_nsec) / 1_000)
    }

    /// The moment so many seconds later.
    public func advanced(bySeconds seconds: Int64) -> LedgerTime {
        let (distance, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (sum, isTooFar) = microseconds.addingReportingOverflow(distance)
        return LedgerTime(microseconds: overflows || isTooFar ? (seconds < 0 ? .min : .max) : sum)
    }

    /// Whole seconds from another moment to this one, rounded down.
    public func seconds(since other: LedgerTime) -> Int64 {
        let distance = microseconds - other.microseconds
        return distance >= 0 ? distance / 1_000_000 : -((-distance + 999_999) / 1_000_000)
    }

    /// Which moment is earlier.
    public static func < (left: LedgerTime, right: LedgerTime) -> Bool { left.microseconds < right.microseconds }

    /// RFC 3339 in UTC with six digits of the second: `2026-11-22T05:59:01.123456Z`.
    public var description: String {
        let (days, rest) = Self.divide(microseconds, by: 86_400_000_000)
        let (year, month, day) = Self.civil(days)
        let seconds = rest / 1_000_000
        func digits(_ number: Int64, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
        }
        let date = "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))"
        let time = "\(digits(seconds / 3_600, 2)):\(digits(seconds / 60 % 60, 2)):\(digits(seconds % 60, 2))"
        return "\(date)T\(time).\(digits(rest % 1_000_000, 6))Z"
    }

    /// Reads what ``description`` writes; nil for any other spelling.
    public init?(_ text: UnsafeRawBufferPointer) {
        guard text.count == Self.byteCount else { return nil }
        // Year, month, day, hour, minute, second, millionths: digits between what stands there by the form.
        func number(_ first: Int, _ count: Int) -> Int64? {
            var number: Int64 = 0
            for byte in text[first..<(first + count)] {
                guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
                number = number * 10 + Int64(byte - UInt8(ascii: "0"))
            }
            return number
        }
        guard let year = number(0, 4), let month = number(5, 2), let day = number(8, 2), let hour = number(11, 2),
            let minute = number(14, 2), let second = number(17, 2), let millionths = number(20, 6),
            text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"), text[10] == UInt8(ascii: "T"),
            text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"), text[19] == UInt8(ascii: "."),
            text[26] == UInt8(ascii: "Z"), (1...12).contains(month), day >= 1, hour < 24, minute < 60, second < 60,
            year >= 1
        else { return nil }
        let days = Self.days(year: year, month: month, day: day)
        // A 31st of February is another day when it is counted.
        guard Self.civil(days) == (year, month, day) else { return nil }
        self.init(microseconds: (((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000 + millionths)
    }

    /// Reads what ``description`` writes; nil for any other spelling.
    public init?(_ text: some StringProtocol) {
        var text = String(text)
        guard let time = text.withUTF8({ LedgerTime(UnsafeRawBufferPointer($0)) }) else { return nil }
        self = time
    }

    private static func divide(_ number: Int64, by divisor: Int64) -> (quotient: Int64, rest: Int64) {
        let rest = (number % divisor + divisor) % divisor
        return ((number - rest) / divisor, rest)
    }

    /// The date of a day since 1970 in the Gregorian calendar: years that begin in March, in cycles of 400.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (cycle, day) = divide(days + 719_468, by: 146_097)
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365
        let dayOfYear = day - (365 * year + year / 4 - year / 100)
        let month = (5 * dayOfYear + 2) / 153
        let isAfterDecember = month >= 10
        return (
            cycle * 400 + year + (isAfterDecember ? 1 : 0), isAfterDecember ? month - 9 : month + 3,
            dayOfYear - (153 * month + 2) / 5 + 1
        )
    }

    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let (cycle, yearOfCycle) = divide(shifted, by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return cycle * 146_097 + yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear - 719_468
    }
}
