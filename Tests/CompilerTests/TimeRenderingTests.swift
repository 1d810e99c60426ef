import Compiler
import Nftables
import Policy
import TestSupport
import Testing

/// Windows and expiries as they are rendered, and the rows of time in docs/limits.md.
@Suite struct TimeRenderingTests {
    private func window(_ text: String, rule: String = "", zone: String = "Europe/Berlin") -> String {
        Gates.oneRule(
            "cidrs: [10.0.0.0/8]\n        windows: [w]" + rule,
            extra: "windows:\n  w: { timezone: \(zone), \(text) }")
    }

    private func ranges(_ yaml: String, at moment: Instant = Gates.now, offset: Int64 = 0) throws -> [RangeTime] {
        let result = try Gates.compile(yaml, at: moment, offset: offset)
        let table = try #require(result.table, "\(result.diagnostics)")
        for set in table.sets { if case .time(let ranges) = set.content { return ranges } }
        return []
    }

    private func isOpen(_ yaml: String, _ moment: String) throws -> Bool {
        let packet = Packet(
            source: .v4(IPv4Address(bits: 0x0a00_0001)), transport: 6, port: 5432,
            second: try Instant(parsing: moment).seconds)
        return try TableEvaluator(try Gates.table(yaml)).outcome(of: packet).isAccepted
    }

    @Test("E01 E02 E08 E09: openings are whole seconds since the epoch, which no zone of loader or reader can move")
    func e09() throws {
        let text = String(
            decoding: try Gates.compile(window("days: [daily], hours: [\"09:00-17:00\"]")).text, as: UTF8.self)
        #expect(text.contains("typeof meta time"))
        let elements = try #require(text.split(separator: "set pg_t_").last?.split(separator: "}").first)
        let values = try #require(elements.split(separator: "elements = {").last)
        #expect(values.allSatisfy { $0.isNumber || " -,\n\t".contains($0) })
    }

    @Test("E03: a window keeps its hours on the clock through the change to summer time and back")
    func e03() throws {
        let yaml = window("days: [daily], hours: [\"09:00-17:00\"]")
        for day in ["2026-12-01", "2027-03-27", "2027-03-28", "2027-03-29", "2027-07-01", "2027-10-30", "2027-10-31"] {
            let summer = day >= "2027-03-28" && day < "2027-10-31"
            let offset = summer ? "+02:00" : "+01:00"
            #expect(try !isOpen(yaml, "\(day)T08:59:59\(offset)"))
            #expect(try isOpen(yaml, "\(day)T09:00:00\(offset)"))
            #expect(try isOpen(yaml, "\(day)T16:59:59\(offset)"))
            #expect(try !isOpen(yaml, "\(day)T17:00:00\(offset)"))
        }
    }

    @Test("E04 E05: days are those of the window's zone, across midnight and across the date line")
    func e05() throws {
        let friday = window("days: [fri], hours: [\"22:00-06:00\"]")
        #expect(try isOpen(friday, "2026-11-27T22:00:00+01:00"))
        #expect(try isOpen(friday, "2026-11-28T05:59:59+01:00"))
        #expect(try !isOpen(friday, "2026-11-28T06:00:00+01:00"))
        #expect(try !isOpen(friday, "2026-11-28T22:00:00+01:00"))
        let apia = window("days: [sat], hours: [\"00:00-24:00\"]", zone: "Pacific/Apia")
        #expect(try isOpen(apia, "2026-11-27T11:00:00Z"))
        #expect(try !isOpen(apia, "2026-11-28T11:00:00Z"))
    }

    @Test("E06: both ends of a window are exact, midnight and 24:00 among them")
    func e06() throws {
        let yaml = window("days: [daily], hours: [\"00:00-01:00\", \"23:00-24:00\"]", zone: "UTC")
        for (moment, open) in [
            ("2026-11-27T22:59:59Z", false), ("2026-11-27T23:00:00Z", true), ("2026-11-27T23:59:59Z", true),
            ("2026-11-28T00:00:00Z", true), ("2026-11-28T00:59:59Z", true), ("2026-11-28T01:00:00Z", false),
        ] {
            #expect(try isOpen(yaml, moment) == open, "\(moment)")
        }
    }

    @Test("E07: an expiry is an instant, in the offset it is written with, and exact to the second")
    func e07() throws {
        let yaml = Gates.oneRule("cidrs: [10.0.0.0/8]\n        expires: \"2026-12-01T12:00:00+05:30\"")
        #expect(try isOpen(yaml, "2026-12-01T06:29:59Z"))
        #expect(try !isOpen(yaml, "2026-12-01T06:30:00Z"))
        let date = Gates.oneRule("cidrs: [10.0.0.0/8]\n        expires: 2026-12-01")
        #expect(try isOpen(date, "2026-12-01T23:59:59Z"))
        #expect(try !isOpen(date, "2026-12-02T00:00:00Z"))
    }

