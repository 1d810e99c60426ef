public import Policy

/// The policy that a look is made against.
public enum DeclaredPolicy: Sendable {
    /// None was named: the generation that was recorded stands in for it.
    case none
    /// A policy and the paths that it was read from.
    case policy(Policy, paths: [String])
    /// One was named, and it is none that can be used: what is wrong with it, and its files.
    case unusable([Diagnostic], SourceMap, paths: [String])

    /// The policy, when there is one.
    var policy: Policy? { if case .policy(let policy, _) = self { policy } else { nil } }

    /// The files of the policy, for places and excerpts.
    public var sources: SourceMap {
        switch self {
        case .none: SourceMap()
        case .policy(let policy, _): policy.sources
        case .unusable(_, let sources, _): sources
        }
    }
}
