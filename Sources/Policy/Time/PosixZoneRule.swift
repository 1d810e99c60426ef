/// The rule in the footer of a TZif file: a POSIX `TZ` string with the extensions of RFC 9636, 3.3.1 (hours -167...167).
struct PosixZoneRule: Hashable, Sendable {
    /// When the offset changes within a year.
    enum Day: Hashable, Sendable {
        /// `Jn`: day n of 1...365; 29 February is never counted.
        case julian(Int)
        /// `n`: day n of 0...365, 29 February counted.
        case ordinal(Int)
        /// `Mm.w.d`: weekday d (0 is Sunday) of week w (5 is the last) of month m.
        case monthly(month: Int, week: Int, weekday: Int)
    }

    /// A day of the year and a time on its clock in seconds, which may be negative or past 24 hours.
    struct Change: Hashable, Sendable {
        var day: Day
        var time: Int
    }

    /// Daylight saving time.
    struct Summer: Hashable, Sendable {
        /// Seconds east of UTC.
        var offset: Int
        /// Its start, on the clock of standard time.
        var start: Change
        /// Its end, on the clock of daylight saving time.
        var end: Change
    }

    /// Seconds east of UTC in standard time.
    let standard: Int
    /// Daylight saving time, when there is any.
    let summer: Summer?

    /// Returns the offset at a moment.
    func offset(at seconds: Int64) -> Int {
        // The second condition keeps the sums below from overflowing, eighteen thousand million years from now.
        guard let summer, seconds.magnitude < 1 << 59 else { return standard }
        // Times may reach a week into a neighbouring year, so the latest change may belong to the year before last.
        let year = CivilDate.year(ofDay: Int(seconds.floored(by: 86_400).quotient))
        var latest = Int64.min
        var offset = standard
        for year in year - 2...year + 1 {
            let start = startOfSummer(summer, in: year)
            let end = endOfSummer(summer, in: year)
            if end <= seconds, end > latest { (latest, offset) = (end, standard) }
            // At the same moment the start wins: that is how daylight saving time all year round is written.
            if start <= seconds, start >= latest { (latest, offset) = (start, summer.offset) }
        }
        return offset
    }

    /// Calls `body` for each change later than `after` and earlier than `before`, in order, with the offset from there on.
    ///
    /// Within the years 1...9999; at most one call for a moment, and not every call is a different offset.
    func forEachChange(after: Int64, before: Int64, _ body: (_ seconds: Int64, _ offset: Int) -> Void) {
        guard let summer, after < before else { return }
        let first = max(1, CivilDate.year(ofDay: Int(after.floored(by: 86_400).quotient)) - 2)
        let last = min(9999, CivilDate.year(ofDay: Int(before.floored(by: 86_400).quotient)) + 1)
        guard first <= last else { return }
        var changes: [(seconds: Int64, isStart: Bool)] = []
        for year in first...last {
            changes.append((startOfSummer(summer, in: year), true))
            changes.append((endOfSummer(summer, in: year), false))
        }
        changes.sort { $0.seconds != $1.seconds ? $0.seconds < $1.seconds : !$0.isStart && $1.isStart }
        for (index, change) in changes.enumerated() where after < change.seconds && change.seconds < before {
            let isLastOfMoment = index + 1 == changes.count || changes[index + 1].seconds != change.seconds
            if isLastOfMoment { body(change.seconds, change.isStart ? summer.offset : standard) }
        }
    }

    private func startOfSummer(_ summer: Summer, in year: Int) -> Int64 {
        Int64(summer.start.day.days(in: year) * 86_400 + summer.start.time - standard)
    }

    private func endOfSummer(_ summer: Summer, in year: Int) -> Int64 {
        Int64(summer.end.day.days(in: year) * 86_400 + summer.end.time - summer.offset)
    }
}

extension PosixZoneRule.Day {
    /// Returns the day of that year in days since 1970-01-01.
    func days(in year: Int) -> Int {
        switch self {
        case .julian(let number):
            let skipsLeapDay = number >= 60 && CivilDate.isLeap(year)
            return CivilDate.days(toYear: year, month: 1, day: 1) + number - 1 + (skipsLeapDay ? 1 : 0)
        case .ordinal(let number):
            return CivilDate.days(toYear: year, month: 1, day: 1) + number
        case .monthly(let month, let week, let weekday):
            let first = CivilDate.days(toYear: year, month: month, day: 1)
            let firstWeekday = Weekday(daysSinceEpoch: first).rawValue % 7
            var day = (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
            if day >= CivilDate.days(inMonth: month, of: year) { day -= 7 }
            return first + day
        }
    }
}
