/// Why a text is not a moment.
public enum InstantError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It does not have the form of an RFC 3339 date and time.
    case format
    /// The calendar has no such day.
    case noSuchDay(CivilDateError)
    /// The clock has no such time, as in `25:99`.
    case noSuchTime(hour: Int, minute: Int, second: Int)
    /// The second is 60: leap seconds do not exist in POSIX time.
    case leapSecond
    /// There is a fraction of a second, and moments are whole seconds.
    case fraction
    /// No zone is written, so that it would be another moment on every host.
    case noZone
    /// The offset from UTC is not one, as in `+25:00`.
    case noSuchOffset(hours: Int, minutes: Int)

    /// The reason, as part of a sentence after the offending text.
    public var description: String {
        switch self {
        case .format: "is not a moment; write YYYY-MM-DDTHH:MM:SS and Z or an offset such as +01:00"
        case .noSuchDay(let error): error.description
        case .noSuchTime(let hour, let minute, let second):
            "has time \(zeroPadded(hour, to: 2)):\(zeroPadded(minute, to: 2)):\(zeroPadded(second, to: 2)); "
                + "the last of a day is 23:59:59"
        case .leapSecond: "names a leap second, which computers do not count; write second 59, or 00 of the next minute"
        case .fraction: "has a fraction of a second; write whole seconds"
        case .noZone: "states no zone; add Z for UTC or an offset such as +01:00"
        case .noSuchOffset(let hours, let minutes):
            "has offset \(zeroPadded(hours, to: 2)):\(zeroPadded(minutes, to: 2)); the greatest is 23:59"
        }
    }
}

extension Instant: CustomStringConvertible {
    /// Reads an RFC 3339 date and time with a zone, or says why the text is none.
    ///
    /// The form is `2026-11-23T10:00:00+01:00`; seconds may be left out, `Z` is UTC. A text without a zone, with fractions
    /// or with a leap second is refused, and so is a date or a time that does not exist.
    public init(parsing text: some StringProtocol) throws(InstantError) {
        var scanner = DigitScanner(text)
        guard let year = scanner.number(digits: 4), scanner.take("-"), let month = scanner.number(digits: 2),
            scanner.take("-"), let day = scanner.number(digits: 2), scanner.take("T"),
            let hour = scanner.number(digits: 2), scanner.take(":"), let minute = scanner.number(digits: 2)
        else { throw .format }
        var second = 0
        if scanner.take(":") {
            guard let read = scanner.number(digits: 2) else { throw .format }
            second = read
        }
        var hasFraction = false
        if scanner.take(".") {
            guard scanner.skipDigits() > 0 else { throw .format }
            hasFraction = true
        }
        let offset = try Self.offset(&scanner)
        guard scanner.isAtEnd else { throw .format }
        guard let date = CivilDate(year: year, month: month, day: day) else {
            throw .noSuchDay(.noSuchDay(year: year, month: month, day: day))
        }
        if second == 60, hour <= 23, minute <= 59 { throw .leapSecond }
        guard hour <= 23, minute <= 59, second <= 59 else {
            throw .noSuchTime(hour: hour, minute: minute, second: second)
        }
        guard !hasFraction else { throw .fraction }
        guard let offset else { throw .noZone }
        seconds = Int64(date.daysSinceEpoch) * 86_400 + Int64(hour * 3600 + minute * 60 + second - offset)
    }

    /// Reads `Z` or `±hh:mm` in seconds east of UTC; nil at the end of the text.
    private static func offset(_ scanner: inout DigitScanner) throws(InstantError) -> Int? {
        if scanner.isAtEnd { return nil }
        if scanner.take("Z") { return 0 }
        let isEast = scanner.take("+")
        guard isEast || scanner.take("-") else { throw .format }
        guard let hours = scanner.number(digits: 2), scanner.take(":"), let minutes = scanner.number(digits: 2) else {
            throw .format
        }
        guard hours <= 23, minutes <= 59 else { throw .noSuchOffset(hours: hours, minutes: minutes) }
        return (isEast ? 1 : -1) * (hours * 3600 + minutes * 60)
    }

    /// The moment in UTC as RFC 3339 writes it: `2026-11-23T09:00:00Z`. Outside the years 1...9999, `@` and POSIX seconds.
    public var rfc3339: String { rfc3339(offset: 0) }

    /// The moment at an offset in seconds east of UTC, `2026-11-23T10:00:00+01:00`; `Z` when the offset is zero.
    ///
    /// RFC 3339 has no seconds in offsets: one that is not of whole minutes is written as UTC.
    public func rfc3339(offset: Int) -> String {
        let offset = offset % 60 == 0 && abs(offset) < 86_400 ? offset : 0
        let (local, overflow) = seconds.addingReportingOverflow(Int64(offset))
        guard !overflow else { return "@\(seconds)" }
        let day = local.floored(by: 86_400)
        guard let date = Int(exactly: day.quotient).flatMap({ CivilDate(daysSinceEpoch: $0) }) else {
            return "@\(seconds)"
        }
        let second = Int(day.remainder)
        var text = "\(date)T\(Self.clock(second)):\(zeroPadded(second % 60, to: 2))"
        text += offset == 0 ? "Z" : (offset < 0 ? "-" : "+") + Self.clock(abs(offset))
        return text
    }

    /// Writes seconds as `HH:MM`.
    private static func clock(_ seconds: Int) -> String {
        "\(zeroPadded(seconds / 3600, to: 2)):\(zeroPadded(seconds / 60 % 60, to: 2))"
    }

    /// The moment in UTC, as ``rfc3339``.
    public var description: String { rfc3339 }
}
