/// A day of the week, numbered as ISO 8601 does.
public enum Weekday: Int, Sendable, Hashable, CaseIterable {
    /// Monday is 1.
    case monday = 1
    /// Tuesday is 2.
    case tuesday
    /// Wednesday is 3.
    case wednesday
    /// Thursday is 4.
    case thursday
    /// Friday is 5.
    case friday
    /// Saturday is 6.
    case saturday
    /// Sunday is 7.
    case sunday

    /// Creates the day of the week that many days after 1970-01-01, a Thursday.
    init(daysSinceEpoch days: Int) {
        // days % 7 first: no sum that could overflow.
        let fromMonday = (days % 7 + 10) % 7
        self = Self.allCases[fromMonday]
    }

    /// The word of the policy language: `mon`…`sun`.
    public var abbreviation: String {
        switch self {
        case .monday: "mon"
        case .tuesday: "tue"
        case .wednesday: "wed"
        case .thursday: "thu"
        case .friday: "fri"
        case .saturday: "sat"
        case .sunday: "sun"
        }
    }

    /// The English name, `Monday`.
    public var name: String {
        switch self {
        case .monday: "Monday"
        case .tuesday: "Tuesday"
        case .wednesday: "Wednesday"
        case .thursday: "Thursday"
        case .friday: "Friday"
        case .saturday: "Saturday"
        case .sunday: "Sunday"
        }
    }

    /// The day after.
    public var next: Weekday { Self.allCases[rawValue % 7] }

    /// Every word that may stand under `days`, for suggestions; ranges are made of two of the first seven.
    public static let words: [String] = allCases.map(\.abbreviation) + ["daily"]
}

/// Why a text does not name days of the week.
public enum WeekdayError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A part is not one of `mon`…`sun`.
    case unknownDay(String)
    /// Both ends of a range are the same day: one day, or all seven?
    case sameEnds(Weekday)

    /// The reason, as part of a sentence after the offending text.
    public var description: String {
        switch self {
        case .unknownDay(let word):
            "is not a day: “\(word)” is none of mon, tue, wed, thu, fri, sat, sun; write a day, a range such as mon-fri, or daily"
        case .sameEnds(let day):
            "is a range of one day; write \(day.abbreviation), or daily for all seven"
        }
    }
}

extension Weekday {
    /// Creates the day that `mon`…`sun` names, in lower case; nil for any other text.
    public init?(abbreviation: some StringProtocol) {
        guard let day = Self.allCases.first(where: { $0.abbreviation == abbreviation }) else { return nil }
        self = day
    }

    /// Reads an entry of `days`: a day, a range that may wrap around the week (`sat-mon`), or `daily`.
    ///
    /// Returns the days from the first to the last.
    public static func days(parsing text: some StringProtocol) throws(WeekdayError) -> [Weekday] {
        if text == "daily" { return allCases }
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard let from = Weekday(abbreviation: parts[0]) else { throw .unknownDay(String(parts[0].prefix(40))) }
        guard parts.count == 2 else { return [from] }
        guard let to = Weekday(abbreviation: parts[1]) else { throw .unknownDay(String(parts[1].prefix(40))) }
        guard from != to else { throw .sameEnds(from) }
        var days = [from]
        var day = from
        while day != to {
            day = day.next
            days.append(day)
        }
        return days
    }
}
