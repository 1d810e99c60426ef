/// Why a text is not a date.
public enum CivilDateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It is not four digits, two digits and two digits with hyphens between.
    case format
    /// It has the form of a date, and the calendar has no such day.
    case noSuchDay(year: Int, month: Int, day: Int)

    /// The reason, as part of a sentence after the offending text.
    public var description: String {
        switch self {
        case .format:
            return "is not a date; write YYYY-MM-DD"
        case .noSuchDay(let year, let month, let day):
            guard year >= 1 else { return "has year 0; years start at 0001" }
            guard (1...12).contains(month) else { return "has month \(month); months are 01 to 12" }
            guard day >= 1 else { return "has day 0; days start at 01" }
            let last = CivilDate.days(inMonth: month, of: year)
            return "is not in the calendar; month \(month) of \(year) ends on day \(last)"
        }
    }
}

extension CivilDate: CustomStringConvertible {
    /// Reads `YYYY-MM-DD`, or says why the text is not a date.
    public init(parsing text: some StringProtocol) throws(CivilDateError) {
        var scanner = DigitScanner(text)
        guard let year = scanner.number(digits: 4), scanner.take("-"), let month = scanner.number(digits: 2),
            scanner.take("-"), let day = scanner.number(digits: 2), scanner.isAtEnd
        else { throw .format }
        guard let date = CivilDate(year: year, month: month, day: day) else {
            throw .noSuchDay(year: year, month: month, day: day)
        }
        self = date
    }

    /// `YYYY-MM-DD`.
    public var description: String {
        "\(zeroPadded(year, to: 4))-\(zeroPadded(month, to: 2))-\(zeroPadded(day, to: 2))"
    }
}

/// Writes a number of at least zero with leading zeros.
func zeroPadded(_ number: Int, to width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}
