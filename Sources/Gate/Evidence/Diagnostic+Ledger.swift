public import Ledger
public import Policy

extension Diagnostic {
    /// What a verifier of the ledger found; PG501 to PG510.
    public static func ledger(_ finding: LedgerFinding) -> Diagnostic {
        let (code, severity): (String, Severity) =
            switch finding.kind {
            case .absent: ("PG501", .error)
            case .missing: ("PG502", .error)
            case .foreign: ("PG503", .error)
            case .altered: ("PG504", .error)
            case .signature: ("PG505", .error)
            case .chain: ("PG506", .error)
            case .time: ("PG507", .error)
            case .rolledBack: ("PG508", .error)
            case .silence: ("PG509", .error)
            case .unfinished: ("PG510", .warning)
            }
        let leaves = finding.leaves.map { range in
            range.count == 1 ? "record \(range.lowerBound)" : "records \(range.lowerBound) to \(range.upperBound - 1)"
        }
        return Diagnostic(
            code: code, severity: severity, message: finding.description, span: nil,
            notes: leaves.map { [Note("what is not proven begins with \($0)")] } ?? [])
    }
}
