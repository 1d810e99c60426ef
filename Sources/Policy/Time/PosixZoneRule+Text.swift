extension PosixZoneRule {
    /// Reads a `TZ` string such as `CET-1CEST,M3.5.0,M10.5.0/3`; nil when it is not one.
    init?(parsing text: some Sequence<UInt8>) {
        var scanner = RuleScanner(bytes: Array(text))
        guard scanner.skipName(), let west = scanner.time(hours: 24) else { return nil }
        standard = -west
        if scanner.isAtEnd {
            summer = nil
            return
        }
        guard scanner.skipName() else { return nil }
        var offset = standard + 3600
        if scanner.peek != UInt8(ascii: ",") {
            guard let west = scanner.time(hours: 24) else { return nil }
            offset = -west
        }
        guard scanner.take(","), let start = scanner.change(), scanner.take(","), let end = scanner.change(),
            scanner.isAtEnd
        else { return nil }
        summer = Summer(offset: offset, start: start, end: end)
    }
}

/// Reads the parts of a `TZ` string.
private struct RuleScanner {
    let bytes: [UInt8]
    var next = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { next >= bytes.count }
    var peek: UInt8? { next < bytes.count ? bytes[next] : nil }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let peek, UInt32(peek) == character.value else { return false }
        next += 1
        return true
    }

    /// Reads an abbreviation: at least three letters, or anything else in angle brackets.
    mutating func skipName() -> Bool {
        if take("<") {
            while let byte = peek {
                next += 1
                if byte == UInt8(ascii: ">") { return true }
            }
            return false
        }
        let start = next
        while let byte = peek, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) { next += 1 }
        return next - start >= 3
    }

    /// Reads one to three digits.
    mutating func number(upTo limit: Int) -> Int? {
        let start = next
        var value = 0
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), next - start < 3 {
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
            next += 1
        }
        return next > start && value <= limit ? value : nil
    }

    /// Reads `[+-]h[hh][:mm[:ss]]` in seconds.
    mutating func time(hours limit: Int) -> Int? {
        let isNegative = take("-")
        if !isNegative { _ = take("+") }
        guard let hours = number(upTo: limit) else { return nil }
        var seconds = hours * 3600
        for unit in [60, 1] {
            guard take(":") else { break }
            guard let part = number(upTo: 59) else { return nil }
            seconds += part * unit
        }
        return isNegative ? -seconds : seconds
    }

    /// Reads a day of the year and an optional time, 02:00 when there is none.
    mutating func change() -> PosixZoneRule.Change? {
        guard let day = day() else { return nil }
        guard take("/") else { return PosixZoneRule.Change(day: day, time: 7200) }
        return time(hours: 167).map { PosixZoneRule.Change(day: day, time: $0) }
    }

    private mutating func day() -> PosixZoneRule.Day? {
        if take("J") { return number(upTo: 365).flatMap { $0 >= 1 ? .julian($0) : nil } }
        guard take("M") else { return number(upTo: 365).map { .ordinal($0) } }
        guard let month = number(upTo: 12), month >= 1, take("."), let week = number(upTo: 5), week >= 1, take("."),
            let weekday = number(upTo: 6)
        else { return nil }
        return .monthly(month: month, week: week, weekday: weekday)
    }
}
