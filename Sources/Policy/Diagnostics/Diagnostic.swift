/// How much a diagnostic weighs.
public enum Severity: String, Sendable, Hashable, CaseIterable, Comparable {
    /// Worth knowing; never changes an exit code.
    case note
    /// A finding that a reviewer should settle; exit code 1 only with `--strict`.
    case warning
    /// A finding that fails the command.
    case error

    private var rank: Int {
        switch self {
        case .note: 0
        case .warning: 1
        case .error: 2
        }
    }

    /// Orders by weight.
    public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
}

/// Something the author of a policy can get wrong, or a thing worth saying about what they wrote.
public struct Diagnostic: Hashable, Sendable {
    /// More about a diagnostic, possibly at another place.
    public struct Note: Hashable, Sendable {
        /// Lower case, no full stop.
        public let message: String
        /// Where it points, when it points somewhere.
        public let span: SourceSpan?

        /// Creates a note.
        public init(_ message: String, span: SourceSpan? = nil) {
            self.message = message
            self.span = span
        }
    }

    /// A replacement that would settle the diagnostic.
    public struct Fix: Hashable, Sendable {
        /// The text to replace.
        public let span: SourceSpan
        /// What to write instead.
        public let replacement: String

        /// Creates a fix.
        public init(span: SourceSpan, replacement: String) {
            self.span = span
            self.replacement = replacement
        }
    }

    /// The stable id, `PG` and three digits; ``DiagnosticCatalog`` explains each.
    public let code: String
    /// How much it weighs.
    public let severity: Severity
    /// One line: lower case, no full stop, names the offending value, says what would be right.
    public let message: String
    /// Where it stands; nil when it concerns no text (a file that cannot be read, a host).
    public let span: SourceSpan?
    /// More places and evaluated values.
    public var notes: [Note]
    /// A replacement, when one is certain.
    public var fix: Fix?
    /// The port declaration it concerns, by name.
    public var port: String?
    /// The rule it concerns, by name.
    public var rule: String?

    /// Creates a diagnostic; each code has one constructor function that calls this.
    public init(
        code: String, severity: Severity, message: String, span: SourceSpan?, notes: [Note] = [], fix: Fix? = nil,
        port: String? = nil, rule: String? = nil
    ) {
        self.code = code
        self.severity = severity
        self.message = message
        self.span = span
        self.notes = notes
        self.fix = fix
        self.port = port
        self.rule = rule
    }
}
