/// A decision in words, for people: the rule that made it, and the nearest rule that would have made it otherwise.
public struct Explanation: Hashable, Sendable {
    /// One rule that did not match, with a sentence for everything that kept it from matching.
    public struct Miss: Hashable, Sendable {
        /// The rule's name.
        public let rule: Name
        /// Where the rule stands.
        public let span: SourceSpan
        /// What kept it from matching, in the order of `sentences`; never empty.
        public let mismatches: [Mismatch]
        /// A sentence for each, lower case, without a full stop.
        public let sentences: [String]
    }

    /// The most rules that are put into words: a port may have thousands.
    public static let mostMisses = 8

    /// Whether the attempt is allowed; nil where no declaration covers the port.
    public let isAllowed: Bool?
    /// The declared port, when one covers the attempt.
    public let port: Name?
    /// The rule that allowed it.
    public let rule: Name?
    /// Where the deciding rule stands, or the port that refused.
    public let span: SourceSpan?
    /// The decision in one sentence, lower case, without a full stop.
    public let summary: String
    /// The rules that did not match, the nearest first, at most ``mostMisses``; empty when the attempt is allowed.
    public let misses: [Miss]

    /// The rule that came nearest to allowing a refused attempt.
    public var nearest: Miss? { misses.first }
}

extension Policy {
    /// Puts a decision on an attempt into words.
    public func explain(_ decision: Decision, _ attempt: AccessAttempt) -> Explanation {
        Explainer(decider: Decider(self), attempt: attempt).explain(decision)
    }
}

extension Decider {
    /// Puts a decision on an attempt into words.
    public func explain(_ decision: Decision, _ attempt: AccessAttempt) -> Explanation {
        Explainer(decider: self, attempt: attempt).explain(decision)
    }
}
