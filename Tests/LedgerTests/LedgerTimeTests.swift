import Glibc
import Ledger
import Testing

@Suite("moments of the ledger") struct LedgerTimeTests {
    /// What the C library, which counts Gregorian years backwards too, makes of a moment.
    private static func oracle(_ microseconds: Int64) -> String {
        var seconds = Int(microseconds / 1_000_000)
        var rest = microseconds % 1_000_000
        if rest < 0 {
            rest += 1_000_000
            seconds -= 1
        }
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func digits(_ number: some BinaryInteger, _ count: Int) -> String {
            let text = "\(number)"
            return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
        }
        let date = "\(digits(parts.tm_year + 1_900, 4))-\(digits(parts.tm_mon + 1, 2))-\(digits(parts.tm_mday, 2))"
        let time = "\(digits(parts.tm_hour, 2)):\(digits(parts.tm_min, 2)):\(digits(parts.tm_sec, 2))"
        return "\(date)T\(time).\(digits(rest, 6))Z"
    }

    @Test("a moment is written as the C library has it, and read again")
    func oracle() throws {
        var moments: [Int64] = [0, -1, 1, 951_782_400_000_000, 4_107_542_399_999_999, -62_135_596_800_000_000]
        moments.append(253_402_300_799_999_999)
        moments += (0..<20_000).map { _ in Int64.random(in: -62_135_596_800_000_000...253_402_300_799_999_999) }
        // The ends of every February there is.
        for year in 1...9_999 {
            var parts = tm()
            (parts.tm_year, parts.tm_mon, parts.tm_mday) = (Int32(year - 1_900), 2, 1)
            moments.append(Int64(timegm(&parts)) * 1_000_000 - 1)
        }
        let wrong = moments.filter { microseconds in
            let time = LedgerTime(microseconds: microseconds)
            let text = time.description
            return text != Self.oracle(microseconds) || text.utf8.count != LedgerTime.byteCount
                || LedgerTime(text) != time
        }
        #expect(wrong == [])
    }

    @Test(
        "what is no moment, or is spelled differently, is none",
        arguments: [
            "", "2026-11-22T05:00:00Z", "2026-11-22T05:00:00.00000Z", "2026-11-22T05:00:00.0000000Z",
            "2026-11-22T05:00:00.000000z", "2026-11-22t05:00:00.000000Z", "2026-11-22 05:00:00.000000Z",
            "2026-11-22T05:00:00,000000Z", "2026-11-22T05:00:00.000000+", "2026-13-22T05:00:00.000000Z",
            "2026-00-22T05:00:00.000000Z", "2026-11-00T05:00:00.000000Z", "2026-11-31T05:00:00.000000Z",
            "2026-02-29T05:00:00.000000Z", "2100-02-29T05:00:00.000000Z", "2026-11-22T24:00:00.000000Z",
            "2026-11-22T05:60:00.000000Z", "2026-11-22T05:00:60.000000Z", "0000-11-22T05:00:00.000000Z",
            "-026-11-22T05:00:00.000000Z", "+026-11-22T05:00:00.000000Z", "2026-1 -22T05:00:00.000000Z",
            "2026-11-22T05:00:00.00000０Z", " 026-11-22T05:00:00.000000Z", "2026-11-22T05:00:00.000000Z ",
        ])
    func malformed(_ text: String) { #expect(LedgerTime(text) == nil) }

    @Test("a 29th of February is one every four years, but not every hundred, but every four hundred")
    func leapDays() {
        for (year, isLeap) in [("2024", true), ("2000", true), ("1900", false), ("2400", true), ("2023", false)] {
            #expect((LedgerTime("\(year)-02-29T00:00:00.000000Z") != nil) == isLeap, "\(year)")
        }
    }

    @Test("nothing lies behind the last moment or before the first")
    func clamped() {
        let (first, last) = (LedgerTime(microseconds: .min), LedgerTime(microseconds: .max))
        #expect(first.description == "0001-01-01T00:00:00.000000Z")
        #expect(last.description == "9999-12-31T23:59:59.999999Z")
        #expect(last.advanced(bySeconds: .max) == last && first.advanced(bySeconds: .min) == first)
        #expect(last.advanced(bySeconds: 1) == last)
        #expect(LedgerTime(microseconds: 0).advanced(bySeconds: -1).description == "1969-12-31T23:59:59.000000Z")
        #expect(last.seconds(since: first) == 315_537_897_599)
        #expect(first < last && first.seconds(since: last) == -315_537_897_600)
    }

    @Test("seconds between moments are rounded down")
    func seconds() {
        let time = LedgerTime(microseconds: 10_000_000)
        for (microseconds, seconds): (Int64, Int64) in [
            (10_000_000, 0), (9_999_999, 0), (9_000_000, 1), (9_000_001, 0), (10_000_001, -1), (11_000_000, -1),
            (11_000_001, -2),
        ] {
            #expect(time.seconds(since: LedgerTime(microseconds: microseconds)) == seconds)
        }
    }
}
