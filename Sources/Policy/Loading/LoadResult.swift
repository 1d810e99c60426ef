/// What came of reading a policy.
public struct LoadResult: Sendable {
    /// The policy, or nil when an error stands in the way of making one.
    public var policy: Policy?
    /// Every finding of reading, in the order of file and place. No lint: ``Linter`` adds that.
    public var diagnostics: [Diagnostic]
    /// The files read, also when no policy came of them.
    public var sources: SourceMap
    /// The list files read, in the order of their first use, also when no policy came of them.
    public var lists: [ListFile]

    /// Creates a result.
    public init(policy: Policy?, diagnostics: [Diagnostic], sources: SourceMap, lists: [ListFile] = []) {
        self.policy = policy
        self.diagnostics = diagnostics
        self.sources = sources
        self.lists = lists
    }
}
