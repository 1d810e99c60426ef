/// Finds words for a set of points of a time line: the name of a window, days and hours, or its first and last moments.
struct TimeWords {
    let line: TimeLine
    /// Windows by name with their openings, those of the new policy first.
    let windows: [(window: Window, openings: [InstantRange])]
    private var known: [TimeSet: ChangeTime] = [:]

    /// The most dates that are named as exceptions of days and hours.
    private static let mostExceptions = 6

    init(line: TimeLine, windows: [(window: Window, openings: [InstantRange])]) {
        self.line = line
        self.windows = windows
    }

    /// Describes when.
    mutating func describe(_ points: TimeSet) -> ChangeTime {
        if let known = known[points] { return known }
        let time = made(points)
        known[points] = time
        return time
    }

    private func made(_ points: TimeSet) -> ChangeTime {
        let (ranges, later) = line.moments(of: points)
        if points == line.always {
            return ChangeTime(
                words: "always", isAlways: true, window: nil, from: line.start, until: nil, examples: [line.start])
        }
        let first = line.pattern(of: points, on: 0)
        // The stretches behind the horizon on which it goes on as before need no words of their own.
        var going = 0
        if !ranges.isEmpty {
            while going < later.count, later[going] == going + 1, line.pattern(of: points, on: going + 1) == first {
                going += 1
            }
        }
        let end = going > 0 ? line.bounds(of: going).until : ranges.last?.end
        let recurs = going > 0 ? end == nil : reachesHorizon(ranges)
        var parts: [String] = []
        var window: Name?
        if first == line.wholeStretch {
            parts.append(end.map { "until \(Self.text($0))" } ?? "always")
        } else if !ranges.isEmpty {
            let (words, name) = pattern(ranges)
            parts.append(words + (going > 0 ? end.map { " until \(Self.text($0))" } ?? "" : ""))
            window = name
        }
        let behind = Array(later.dropFirst(going))
        parts += laterWords(points, behind)
        let from = ranges.first?.start ?? later.first.map { line.bounds(of: $0).from } ?? line.start
        let until = behind.last.map { line.bounds(of: $0).until } ?? (recurs ? nil : end)
        return ChangeTime(
            words: parts.joined(separator: "; "), isAlways: false, window: window, from: from, until: until,
            examples: ranges.isEmpty ? [from] : ranges.prefix(3).map(\.start))
    }

    /// Describes the stretches behind the horizon.
    private func laterWords(_ points: TimeSet, _ later: [Int]) -> [String] {
        var parts: [String] = []
        var rest = later[...]
        while let first = rest.popFirst() {
            let pattern = line.pattern(of: points, on: first)
            var last = first
            while let next = rest.first, next == last + 1, line.pattern(of: points, on: next) == pattern {
                last = next
                rest.removeFirst()
            }
            let (from, until) = (line.bounds(of: first).from, line.bounds(of: last).until)
            var words = "from \(Self.text(from))" + (until.map { " until \(Self.text($0))" } ?? " on")
            let ranges = line.moments(of: pattern).ranges
            if !(ranges.count == 1 && ranges[0].start == line.start && ranges[0].end == line.horizon) {
                words += ", " + self.pattern(ranges).words
            }
            parts.append(words)
        }
        return parts
    }

    /// Whether what recurs still does shortly before the horizon.
    private func reachesHorizon(_ ranges: [InstantRange]) -> Bool {
        guard let last = ranges.last else { return false }
        return last.end >= line.horizon || ranges.count > 8 && last.end >= line.horizon.advanced(byDays: -8)
    }

    /// Describes stretches before the horizon.
    private func pattern(_ ranges: [InstantRange]) -> (words: String, window: Name?) {
        guard let first = ranges.first, let last = ranges.last else { return ("never", nil) }
        if ranges.count == 1, first.start == line.start || first.end == line.horizon {
            if first.start == line.start { return ("until \(Self.text(first.end))", nil) }
            return ("from \(Self.text(first.start)) on", nil)
        }
        if let named = named(ranges, first.start, last.end) { return named }
        let begins = first.start < line.start.advanced(byDays: 8) ? "" : " from \(Self.text(first.start)) on"
        let ends = reachesHorizon(ranges) ? "" : " until \(Self.text(last.end))"
        if ranges.count > 3 {
            var zones: [TimeZoneRules] = []
            for entry in windows where !zones.contains(entry.window.zone) { zones.append(entry.window.zone) }
            for zone in zones {
                if let words = CivilPattern(ranges, zone: zone, most: Self.mostExceptions)?.words {
                    return (words + begins + ends, nil)
                }
            }
        }
        let texts = ranges.prefix(3).map { "from \(Self.text($0.start)) until \(Self.text($0.end))" }
        let more = ranges.count - texts.count
        return (
            texts.joined(separator: ", ")
                + (more > 0 ? " and \(more) more times, the last until \(Self.text(last.end))" : ""), nil
        )
    }

    /// The window whose openings these are: all of them, or those up to an end, or from a beginning on.
    private func named(_ ranges: [InstantRange], _ from: Instant, _ until: Instant) -> (words: String, window: Name?)? {
        for (window, openings) in windows {
            let clipped = openings.compactMap { InstantRange(start: max($0.start, line.start), end: $0.end) }
            if clipped == ranges { return ("in window \(window.name) (\(window.words))", window.name) }
            let before = clipped.compactMap { InstantRange(start: $0.start, end: min($0.end, until)) }
            if before == ranges {
                return ("in window \(window.name) (\(window.words)) until \(Self.text(until))", window.name)
            }
            let after = clipped.compactMap { InstantRange(start: max($0.start, from), end: $0.end) }
            if after == ranges {
                return ("in window \(window.name) (\(window.words)) from \(Self.text(from)) on", window.name)
            }
        }
        return nil
    }

    /// A moment without seconds of zero.
    static func text(_ moment: Instant) -> String { TimeZoneRules.utc.civil(moment).text }
}

extension Window {
    /// Its days and hours and zone in the language's words.
    var words: String {
        let days = Weekday.text(of: schedule.days)
        let hours = schedule.hours.map(\.description).joined(separator: ", ")
        return "\(days) \(hours) \(zone.name)" + (schedule.except.isEmpty ? "" : ", with exceptions")
    }
}

extension Weekday {
    /// Returns days as a policy would write them: `daily`, `mon-fri`, `mon, wed`.
    static func text(of days: Set<Weekday>) -> String {
        guard days.count < allCases.count else { return "daily" }
        let sorted = allCases.filter(days.contains)
        var parts: [String] = []
        var rest = sorted[...]
        while let first = rest.popFirst() {
            var last = first
            while let next = rest.first, next.rawValue == last.rawValue + 1 {
                last = next
                rest.removeFirst()
            }
            parts.append(first == last ? first.abbreviation : "\(first.abbreviation)-\(last.abbreviation)")
        }
        return parts.joined(separator: ", ")
    }
}
