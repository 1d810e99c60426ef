/// A rule: statements in order, and where it comes from.
public struct Rule: Hashable, Sendable {
    /// The matches and actions in order.
    public var statements: [Statement]
    /// Provenance (`orders-db/billing db.yaml:27`). At most 128 bytes of the comment alphabet.
    public var comment: String?

    /// Creates a rule.
    public init(_ statements: [Statement], comment: String? = nil) {
        self.statements = statements
        self.comment = comment
    }
}
