/// What a record tells of: its `action`.
public enum RecordAction: UInt8, Hashable, Sendable, CaseIterable {
    /// A prefix that is not the gate's.
    case foreign
    /// A connection was allowed by a rule.
    case allow
    /// A packet was refused.
    case deny
    /// A connection was allowed by a grant.
    case grant
    /// A connection that was allowed was cut.
    case revoke
    /// What an observed rule would allow.
    case wouldAllow
    /// What an observed port would refuse.
    case wouldDeny
    /// A connection ended.
    case end
    /// The handshake of a connection was read.
    case handshake
    /// The handshake of TLS failed.
    case tlsHandshakeFailed
    /// The bytes are of no protocol that the port declares.
    case unexpectedData
    /// A copy of a later segment, for the handshake; no record.
    case data
    /// A packet of the recorder's own, by which it knows that a group is alive; no record.
    case heartbeat

    /// The word in records.
    var name: StaticString {
        switch self {
        case .foreign: "foreign"
        case .allow: "allow"
        case .deny: "deny"
        case .grant: "grant"
        case .revoke: "revoke"
        case .wouldAllow: "would-allow"
        case .wouldDeny: "would-deny"
        case .end: "end"
        case .handshake: "handshake"
        case .tlsHandshakeFailed: "tls-handshake-failed"
        case .unexpectedData: "unexpected-data"
        case .data: "data"
        case .heartbeat: "heartbeat"
        }
    }

    /// What the policy says of the connection; nil where that is told by the connection.
    var verdict: StaticString? {
        switch self {
        case .allow, .grant, .wouldAllow: "allow"
        case .deny, .revoke, .wouldDeny: "deny"
        default: nil
        }
    }
}
