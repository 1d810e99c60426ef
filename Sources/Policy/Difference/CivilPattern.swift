/// Stretches of time as days and hours of a zone, when exactly those make them up.
struct CivilPattern {
    /// `mon-fri 18:00-20:00, sat 08:00-12:00 Europe/Berlin, except 2026-12-25`.
    let words: String

    /// Finds the days and hours, with at most `most` dates on which they do not hold; nil when there are none such.
    init?(_ ranges: [InstantRange], zone: TimeZoneRules, most: Int) {
        guard let first = ranges.first, let last = ranges.last else { return nil }
        var days: [Int: [HourRange]] = [:]
        for range in ranges {
            guard Self.add(range, zone: zone, to: &days) else { return nil }
        }
        guard let from = days.keys.min(), let to = days.keys.max() else { return nil }
        // What most days of a name have in common; the first and the last day may be cut.
        var counts: [Weekday: [[HourRange]: Int]] = [:]
        for day in from...to where to - from < 14 || (day > from && day < to) {
            counts[Weekday(daysSinceEpoch: day), default: [:]][days[day] ?? [], default: 0] += 1
        }
        var usual: [Weekday: [HourRange]] = [:]
        for (weekday, seen) in counts {
            // Equally often: the longer list, and then any fixed one.
            usual[weekday] =
                seen.max {
                    ($0.value, $0.key.count, "\($0.key)") < ($1.value, $1.key.count, "\($1.key)")
                }?.key ?? []
        }
        var exceptions: [CivilDate] = []
        for day in from...to where days[day] == nil {
            guard let hours = usual[Weekday(daysSinceEpoch: day)], !hours.isEmpty else { continue }
            guard exceptions.count < most, let date = CivilDate(daysSinceEpoch: day) else { return nil }
            exceptions.append(date)
        }
        var groups: [(hours: [HourRange], days: Set<Weekday>)] = []
        for weekday in Weekday.allCases {
            guard let hours = usual[weekday], !hours.isEmpty else { continue }
            if let index = groups.firstIndex(where: { $0.hours == hours }) {
                groups[index].days.insert(weekday)
            } else {
                groups.append((hours, [weekday]))
            }
        }
        guard !groups.isEmpty, groups.count <= 3 else { return nil }
        // The words are what they say only if they mean exactly the same moments.
        var openings: [(Int64, Int64)] = []
        for group in groups {
            let schedule = WindowSchedule(
                timezone: zone.name, days: group.days, hours: group.hours, except: Set(exceptions))
            openings += schedule.openings(in: zone, from: first.start, to: last.end).map {
                ($0.start.seconds, $0.end.seconds)
            }
        }
        guard TimeSet(merging: openings) == TimeSet(merging: ranges.map { ($0.start.seconds, $0.end.seconds) }) else {
            return nil
        }
        let texts = groups.map { group in
            "\(Weekday.text(of: group.days)) \(group.hours.map(\.description).joined(separator: ", "))"
        }
        words =
            texts.joined(separator: ", ") + " \(zone.name)"
            + (exceptions.isEmpty ? "" : ", except \(exceptions.map(\.description).joined(separator: ", "))")
    }

    /// Adds a stretch to the days it touches; false when it does not begin and end on whole minutes of the zone's clock.
    private static func add(_ range: InstantRange, zone: TimeZoneRules, to days: inout [Int: [HourRange]]) -> Bool {
        for segment in zone.segments(from: range.start, to: range.end) {
            var start = segment.range.start.seconds + Int64(segment.offset)
            let end = segment.range.end.seconds + Int64(segment.offset)
            while start < end {
                let (day, second) = start.floored(by: 86_400)
                let stop = Swift.min(end, (day + 1) * 86_400)
                let until = stop - day * 86_400
                guard second % 60 == 0, until % 60 == 0,
                    let hours = HourRange(start: Int(second / 60), end: Int(until / 60))
                else { return false }
                var list = days[Int(day)] ?? []
                if let last = list.last, last.end == hours.start,
                    let joined = HourRange(start: last.start, end: hours.end)
                {
                    list[list.count - 1] = joined
                } else {
                    list.append(hours)
                }
                days[Int(day)] = list
                start = stop
            }
        }
        return true
    }
}
