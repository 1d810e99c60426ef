import Testing

@testable import Policy

@Suite("CivilDate")
struct CivilDateTests {
    @Test("days since the epoch run through every date of the calendar without a gap")
    func everyDay() throws {
        var expected = CivilDate.firstDay
        for year in 1...9999 {
            for month in 1...12 {
                // Every month's ends are enough where the years are ordinary; all days where the calendar is odd.
                let last = CivilDate.days(inMonth: month, of: year)
                let first = try #require(CivilDate(year: year, month: month, day: 1))
                #expect(first.daysSinceEpoch == expected)
                #expect(CivilDate(daysSinceEpoch: expected) == first)
                expected += last
                let end = try #require(CivilDate(year: year, month: month, day: last))
                #expect(CivilDate(daysSinceEpoch: expected - 1) == end)
            }
        }
        #expect(expected - 1 == CivilDate.lastDay)
        #expect(CivilDate(daysSinceEpoch: CivilDate.lastDay + 1) == nil)
        #expect(CivilDate(daysSinceEpoch: CivilDate.firstDay - 1) == nil)
        #expect(CivilDate(daysSinceEpoch: Int.max) == nil)
    }

    @Test(
        "weekdays are those of the calendar",
        arguments: [
            ("1970-01-01", Weekday.thursday), ("2026-11-22", .sunday), ("2026-11-23", .monday),
            ("2000-02-29", .tuesday),
            ("1969-12-31", .wednesday), ("0001-01-01", .monday), ("9999-12-31", .friday),
        ])
    func weekdays(text: String, weekday: Weekday) throws {
        #expect(try CivilDate(parsing: text).weekday == weekday)
    }

    @Test(
        "the year of a day is exact far beyond the years that can be written",
        arguments: [-2_000_000, -1, 0, 1, 40_000])
    func yearOfDay(year: Int) {
        let first = CivilDate.days(toYear: year, month: 1, day: 1)
        #expect(CivilDate.year(ofDay: first) == year)
        #expect(CivilDate.year(ofDay: first - 1) == year - 1)
        #expect(CivilDate.year(ofDay: first + 364) == year)
    }

    @Test(
        "what is not a date is refused",
        arguments: [
            "", "2026", "2026-1-01", "2026-01-1", "26-01-01", "2026-01-01 ", " 2026-01-01", "2026/01/01", "2026-01-01T",
            "２０２６-01-01", "+026-01-01", "2026-0a-01", "20260101", "-2026-01-01",
        ])
    func format(text: String) {
        #expect(throws: CivilDateError.format) { try CivilDate(parsing: text) }
    }

    @Test(
        "a day that the calendar does not have is refused with its last day",
        arguments: [
            ("2026-02-30", "month 2 of 2026 ends on day 28"), ("2028-02-30", "month 2 of 2028 ends on day 29"),
            ("2100-02-29", "ends on day 28"), ("2026-04-31", "ends on day 30"), ("2026-13-01", "months are 01 to 12"),
            ("2026-00-10", "months are 01 to 12"), ("2026-01-00", "days start at 01"), ("0000-01-01", "year 0"),
        ])
    func noSuchDay(text: String, reason: String) {
        let error = #expect(throws: CivilDateError.self) { try CivilDate(parsing: text) }
        #expect(error?.description.contains(reason) == true)
        #expect(error != .format)
    }

    @Test("a date prints as it is read", arguments: ["2026-11-23", "0001-01-01", "9999-12-31"])
    func roundTrip(text: String) throws {
        #expect(try CivilDate(parsing: text).description == text)
    }
}
