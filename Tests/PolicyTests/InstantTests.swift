import Testing

@testable import Policy

@Suite("Instant")
struct InstantTests {
    @Test(
        "moments with a zone are read",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2026-11-23T10:00+01:00", 1_795_424_400),
            ("2026-11-23T09:00:00Z", 1_795_424_400),
            ("2026-11-23T09:00Z", 1_795_424_400), ("2026-11-22T23:30:15-09:30", 1_795_424_415),
            ("1969-12-31T23:59:59Z", -1),
            ("2026-11-23T14:30+05:30", 1_795_424_400), ("2026-11-23T09:00:00-00:00", 1_795_424_400),
            ("0001-01-01T00:00:00Z", -62_135_596_800), ("9999-12-31T23:59:59Z", 253_402_300_799),
        ] as [(String, Int64)])
    func reads(text: String, seconds: Int64) throws {
        #expect(try Instant(parsing: text).seconds == seconds)
    }

    @Test(
        "E07: a text that is no moment is refused, never guessed at",
        arguments: [
            ("", InstantError.format), ("2026-11-23", .format), ("2026-11-23 10:00:00Z", .format),
            ("2026-11-23t10:00:00z", .format), ("2026-11-23T10Z", .format), ("2026-11-23T10:00:0Z", .format),
            ("2026-11-23T10:00:00 Z", .format), ("2026-11-23T10:00:00Z ", .format), ("2026-11-23T10:00:00UTC", .format),
            ("2026-11-23T10:00:00+0100", .format), ("2026-11-23T10:00:00+1", .format),
            ("2026-11-23T10:00:00.Z", .format),
            ("2026-11-23T10:00:00+01:00:00", .format), ("12026-11-23T10:00:00Z", .format),
            ("2026-11-23T10:00:00", .noZone), ("2026-11-23T10:00", .noZone),
            ("2026-02-30T10:00:00Z", .noSuchDay(.noSuchDay(year: 2026, month: 2, day: 30))),
            ("2026-02-31T10:00:00", .noSuchDay(.noSuchDay(year: 2026, month: 2, day: 31))),
            ("2026-11-23T25:99:00Z", .noSuchTime(hour: 25, minute: 99, second: 0)),
            ("2026-11-23T24:00:00Z", .noSuchTime(hour: 24, minute: 0, second: 0)),
            ("2026-11-23T23:59:61Z", .noSuchTime(hour: 23, minute: 59, second: 61)),
            ("2016-12-31T23:59:60Z", .leapSecond), ("2026-11-23T10:00:00.5Z", .fraction),
            ("2026-11-23T10:00:00+24:00", .noSuchOffset(hours: 24, minutes: 0)),
            ("2026-11-23T10:00:00+01:60", .noSuchOffset(hours: 1, minutes: 60)),
        ])
    func refuses(text: String, error: InstantError) {
        #expect(throws: error) { try Instant(parsing: text) }
    }

    @Test("every error says what would be right")
    func reasons() {
        #expect(InstantError.noZone.description == "states no zone; add Z for UTC or an offset such as +01:00")
        #expect(InstantError.noSuchTime(hour: 25, minute: 99, second: 0).description.hasPrefix("has time 25:99:00;"))
    }

    @Test(
        "a moment prints in UTC and at an offset",
        arguments: [
            (1_795_424_400, 0, "2026-11-23T09:00:00Z"), (1_795_424_400, 3600, "2026-11-23T10:00:00+01:00"),
            (1_795_424_400, -34_200, "2026-11-22T23:30:00-09:30"), (-1, 0, "1969-12-31T23:59:59Z"),
            (0, 34, "1970-01-01T00:00:00Z"), (Int64.max, 3600, "@9223372036854775807"),
            (Int64.min, -3600, "@-9223372036854775808"), (-62_135_596_801, 0, "@-62135596801"),
        ] as [(Int64, Int, String)])
    func prints(seconds: Int64, offset: Int, text: String) {
        #expect(Instant(seconds: seconds).rfc3339(offset: offset) == text)
    }

    @Test("adding stops at the ends of time")
    func saturates() {
        #expect(Instant(seconds: Int64.max - 1).advanced(bySeconds: 5).seconds == Int64.max)
        #expect(Instant(seconds: Int64.min + 1).advanced(bySeconds: -5).seconds == Int64.min)
        #expect(Instant(seconds: 0).advanced(byDays: Int.max).seconds == Int64.max)
        #expect(Instant(seconds: 5).advanced(byDays: -1).seconds == -86_395)
    }
}
