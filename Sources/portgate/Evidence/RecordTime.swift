import Ledger
import Policy

/// A moment as `logs` takes it: RFC 3339, or a while before now.
enum RecordTime: Hashable, Sendable {
    /// A moment.
    case at(LedgerTime)
    /// So many seconds before now.
    case before(Int64)

    private static let units: [UInt8: Int64] = [
        UInt8(ascii: "s"): 1, UInt8(ascii: "m"): 60, UInt8(ascii: "h"): 3_600, UInt8(ascii: "d"): 86_400,
    ]

    /// Reads a text.
    init(_ text: String, option: String) throws(UsageError) {
        if let last = text.utf8.last, let unit = Self.units[last], let count = Int64(text.dropLast()), count >= 0,
            count <= 1_000_000_000 / unit
        {
            self = .before(count * unit)
            return
        }
        do throws(InstantError) {
            let instant = try Instant(parsing: text)
            let (microseconds, overflows) = instant.seconds.multipliedReportingOverflow(by: 1_000_000)
            self = .at(LedgerTime(microseconds: overflows ? (instant.seconds < 0 ? .min : .max) : microseconds))
        } catch {
            throw UsageError(
                "\(option) '\(text)' is neither a while, such as 90s, 30m, 12h or 7d, nor a time: \(error)")
        }
    }

    /// The moment that is meant.
    func moment(_ now: LedgerTime) -> LedgerTime {
        switch self {
        case .at(let moment): moment
        case .before(let seconds): now.advanced(bySeconds: -seconds)
        }
    }
}
