public import Policy

/// An authenticated session, and for how long it lasted or lasts.
public struct SessionInterval: Hashable, Sendable {
    /// Whose it is.
    public let identity: Name
    /// Where it comes from.
    public let source: IPAddress
    /// When it began, in nanoseconds since 1970.
    public let start: Int64
    /// The first moment after it; nil while it lasts.
    public let end: Int64?

    /// Creates an interval.
    public init(identity: Name, source: IPAddress, start: Int64, end: Int64?) {
        self.identity = identity
        self.source = source
        self.start = start
        self.end = end
    }
}
