/// What a record about a connection tells of; every other record is one that portgate writes about itself.
enum AccessAction: String, CaseIterable {
    case allow
    case grant
    case deny
    case revoke
    case wouldAllow = "would-allow"
    case wouldDeny = "would-deny"
    case end
    case handshake
    case tlsHandshakeFailed = "tls-handshake-failed"
    case unexpectedData = "unexpected-data"
    case foreign

    /// A few words for people.
    var title: String {
        switch self {
        case .allow: "Connection allowed"
        case .grant: "Connection allowed by a grant"
        case .deny: "Connection denied"
        case .revoke: "Connection revoked"
        case .wouldAllow: "Connection that would be allowed"
        case .wouldDeny: "Connection that would be denied"
        case .end: "Connection ended"
        case .handshake: "Handshake"
        case .tlsHandshakeFailed: "TLS handshake failed"
        case .unexpectedData: "Unexpected data"
        case .foreign: "Logged by another rule"
        }
    }
}
