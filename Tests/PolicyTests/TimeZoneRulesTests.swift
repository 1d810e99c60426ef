import Foundation
import TestSupport
import Testing

@testable import Policy

/// Writes TZif files for tests.
struct TZifWriter {
    var version: UInt8 = UInt8(ascii: "2")
    var transitions: [(Int64, UInt8)] = []
    var offsets: [Int32] = [0]
    var leapSeconds = 0
    var footer = ""

    var bytes: [UInt8] {
        var bytes = block(timeSize: 4)
        guard version != 0 else { return bytes }
        bytes += block(timeSize: 8)
        return bytes + [10] + Array(footer.utf8) + [10]
    }

    private func block(timeSize: Int) -> [UInt8] {
        func bigEndian(_ value: Int64, _ size: Int) -> [UInt8] {
            (0..<size).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        }
        var bytes = Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15)
        for count in [0, 0, leapSeconds, transitions.count, offsets.count, 4] { bytes += bigEndian(Int64(count), 4) }
        for (time, _) in transitions { bytes += bigEndian(time, timeSize) }
        for (_, type) in transitions { bytes.append(type) }
        for offset in offsets { bytes += bigEndian(Int64(offset), 4) + [0, 0] }
        bytes += Array("ABC\0".utf8)
        return bytes + [UInt8](repeating: 0, count: leapSeconds * (timeSize + 4))
    }
}

@Suite("TimeZoneRules")
struct TimeZoneRulesTests {
    @Test("every zone of tzdata has the offsets that Python sees, 1900 to 2100")
    func agreesWithPython() throws {
        let table = try String(contentsOfFile: "/usr/share/zoneinfo/zone1970.tab", encoding: .utf8)
        let zones = table.split(separator: "\n").filter { !$0.hasPrefix("#") }.map {
            String($0.split(separator: "\t")[2])
        }
        try #require(zones.count > 200)
        var generator = SeededGenerator(seed: 9636)
        let moments = (0..<2500).map { _ in Int64.random(in: -2_208_988_800...4_102_444_800, using: &generator) }
        let expected = try PythonOracle.lines("zone_offsets.py", asking: ["zones": zones, "moments": moments])
        for (zone, offsets) in zip(zones, expected) {
            let rules = try InstalledZones.rules(for: zone)
            let found = moments.map { Int64(rules.offset(at: Instant(seconds: $0))) }
            #expect(found == offsets, "\(zone)")
        }
    }

    @Test(
        "segments cover a stretch without gaps and agree with single look-ups",
        arguments: ["Europe/Berlin", "Africa/Casablanca", "Pacific/Apia"])
    func segments(zone: String) throws {
        let rules = try InstalledZones.rules(for: zone)
        let (from, to) = (Instant(seconds: -3_000_000_000), Instant(seconds: 8_000_000_000))
        let segments = rules.segments(from: from, to: to)
        #expect(segments.first?.range.start == from)
        #expect(segments.last?.range.end == to)
        for (segment, next) in zip(segments, segments.dropFirst()) {
            #expect(segment.range.end == next.range.start)
            #expect(segment.offset != next.offset)
        }
        for segment in segments {
            let length = segment.range.end.seconds - segment.range.start.seconds
            for step in 0...20 {
                let moment = segment.range.start.advanced(bySeconds: (length - 1) * Int64(step) / 20)
                #expect(rules.offset(at: moment) == segment.offset)
            }
        }
        #expect(rules.segments(from: to, to: from).isEmpty)
    }

