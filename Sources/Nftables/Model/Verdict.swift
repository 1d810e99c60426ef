/// A verdict.
public enum Verdict: Hashable, Sendable {
    /// Done with this base chain.
    case accept
    /// Final.
    case drop
    /// Back to the calling chain.
    case `return`
    /// To a chain, and back.
    case jump(String)
    /// To a chain, and not back.
    case goto(String)
}
