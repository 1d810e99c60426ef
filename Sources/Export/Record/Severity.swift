/// How much a record matters. It is a suggestion for sorting, the same in every format.
enum Severity: Int64 {
    case informational = 1
    case low = 2
    case medium = 3
    case high = 4

    /// The severity of a record.
    init(_ record: ExportedRecord) {
        switch record.access {
        case .allow, .grant, .wouldAllow, .end, .handshake, .foreign: self = .informational
        case .deny, .wouldDeny, .tlsHandshakeFailed: self = .low
        case .revoke, .unexpectedData: self = .medium
        case nil:
            switch record.action {
            case "lost", "torn-tail", "change-without-ledger": self = .high
            case "clock-step": self = .medium
            default: self = .informational
            }
        }
    }

    /// OCSF's word.
    var name: String {
        switch self {
        case .informational: "Informational"
        case .low: "Low"
        case .medium: "Medium"
        case .high: "High"
        }
    }

    /// The number of CEF, from 0 to 10: up to 3 is low, up to 6 medium, up to 8 high.
    var common: Int {
        switch self {
        case .informational: 1
        case .low: 3
        case .medium: 6
        case .high: 8
        }
    }
}
