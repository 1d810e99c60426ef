/// What the kernel did with the first packet of an attempt.
public enum TrialOutcome: Hashable, Sendable {
    /// It reached the sockets of the host.
    case arrived
    /// It did not, and it does when no table is loaded.
    case refused
    /// No such packet can be made here, so the kernel was not asked.
    case cannotBeSent(Reason)

    /// Why no packet can be made.
    public enum Reason: Hashable, Sendable {
        /// The kernel discards packets from this source before any socket sees them, table or none.
        case martianSource
        /// A packet from another host proves no identity but its address.
        case remoteIdentity
        /// No user and group of a process make exactly these identities hold.
        case identities
        /// The process may not make a socket as that user and group.
        case owner(user: UInt32, group: UInt32)
    }
}

extension TrialOutcome.Reason: CustomStringConvertible {
    /// The reason in words; lower case, no full stop.
    public var description: String {
        switch self {
        case .martianSource: "the kernel discards every packet from this source, with or without a gate"
        case .remoteIdentity: "a packet from another host proves no identity but its address"
        case .identities: "no user and group of a process make exactly these identities hold"
        case .owner(let user, let group): "a socket cannot be made as user \(user) and group \(group) here"
        }
    }
}
