/// A moment as records write it: RFC 3339 in UTC with microseconds, `2026-11-22T05:59:01.123456Z`.
struct Moment: Hashable {
    /// The text.
    let text: String
    /// Microseconds since 1970.
    let microseconds: Int64

    /// Milliseconds since 1970, rounded down.
    var milliseconds: Int64 { (microseconds - (microseconds % 1_000 + 1_000) % 1_000) / 1_000 }

    /// Reads the text; nil for any other spelling.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        let form = Array("dddd-dd-ddTdd:dd:dd.ddddddZ".utf8)
        guard bytes.count == form.count else { return nil }
        for (byte, wanted) in zip(bytes, form) {
            guard wanted == UInt8(ascii: "d") ? (0x30...0x39).contains(byte) : byte == wanted else { return nil }
        }
        func number(_ first: Int, _ count: Int) -> Int64 {
            bytes[first..<(first + count)].reduce(0) { $0 * 10 + Int64($1 - 0x30) }
        }
        let (year, month, day) = (number(0, 4), number(5, 2), number(8, 2))
        let (hour, minute, second) = (number(11, 2), number(14, 2), number(17, 2))
        guard year >= 1, (1...12).contains(month), day >= 1, day <= Self.days(in: month, of: year),
            hour < 24, minute < 60, second < 60
        else { return nil }
        // Years that begin in March: the day of a leap year is the last one of its year.
        let shifted = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
        microseconds = (((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000 + number(20, 6)
        self.text = text
    }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }
}
