/// One diagnostic code, as `portgate explain` tells it.
public struct DiagnosticEntry: Hashable, Sendable {
    /// The stable id.
    public let code: String
    /// What it is, in a few words; lower case.
    public let title: String
    /// The severity it is reported with.
    public let severity: Severity
    /// Whether `# portgate:ignore` may silence it: lint may be, errors of reading may not.
    public let ignorable: Bool
    /// What it means, why it matters and what to do, in a paragraph or two of plain text.
    public let explanation: String

    /// Creates an entry.
    public init(code: String, title: String, severity: Severity, ignorable: Bool = false, explanation: String) {
        self.code = code
        self.title = title
        self.severity = severity
        self.ignorable = ignorable
        self.explanation = explanation
    }
}

/// Every diagnostic code, its meaning and what to do.
///
/// PG0xx: reading (text, YAML, values, names) · PG1xx: lint · PG2xx: tests and compiling · PG3xx: drift, and from PG380 on
/// differences of policies · PG4xx: the gate on a host · PG5xx: the ledger.
public enum DiagnosticCatalog {
    /// All entries in the order of their codes.
    public static let entries: [DiagnosticEntry] =
        (yaml + reading + lint + compiling + testing + trial + drift + gate + access + identities + difference + ledger)
        .sorted { $0.code < $1.code }

    /// Returns the entry of a code, whatever its case.
    public static func entry(for code: String) -> DiagnosticEntry? {
        let wanted = code.uppercased()
        return entries.first { $0.code == wanted }
    }
}
