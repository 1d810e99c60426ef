public import Policy

/// One test of a policy, and how it came out.
public struct CaseResult: Hashable, Sendable {
    /// How a test came out.
    public enum Outcome: String, Hashable, Sendable, CaseIterable {
        /// As expected.
        case passed
        /// Otherwise.
        case failed
        /// It was not run.
        case skipped
    }

    /// The test's name.
    public let name: String
    /// How it came out.
    public let outcome: Outcome
    /// Why it failed or was skipped: lower case, no full stop; nil when it passed.
    public let message: String?
    /// What decided it, one line each: the deciding rule, the nearest near-miss.
    public let details: [String]
    /// Where the test stands.
    public let span: SourceSpan?

    /// Creates a result.
    public init(name: String, outcome: Outcome, message: String? = nil, details: [String] = [], span: SourceSpan?) {
        self.name = name
        self.outcome = outcome
        self.message = message
        self.details = details
        self.span = span
    }
}
