/// How a connection stands to this host.
public enum Direction: UInt8, Hashable, Sendable, CaseIterable {
    /// It comes from outside, to this host or to what it publishes; which of both is not told before the translation.
    case inbound
    /// This host opened it to another.
    case outbound
    /// This host opened it to itself.
    case local
    /// It passes through.
    case forwarded

    /// The word in records.
    var name: StaticString {
        switch self {
        case .inbound: "inbound"
        case .outbound: "outbound"
        case .local: "local"
        case .forwarded: "forwarded"
        }
    }
}
