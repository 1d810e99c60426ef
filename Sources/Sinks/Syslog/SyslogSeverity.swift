/// How grave a record is: the severities of RFC 5424, section 6.2.1, table 2, that records have.
public enum SyslogSeverity: Int, Sendable, CaseIterable {
    /// Evidence is missing or was damaged.
    case error = 3
    /// Something was refused, or is not as it was declared.
    case warning = 4
    /// Somebody changed something.
    case notice = 5
    /// An access that the policy allows, or a sign of life.
    case informational = 6

    /// The severity of a record by its action and its verdict.
    init(action: String?, isDenied: Bool) {
        switch action {
        case "lost", "torn-tail": self = .error
        case "tls-handshake-failed", "unexpected-data", "clock-step", "foreign": self = .warning
        case "revoke": self = .notice
        case "allow", "grant", "end", "handshake", "heartbeat", "would-allow", "session-began", "session-ended":
            self = isDenied ? .warning : .informational
        case "deny", "would-deny": self = .warning
        default: self = isDenied ? .warning : .notice
        }
    }
}
