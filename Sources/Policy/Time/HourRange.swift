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

/// Why a text is not a range of hours.
public enum HourRangeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It does not have the form `HH:MM-HH:MM`.
    case format
    /// The clock has no such time, as in `25:00`.
    case noSuchTime(hour: Int, minute: Int)
    /// It starts at 24:00, which is the start of the next day.
    case startsAtMidnightsEnd
    /// It ends at 00:00; the end of a day is written 24:00.
    case endsAtZero(start: String)
    /// Both ends are equal: never, or always?
    case equalEnds

    /// The reason, as part of a sentence after the offending text.
    public var description: String {
        switch self {
        case .format:
            "is not a range of hours; write HH:MM-HH:MM, such as \"08:00-18:00\""
        case .noSuchTime(let hour, let minute):
            "has time \(zeroPadded(hour, to: 2)):\(zeroPadded(minute, to: 2)); times run from 00:00 to 23:59, and 24:00 ends a day"
        case .startsAtMidnightsEnd:
            "starts at 24:00; write 00:00, the start of a day"
        case .endsAtZero(let start):
            "ends at 00:00; write \"\(start)-24:00\" for the end of the day"
        case .equalEnds:
            "starts and ends at the same time; write \"00:00-24:00\" for the whole day"
        }
    }
}

extension HourRange: CustomStringConvertible {
    /// Reads `HH:MM-HH:MM`, or says why the text is not a range of hours. The end may be 24:00.
    public init(parsing text: some StringProtocol) throws(HourRangeError) {
        var scanner = DigitScanner(text)
        guard let startHour = scanner.number(digits: 2), scanner.take(":"), let startMinute = scanner.number(digits: 2),
            scanner.take("-"), let endHour = scanner.number(digits: 2), scanner.take(":"),
            let endMinute = scanner.number(digits: 2), scanner.isAtEnd
        else { throw .format }
        for (hour, minute) in [(startHour, startMinute), (endHour, endMinute)] {
            guard hour * 60 + minute <= 1440, minute <= 59 else { throw .noSuchTime(hour: hour, minute: minute) }
        }
        let start = startHour * 60 + startMinute
        let end = endHour * 60 + endMinute
        guard start != end else { throw .equalEnds }
        guard start < 1440 else { throw .startsAtMidnightsEnd }
        guard end > 0 else { throw .endsAtZero(start: Self.clock(start)) }
        self.start = start
        self.end = end
    }

    /// `HH:MM-HH:MM`.
    public var description: String { "\(Self.clock(start))-\(Self.clock(end))" }

    private static func clock(_ minutes: Int) -> String {
        "\(zeroPadded(minutes / 60, to: 2)):\(zeroPadded(minutes % 60, to: 2))"
    }
}
