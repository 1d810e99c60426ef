extension WindowSchedule {
    /// Tells whether the window is open at a moment: whether the clock in the zone shows a time inside the hours.
    ///
    /// Outside the years 1...9999 every window is closed.
    public func isOpen(at moment: Instant, in zone: TimeZoneRules) -> Bool {
        guard Self.bounds.start <= moment, moment < Self.bounds.end else { return false }
        let local = (moment.seconds + Int64(zone.offset(at: moment))).floored(by: 86_400)
        let day = Int(local.quotient)
        let second = Int(local.remainder)
        let today = qualifies(day: day)
        var yesterday: Bool?
        for range in hours {
            let start = range.start * 60
            let end = range.end * 60
            if !range.crossesMidnight {
                if today, start <= second, second < end { return true }
                continue
            }
            if today, second >= start { return true }
            guard second < end else { continue }
            let started = yesterday ?? qualifies(day: day - 1)
            if started { return true }
            yesterday = started
        }
        return false
    }

    /// Returns every stretch between two moments in which the window is open, in order, merged where they touch.
    ///
    /// Exactly the moments at which ``isOpen(at:in:)`` holds. Computed day by day within stretches of constant offset.
    public func openings(in zone: TimeZoneRules, from: Instant, to: Instant) -> [InstantRange] {
        let from = max(from, Self.bounds.start)
        let to = min(to, Self.bounds.end)
        guard from < to else { return [] }
        let daysOff = Set(except.map(\.daysSinceEpoch))
        var weekdays = [Bool](repeating: false, count: 7)
        for day in days { weekdays[day.rawValue - 1] = true }
        let spans = hours.map { hour in
            (start: Int64(hour.start) * 60, end: (Int64(hour.end) + (hour.crossesMidnight ? 1440 : 0)) * 60)
        }.sorted { $0.start < $1.start }

        var merger = OpeningMerger()
        for segment in zone.segments(from: from, to: to) {
            let offset = Int64(segment.offset)
            let localStart = segment.range.start.seconds + offset
            let localEnd = segment.range.end.seconds + offset
            // The day before the first one may still reach into it.
            let firstDay = localStart.floored(by: 86_400).quotient - 1
            let lastDay = (localEnd - 1).floored(by: 86_400).quotient
            var weekday = Weekday(daysSinceEpoch: Int(firstDay)).rawValue - 1
            for day in firstDay...lastDay {
                defer { weekday = weekday == 6 ? 0 : weekday + 1 }
                guard weekdays[weekday], daysOff.isEmpty || !daysOff.contains(Int(day)) else { continue }
                for span in spans {
                    let start = max(day * 86_400 + span.start, localStart)
                    let end = min(day * 86_400 + span.end, localEnd)
                    if start < end { merger.add(start - offset, end - offset) }
                }
            }
        }
        return merger.ranges()
    }

    /// Returns the first moment at or after `moment`, within `days` days, at which the window is open.
    public func nextOpening(at moment: Instant, in zone: TimeZoneRules, withinDays days: Int = 400) -> Instant? {
        // Most windows open within a week: look there before the whole stretch.
        for stretch in [min(8, days), days] {
            let found = openings(in: zone, from: moment, to: moment.advanced(byDays: stretch))
            if let first = found.first { return first.start }
        }
        return nil
    }

    /// The years 1...9999 in UTC, less two days at either end for the offsets.
    private static let bounds = (
        start: Instant(seconds: Int64(CivilDate.firstDay + 2) * 86_400),
        end: Instant(seconds: Int64(CivilDate.lastDay - 2) * 86_400)
    )

    private func qualifies(day: Int) -> Bool {
        guard days.contains(Weekday(daysSinceEpoch: day)) else { return false }
        return except.isEmpty || !(CivilDate(daysSinceEpoch: day).map(except.contains) ?? true)
    }
}

/// Collects stretches of time, mostly in order, and merges those that touch.
private struct OpeningMerger {
    private var starts: [Int64] = []
    private var ends: [Int64] = []
    private var inOrder = true

    /// Adds a stretch that is not empty.
    mutating func add(_ start: Int64, _ end: Int64) {
        guard let lastStart = starts.last, let lastEnd = ends.last, start <= lastEnd else {
            starts.append(start)
            ends.append(end)
            return
        }
        if start >= lastStart {
            ends[ends.count - 1] = max(lastEnd, end)
        } else {
            inOrder = false
            starts.append(start)
            ends.append(end)
        }
    }

    /// Returns the stretches in order.
    func ranges() -> [InstantRange] {
        var merged = self
        if !inOrder {
            merged = OpeningMerger()
            for index in starts.indices.sorted(by: { starts[$0] < starts[$1] }) {
                merged.add(starts[index], ends[index])
            }
        }
        return zip(merged.starts, merged.ends).compactMap { start, end in
            InstantRange(start: Instant(seconds: start), end: Instant(seconds: end))
        }
    }
}
