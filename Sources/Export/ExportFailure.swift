/// Why a line of the ledger cannot be exported.
public enum ExportFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// It is no JSON object that portgate could have written.
    case notJSON(String)
    /// A member that every record has is not there.
    case missing(String)
    /// A member holds what it cannot hold.
    case member(String)

    /// The reason in a few words.
    public var description: String {
        switch self {
        case .notJSON(let reason): "not a record: \(reason)"
        case .missing(let name): "no '\(name)'"
        case .member(let name): "'\(name)' holds what it cannot hold"
        }
    }
}
