public import Policy

/// One thing a command looked at: a policy with its files.
public struct ReportSubject: Hashable, Sendable {
    /// The path as given on the command line.
    public let path: String
    /// What was found, by file and place; findings without a place first.
    public let findings: [Diagnostic]
    /// The files behind the findings.
    public let sources: SourceMap
    /// The tests run, in the policy's order.
    public let cases: [CaseResult]
    /// What it is, in a few words: `3 ports, 7 rules`.
    public let description: String?

    /// Creates a subject and puts its findings in order.
    public init(
        path: String, findings: [Diagnostic], sources: SourceMap, cases: [CaseResult] = [], description: String? = nil
    ) {
        self.path = path
        self.findings = findings.sorted(by: Self.precedes)
        self.sources = sources
        self.cases = cases
        self.description = description
    }

    private static func precedes(_ left: Diagnostic, _ right: Diagnostic) -> Bool {
        let (leftKey, rightKey) = (key(left), key(right))
        if leftKey != rightKey { return leftKey.lexicographicallyPrecedes(rightKey) }
        return (left.code, left.message) < (right.code, right.message)
    }

    private static func key(_ diagnostic: Diagnostic) -> [UInt64] {
        guard let span = diagnostic.span else { return [] }
        return [UInt64(span.file), UInt64(span.line), UInt64(span.column)]
    }
}
