import Testing

@testable import Policy

@Suite("Days and hours as written")
struct WindowTextTests {
    @Test(
        "hours are read",
        arguments: [
            ("08:00-18:00", 480, 1080, false), ("00:00-24:00", 0, 1440, false), ("22:00-02:00", 1320, 120, true),
            ("23:59-24:00", 1439, 1440, false), ("00:01-00:00x", -1, -1, false), ("12:00-11:59", 720, 719, true),
        ])
    func hours(text: String, start: Int, end: Int, crosses: Bool) throws {
        guard start >= 0 else {
            #expect(throws: HourRangeError.format) { try HourRange(parsing: text) }
            return
        }
        let range = try HourRange(parsing: text)
        #expect(range == HourRange(start: start, end: end))
        #expect(range.crossesMidnight == crosses)
        #expect(range.description == text)
    }

    @Test(
        "E06: hours that could be misread are refused with a reason",
        arguments: [
            ("25:00-26:00", HourRangeError.noSuchTime(hour: 25, minute: 0)),
            ("08:00-24:01", .noSuchTime(hour: 24, minute: 1)),
            ("08:00-18:60", .noSuchTime(hour: 18, minute: 60)), ("08:00-08:00", .equalEnds),
            ("00:00-00:00", .equalEnds),
            ("24:00-08:00", .startsAtMidnightsEnd), ("22:00-00:00", .endsAtZero(start: "22:00")),
            ("8:00-18:00", .format), ("08:00 - 18:00", .format), ("08:00", .format), ("08-18", .format),
            ("08:00-18:00:00", .format), ("", .format), ("09:00–17:00", .format), ("-1:00-02:00", .format),
        ])
    func hourErrors(text: String, error: HourRangeError) {
        #expect(throws: error) { try HourRange(parsing: text) }
        #expect(!error.description.isEmpty)
    }

    @Test(
        "E06: days and ranges of days are read, also around the week",
        arguments: [
            ("mon", [Weekday.monday]), ("mon-fri", [.monday, .tuesday, .wednesday, .thursday, .friday]),
            ("sat-mon", [.saturday, .sunday, .monday]), ("daily", Weekday.allCases),
            ("sun-sat", [.sunday] + Weekday.allCases.dropLast()),
        ] as [(String, [Weekday])])
    func days(text: String, days: [Weekday]) throws {
        #expect(try Weekday.days(parsing: text) == days)
    }

    @Test(
        "a word that is no day is named",
        arguments: [
            ("foo", WeekdayError.unknownDay("foo")), ("Mon", .unknownDay("Mon")), ("mon-", .unknownDay("")),
            ("mon-tue-wed", .unknownDay("tue-wed")), ("", .unknownDay("")), ("monday", .unknownDay("monday")),
            ("mon-foo", .unknownDay("foo")), ("mon-mon", .sameEnds(.monday)), ("daily-fri", .unknownDay("daily")),
        ])
    func dayErrors(text: String, error: WeekdayError) {
        #expect(throws: error) { try Weekday.days(parsing: text) }
        #expect(!error.description.isEmpty)
    }
}
