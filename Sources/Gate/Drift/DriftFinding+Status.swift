import Drift
import Policy

extension DriftFinding {
    /// What each finding of status is a deviation of. The words of those that hold still are their subject.
    private static let ofStatus: [String: (kind: Kind, isSteady: Bool)] = [
        "PG442": (.staleNumber, true), "PG443": (.staleNumber, true), "PG444": (.staleNumber, true),
        "PG445": (.staleNumber, false), "PG446": (.staleNumber, false), "PG447": (.notLookedAt, true),
        "PG448": (.notLookedAt, true),
        "PG451": (.recordMismatch, false), "PG452": (.altered, false), "PG453": (.recordMismatch, false),
        "PG454": (.recordMismatch, false), "PG455": (.horizonNear, false), "PG456": (.horizonNear, false),
        "PG457": (.logMissing, true), "PG458": (.foreignShadow, false), "PG459": (.recordMismatch, false),
        "PG461": (.besideTheGate, false), "PG462": (.besideTheGate, false), "PG463": (.foreignShadow, false),
        "PG464": (.besideTheGate, false), "PG465": (.besideTheGate, false), "PG466": (.besideTheGate, false),
        "PG467": (.besideTheGate, false), "PG468": (.besideTheGate, false), "PG469": (.kernelSetting, false),
        "PG470": (.kernelSetting, false), "PG471": (.recordMismatch, false), "PG472": (.recordMismatch, false),
        "PG473": (.recordMismatch, false), "PG474": (.kernelSetting, false), "PG475": (.notLookedAt, false),
        "PG477": (.overdueAccess, false), "PG478": (.overdueAccess, true), "PG479": (.overdueAccess, true),
    ]

    /// The codes of status that are deviations.
    static var statusCodes: [String] { ofStatus.keys.sorted() }

    /// Makes a deviation of a finding of status. One that has no kind of its own is never lost.
    init(status diagnostic: Diagnostic) {
        let known = Self.ofStatus[diagnostic.code] ?? (.altered, true)
        var subject = known.isSteady ? diagnostic.message : ""
        // A cgroup or an account is told by what stands before its numbers.
        if ["PG445", "PG446"].contains(diagnostic.code) {
            subject = diagnostic.message.split(separator: " ").prefix(2).joined(separator: " ")
        }
        self.init(diagnostic, kind: known.kind, subject: subject)
    }

    /// Says that something could not be looked at.
    static func notLookedAt(_ what: String, _ reason: String, notes: [String] = []) -> DriftFinding {
        DriftFinding(.notLookedAt(what, reason, notes: notes), kind: .notLookedAt, subject: what)
    }

    /// Says that something could not be looked at.
    static func notLookedAt(_ what: String, _ failure: GateFailure) -> DriftFinding {
        let diagnostic = failure.diagnostic
        return notLookedAt(
            what, "\(diagnostic.message) [\(diagnostic.code)]", notes: diagnostic.notes.map(\.message))
    }
}
