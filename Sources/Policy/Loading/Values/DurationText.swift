/// Lengths of time as a policy writes them.
public enum DurationText {
    /// Reads `30s`, `45m`, `2h` or `1d` of at most 30 days as seconds, or returns nil.
    public static func seconds(parsing text: String) -> Int? {
        guard let unit = text.utf8.last, let number = WholeNumber.parse(text.utf8.dropLast()), number > 0 else {
            return nil
        }
        let factor: UInt64
        switch unit {
        case UInt8(ascii: "s"): factor = 1
        case UInt8(ascii: "m"): factor = 60
        case UInt8(ascii: "h"): factor = 3_600
        case UInt8(ascii: "d"): factor = 86_400
        default: return nil
        }
        guard number <= 30 * 86_400 / factor else { return nil }
        return Int(number * factor)
    }

    /// Reads `90 days` or `1 day`, at most 36,500, or returns nil.
    static func days(parsing text: String) -> Int? {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = WholeNumber.parse(parts[0].utf8) else { return nil }
        guard parts[1] == "days" || (parts[1] == "day" && number == 1) else { return nil }
        return (1...36_500).contains(number) ? Int(number) : nil
    }
}
