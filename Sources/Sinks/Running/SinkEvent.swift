/// What a sink says: once for each change, not for each attempt.
public enum SinkEvent: Hashable, Sendable, CustomStringConvertible {
    /// It takes records, the first of them at this leaf.
    case delivering(from: UInt64)
    /// It does not take records, and is tried again.
    case failing(SinkFailure)
    /// Records are in the ledger no more that were not delivered.
    case missing(first: UInt64, next: UInt64)
    /// It ended, with everything before this leaf delivered.
    case ended(next: UInt64)

    /// One sentence.
    public var description: String {
        switch self {
        case .delivering(let leaf): "takes records from leaf \(leaf) on"
        case .failing(let failure): "\(failure); it is tried again, and nothing is lost as long as the ledger keeps it"
        case .missing(let first, let next):
            "the ledger has the leaves \(first) to \(next &- 1) no more; they were never delivered, and delivery goes on with \(next)"
        case .ended(let leaf): "ended; the next leaf is \(leaf)"
        }
    }
}
