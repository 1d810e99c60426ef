/// A named counter object. Its values live in the kernel and are no part of a ruleset's meaning.
///
/// A comment cannot be changed in place: a counter whose comment changes loses its values, so a comment must be stable.
public struct NamedCounter: Hashable, Sendable {
    /// The name.
    public var name: String
    /// Where it comes from.
    public var comment: String?

    /// Creates a counter.
    public init(name: String, comment: String? = nil) {
        self.name = name
        self.comment = comment
    }
}