    @Test(
        "a slim file's rule decides after its last transition",
        arguments: [
            // Winter, summer in 2026 and 2040, and the seconds around a change.
            ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-01-15T12:00:00Z", 3600),
            ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T00:59:59Z", 3600),
            ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T01:00:00Z", 7200),
            ("CET-1CEST,M3.5.0,M10.5.0/3", "2040-10-28T00:59:59Z", 7200),
            ("CET-1CEST,M3.5.0,M10.5.0/3", "2040-10-28T01:00:00Z", 3600),
            // South of the equator, half an hour of summer time.
            ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-01-01T00:00:00Z", 39_600),
            ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-07-01T00:00:00Z", 37_800),
            // Negative times and times past a day (Greenland; Gaza-like).
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T00:59:59Z", -7200),
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z", -3600),
            ("EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-27T23:59:59Z", 7200),
            ("EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-28T00:00:00Z", 10_800),
            // Negative daylight saving (Ireland): standard time is summer.
            ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-12-01T00:00:00Z", 0),
            ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-06-01T00:00:00Z", 3600),
            // Days of the year: J60 is always 1 March, 59 is 29 February in a leap year.
            ("AAA0BBB,J60/0,J300/0", "2028-02-29T23:59:59Z", 0), ("AAA0BBB,J60/0,J300/0", "2028-03-01T00:00:00Z", 3600),
            ("AAA0BBB,59/0,300/0", "2028-02-29T00:00:00Z", 3600), ("AAA0BBB,59/0,300/0", "2027-02-28T23:59:59Z", 0),
            // Daylight saving time all year round (RFC 9636, 3.3.1).
            ("XXX3EDT4,0/0,J365/23", "2026-01-01T03:00:00Z", -14_400),
            ("XXX3EDT4,0/0,J365/23", "2026-12-31T23:59:59Z", -14_400),
            ("XXX3EDT4,0/0,J365/23", "2027-01-01T02:59:59Z", -14_400),
            ("EST5", "2026-06-01T00:00:00Z", -18_000), ("<+0545>-5:45", "2026-06-01T00:00:00Z", 20_700),
        ])
    func footer(rule: String, at text: String, offset: Int) throws {
        let zone = try TimeZoneRules(name: "Test", tzif: TZifWriter(footer: rule).bytes)
        #expect(zone.offset(at: try Instant(parsing: text)) == offset)
    }

    @Test("all year daylight saving time is one segment")
    func allYear() throws {
        let zone = try TimeZoneRules(name: "Test", tzif: TZifWriter(footer: "XXX3EDT4,0/0,J365/23").bytes)
        let segments = zone.segments(from: Instant(seconds: 1_767_225_600), to: Instant(seconds: 1_999_999_999))
        #expect(segments.map(\.offset) == [-14_400])
    }

    @Test("files of every version are read", arguments: [0, UInt8(ascii: "2"), UInt8(ascii: "3"), UInt8(ascii: "4")])
    func versions(version: UInt8) throws {
        let file = TZifWriter(version: version, transitions: [(100, 1), (200, 0)], offsets: [60, 120])
        let zone = try TimeZoneRules(name: "Test", tzif: file.bytes)
        #expect([99, 100, 199, 200, 1000].map { zone.offset(at: Instant(seconds: $0)) } == [60, 120, 120, 60, 60])
    }

