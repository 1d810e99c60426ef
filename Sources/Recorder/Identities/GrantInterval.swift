public import Policy

/// A grant, and for how long it was or is in force.
public struct GrantInterval: Hashable, Sendable {
    /// Who was let in.
    public let identity: Name
    /// Where to.
    public let port: Name
    /// Where from.
    public let source: CIDR
    /// When it began, in nanoseconds since 1970.
    public let start: Int64
    /// The first moment after it; nil while nobody knows.
    public let end: Int64?

    /// Creates an interval.
    public init(identity: Name, port: Name, source: CIDR, start: Int64, end: Int64?) {
        self.identity = identity
        self.port = port
        self.source = source
        self.start = start
        self.end = end
    }
}