    @Test("a window is cut where the rule expires, and the set ends there")
    func windowAndExpiry() throws {
        let yaml = window("days: [daily], hours: [\"00:00-24:00\"]", rule: "\n        expires: 2026-11-30", zone: "UTC")
        let end = try Instant(parsing: "2026-12-01T00:00:00Z").seconds
        #expect(try ranges(yaml).last?.last == end)
    }

    @Test("after the horizon a window is closed, and the horizon is told")
    func horizon() throws {
        let yaml = window("days: [daily], hours: [\"00:00-24:00\"]", zone: "UTC")
        let result = try Gates.compile(yaml)
        #expect(result.horizon == (try Instant(parsing: "2027-12-26T00:00:00Z")))
        #expect(String(decoding: result.text, as: UTF8.self).contains("\"horizon 2027-12-26T00:00:00Z\""))
        #expect(try isOpen(yaml, "2027-12-25T23:59:59Z"))
        #expect(try !isOpen(yaml, "2027-12-26T00:00:00Z"))
        #expect(try Gates.compile(Gates.oneRule("cidrs: [any]")).horizon == nil)
    }

    @Test("a window that is open now is open from before today, so that the day's compilations are the same")
    func openNow() throws {
        let yaml = window("days: [daily], hours: [\"00:00-24:00\"]", zone: "UTC")
        #expect(try ranges(yaml).first?.first == (try Instant(parsing: "2026-11-20T00:00:00Z").seconds))
    }

    @Test("an offset of the kernel's clock moves every instant and is told")
    func clockOffset() throws {
        let yaml = window("days: [mon], hours: [\"08:00-09:00\"]", zone: "UTC")
        let plain = try ranges(yaml)
        let moved = try ranges(yaml, offset: -3_600)
        #expect(moved == plain.map { RangeTime($0.first - 3_600, $0.last - 3_600) })
        let text = String(decoding: try Gates.compile(yaml, offset: -3_600).text, as: UTF8.self)
        #expect(text.contains("\"clock -3600\""))
        let expiry = Gates.oneRule("cidrs: [any]\n        expires: \"2026-12-01T00:00:00Z\"")
        let table = try #require(try Gates.compile(expiry, offset: 60).table)
        let end = try Instant(parsing: "2026-12-01T00:01:00Z").seconds
        #expect(table.chains.flatMap(\.rules).contains { $0.statements.contains(.timeBefore(end)) })
    }

    @Test("expiries and offsets beyond what the kernel's clock can show neither crash nor open a rule that is over")
    func extremes() throws {
        let far = Gates.oneRule("cidrs: [10.0.0.0/8]\n        expires: 9999-12-31")
        #expect(try isOpen(far, "2030-01-01T00:00:00Z"))
        for offset in [Int64.min, -5_000_000_000, 5_000_000_000, Int64.max] {
            for yaml in [far, window("days: [daily], hours: [\"00:00-24:00\"]")] {
                let result = try Gates.compile(yaml, offset: offset)
                #expect(result.table != nil || result.diagnostics.contains { $0.severity == .error })
            }
        }
        for moment in [Int64.min, -1, 0, Int64.max] {
            let result = try Gates.compile(far, at: Instant(seconds: moment))
            #expect(result.table != nil || !result.diagnostics.isEmpty)
        }
    }

    @Test("windows of one rule are united, and equal openings are one set")
    func sharing() throws {
        let yaml = """
            version: 1
            name: sharing
            owner: ops
            windows:
              a: { timezone: UTC, days: [daily], hours: ["08:00-10:00"] }
              b: { timezone: UTC, days: [daily], hours: ["09:00-12:00"] }
              c: { timezone: UTC, days: [daily], hours: ["08:00-12:00"] }
            ports:
              - name: db
                port: 5432
                allow:
                  - { name: r, cidrs: [10.0.0.0/8], windows: [a, b] }
                  - { name: s, cidrs: [10.0.0.0/8], windows: [c] }
                  - { name: t, cidrs: [10.0.0.0/9, 10.128.0.0/9], windows: [b, a] }
            """
        let table = try Gates.table(yaml)
        let names = table.sets.map(\.name)
        #expect(names.filter { $0.hasPrefix("pg_t_") }.count == 1)
        #expect(names.filter { $0.hasPrefix("pg_s4_") }.count == 1)
    }
}