    @Test("a zone that counts leap seconds is refused")
    func leapSeconds() {
        #expect(throws: TZifError.leapSeconds) {
            try TimeZoneRules(name: "right/UTC", tzif: TZifWriter(leapSeconds: 27).bytes)
        }
    }

    @Test(
        "broken files are refused",
        arguments: [
            TZifWriter(transitions: [(200, 0), (100, 0)]), TZifWriter(transitions: [(100, 0), (100, 0)]),
            TZifWriter(transitions: [(100, 1)]), TZifWriter(offsets: []), TZifWriter(offsets: [Int32.min]),
            TZifWriter(offsets: [1_000_000]), TZifWriter(version: UInt8(ascii: "1")), TZifWriter(footer: "CET"),
            TZifWriter(footer: "CET-1CEST"), TZifWriter(footer: "CET-1CEST,M13.1.0,M10.5.0"),
            TZifWriter(footer: "CET-1CEST,M3.5.0,M10.6.0"), TZifWriter(footer: "CET-1CEST,J0,J300"),
            TZifWriter(footer: "CET-1CEST,M3.5.0/168,M10.5.0"), TZifWriter(footer: "CET-25"),
            TZifWriter(footer: "<CET-1"),
            TZifWriter(footer: "CET-1CEST,M3.5.0,M10.5.0/3x"), TZifWriter(footer: "CET-1CEST,M3.5.0,366"),
        ])
    func broken(file: TZifWriter) {
        #expect(throws: TZifError.self) { try TimeZoneRules(name: "Test", tzif: file.bytes) }
    }

    @Test("hostile bytes never crash and never make an unordered answer")
    func hostile() throws {
        let good = try #require(FileManager.default.contents(atPath: "/usr/share/zoneinfo/Europe/Berlin")).map { $0 }
        for length in 0..<good.count {
            #expect(throws: TZifError.self) { try TimeZoneRules(name: "Test", tzif: Array(good[..<length])) }
        }
        var generator = SeededGenerator(seed: 8536)
        let schedule = try CalendarCase.schedule("daily", ["22:00-02:00"])
        for _ in 0..<3000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let place = Bool.random(using: &generator) ? 0..<88 : bytes.indices
                bytes[Int.random(in: place, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            guard let zone = try? TimeZoneRules(name: "Test", tzif: bytes) else { continue }
            for moment in [Int64.min, -1, 0, 1_795_424_400, Int64.max] {
                #expect(abs(zone.offset(at: Instant(seconds: moment))) < 200_000)
            }
            let openings = schedule.openings(
                in: zone, from: Instant(seconds: 1_795_424_400), to: Instant(seconds: 1_895_424_400))
            #expect(zip(openings, openings.dropFirst()).allSatisfy { $0.end < $1.start })
        }
    }

    @Test("the whole of time can be asked for")
    func wholeTime() throws {
        let zone = try InstalledZones.rules(for: "Europe/Berlin")
        let segments = zone.segments(from: Instant(seconds: .min), to: Instant(seconds: .max))
        #expect(segments.first?.range.start.seconds == .min)
        #expect(segments.last?.range.end.seconds == .max)
        let schedule = try CalendarCase.schedule("mon", ["22:00-02:00"])
        #expect(!schedule.isOpen(at: Instant(seconds: .min), in: zone))
        #expect(!schedule.isOpen(at: Instant(seconds: .max), in: zone))
        #expect(schedule.openings(in: .utc, from: Instant(seconds: .min), to: Instant(seconds: .max)).count > 500_000)
    }
}

@Suite("ZoneDatabase")
struct ZoneDatabaseTests {
    @Test("UTC needs no file", arguments: ["UTC", "Etc/UTC"])
    func utc(name: String) throws {
        let zone = try #require(ZoneDatabase.onlyUTC.rules(for: name))
        #expect(zone.name == name)
        #expect(zone.offset(at: Instant(seconds: 1_795_424_400)) == 0)
    }

    @Test(
        "a text that cannot be a zone's name never reaches the reader",
        arguments: [
            "", "/etc/passwd", "../passwd", "Europe/../x", "Europe//Berlin", "Europe/", "a b", "a\0b", "Zürich", ".",
        ])
    func hostileNames(name: String) {
        let database = ZoneDatabase(
            read: { name in
                Issue.record("asked for \(name)")
                return nil
            }, names: { [] })
        #expect(database.lookUp(name) == .failure(.unknown))
    }

    @Test("the reason is told: unknown, host's own, leap seconds")
    func reasons() {
        #expect(InstalledZones.database.lookUp("Europe/Berlim") == .failure(.unknown))
        #expect(InstalledZones.database.lookUp("localtime") == .failure(.dependsOnHost))
        #expect(InstalledZones.database.lookUp("right/Europe/Berlin") == .failure(.unusable(.leapSeconds)))
        #expect(InstalledZones.database.lookUp("tzdata.zi") == .failure(.unknown))
        #expect(InstalledZones.database.lookUp("leapseconds") == .failure(.unusable(.notTZif)))
    }

    @Test("names are listed once, in order, UTC among them")
    func names() {
        let database = ZoneDatabase(read: { _ in nil }, names: { ["Europe/Berlin", "Asia/Tokyo", "UTC"] })
        #expect(database.names() == ["Asia/Tokyo", "Europe/Berlin", "UTC"])
    }
}
