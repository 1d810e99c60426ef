import Foundation
import Testing

@testable import Policy

/// Where a test finds zones: the host's tzdata, as the command does.
enum InstalledZones {
    static let database = ZoneDatabase(
        read: { name in
            FileManager.default.contents(atPath: "/usr/share/zoneinfo/" + name).map(Array.init)
        }, names: { [] })

    static func rules(for name: String) throws -> TimeZoneRules {
        try #require(database.rules(for: name), "no tzdata for \(name) in /usr/share/zoneinfo")
    }
}

/// Two years in one zone, and the schedules tried there.
struct CalendarCase: CustomTestStringConvertible, Sendable {
    let zone: String
    let years: ClosedRange<Int>
    let schedules: [WindowSchedule]

    var testDescription: String { "\(zone) \(years.lowerBound)-\(years.upperBound)" }

    var from: Instant { start(of: years.lowerBound) }
    var to: Instant { start(of: years.upperBound + 1) }

    private func start(of year: Int) -> Instant {
        Instant(seconds: Int64(CivilDate.days(toYear: year, month: 1, day: 1)) * 86_400)
    }

    /// The days on which clocks change in the zones tried, Apia's missing day, holidays and a leap day.
    static let exceptions = [
        "2026-12-25", "2026-12-26", "2026-03-29", "2026-10-25", "2027-03-28", "2027-10-31", "2026-03-08", "2026-11-01",
        "2026-04-05", "2026-10-04", "2011-12-29", "2011-12-31", "2012-02-29", "2011-09-24", "2012-04-01",
    ]

    static func schedule(_ days: String, _ hours: [String], except: [String] = []) throws -> WindowSchedule {
        WindowSchedule(
            timezone: "", days: Set(try Weekday.days(parsing: days)),
            hours: try hours.map { try HourRange(parsing: $0) },
            except: Set(try except.map { try CivilDate(parsing: $0) }))
    }

    static func all() throws -> [CalendarCase] {
        let business = try schedule("mon-fri", ["08:00-18:00"], except: exceptions)
        let nightly = try schedule("daily", ["22:00-02:00"], except: exceptions)
        let clockChanges = try schedule("daily", ["01:30-03:15", "00:00-00:30"])
        let weekend = try schedule("fri-sun", ["00:00-24:00"])
        let several = try schedule("sat-mon", ["06:00-07:30", "23:30-00:30", "12:00-13:00", "12:30-14:00"])
        let sundayNight = try schedule("sun", ["23:00-02:45"], except: Array(exceptions.dropFirst(2)))
        let longNight = try schedule("tue-thu", ["03:00-02:15", "01:00-01:01"], except: exceptions)
        let always = try schedule("daily", ["00:00-24:00"])
        let saturdayOff = try schedule("fri", ["22:00-02:00", "23:59-24:00"])
        let zones = [
            "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "UTC",
        ]
        return zones.map {
            CalendarCase(
                zone: $0, years: 2026...2027,
                schedules: [
                    several, business, nightly, clockChanges, weekend, sundayNight, longNight, always,
                ])
        }
            + zones.map {
                CalendarCase(zone: $0, years: 2011...2012, schedules: [nightly, saturdayOff, business, clockChanges])
            }
    }

    /// Asks Python when each schedule opens and closes.
    func transitions() throws -> [(opensFirst: Bool, changes: [Int64])] {
        let cases: [[String: Any]] = schedules.map { schedule in
            [
                "zone": zone, "days": schedule.days.map(\.rawValue),
                "hours": schedule.hours.map { [$0.start, $0.end] },
                "except": schedule.except.map(\.description), "from": from.seconds, "to": to.seconds,
            ]
        }
        return try PythonOracle.lines("window_transitions.py", asking: cases).map { line in
            (opensFirst: line.first == 1, changes: Array(line.dropFirst()))
        }
    }
}

@Suite("WindowSchedule")
struct WindowScheduleTests {
    @Test(
        "E03 E05 E06 E09: windows open and close as Python's calendar says, minute by minute",
        arguments: try CalendarCase.all())
    func agreesWithPython(given: CalendarCase) throws {
        let zone = try InstalledZones.rules(for: given.zone)
        let expected = try given.transitions()
        try #require(expected.count == given.schedules.count)
        for (number, schedule) in given.schedules.enumerated() {
            let openings = schedule.openings(in: zone, from: given.from, to: given.to)
            var changes = openings.flatMap { [$0.start.seconds, $0.end.seconds] }
            let opensFirst = changes.first == given.from.seconds
            if opensFirst { changes.removeFirst() }
            if changes.last == given.to.seconds { changes.removeLast() }
            #expect(opensFirst == expected[number].opensFirst, "schedule \(number)")
            #expect(changes == expected[number].changes, "schedule \(number)")
            // The seconds around every change: half-open, to the second.
            var state = opensFirst
            for change in expected[number].changes {
                #expect(schedule.isOpen(at: Instant(seconds: change - 1), in: zone) == state)
                state.toggle()
                #expect(schedule.isOpen(at: Instant(seconds: change), in: zone) == state)
            }
        }
    }

    @Test(
        "openings hold exactly the minutes at which the window is open",
        arguments: try CalendarCase.all().filter { $0.years.lowerBound == 2026 || $0.zone == "Pacific/Apia" })
    func openingsAreWhatIsOpen(given: CalendarCase) throws {
        let zone = try InstalledZones.rules(for: given.zone)
        let schedule = try #require(given.schedules.first)
        let openings = schedule.openings(in: zone, from: given.from, to: given.to)
        var next = 0
        var wrong = 0
        for seconds in stride(from: given.from.seconds, to: given.to.seconds, by: 60) {
            while next < openings.count, openings[next].end.seconds <= seconds { next += 1 }
            let inside = next < openings.count && openings[next].start.seconds <= seconds
            if inside != schedule.isOpen(at: Instant(seconds: seconds), in: zone) { wrong += 1 }
        }
        #expect(wrong == 0)
    }
}
