/// A source of events that may lose some.
public enum EventSource: Hashable, Sendable {
    /// An NFLOG group.
    case nflog(group: UInt16)
    /// Conntrack.
    case conntrack
}
