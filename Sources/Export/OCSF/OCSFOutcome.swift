/// What OCSF's numbers say of a record: the activity, what the gate did, and how it went.
struct OCSFOutcome {
    /// `activity_id` of the class Network Activity.
    enum Activity: Int64 {
        case open = 1
        case close = 2
        case reset = 3
        case fail = 4
        case refuse = 5
        case traffic = 6

        /// Its caption.
        var caption: String {
            switch self {
            case .open: "Open"
            case .close: "Close"
            case .reset: "Reset"
            case .fail: "Fail"
            case .refuse: "Refuse"
            case .traffic: "Traffic"
            }
        }
    }

    /// `action_id` of the profile security_control.
    enum Action: Int64 {
        case unknown = 0
        case allowed = 1
        case denied = 2
        case observed = 3

        /// Its caption.
        var caption: String {
            switch self {
            case .unknown: "Unknown"
            case .allowed: "Allowed"
            case .denied: "Denied"
            case .observed: "Observed"
            }
        }
    }

    /// `disposition_id`.
    enum Disposition: Int64 {
        case unknown = 0
        case allowed = 1
        case blocked = 2
        case detected = 15
        case logged = 17
        case accessRevoked = 24

        /// Its caption.
        var caption: String {
            switch self {
            case .unknown: "Unknown"
            case .allowed: "Allowed"
            case .blocked: "Blocked"
            case .detected: "Detected"
            case .logged: "Logged"
            case .accessRevoked: "Access Revoked"
            }
        }
    }

    /// `status_id`.
    enum Status: Int64 {
        case unknown = 0
        case success = 1
        case failure = 2

        /// Its caption.
        var caption: String {
            switch self {
            case .unknown: "Unknown"
            case .success: "Success"
            case .failure: "Failure"
            }
        }
    }

    let activity: Activity
    let action: Action
    let disposition: Disposition
    let status: Status

    /// Tells it of an access.
    init(_ access: AccessAction, _ facts: ConnectionFacts) {
        switch access {
        case .allow, .grant: self.init(.open, .allowed, .allowed, .success)
        case .deny: self.init(.refuse, .denied, .blocked, .failure)
        case .revoke: self.init(.reset, .denied, .accessRevoked, .failure)
        // Observed: the packet went on its way, whatever the policy says of it.
        case .wouldAllow: self.init(.open, .observed, .logged, .success)
        case .wouldDeny: self.init(.open, .observed, .detected, .success)
        case .foreign: self.init(.traffic, .observed, .logged, .unknown)
        case .end:
            let (activity, status) = Self.end(facts)
            self.init(activity, of: facts.verdict, status)
        case .handshake: self.init(.traffic, of: facts.verdict, .success)
        case .tlsHandshakeFailed: self.init(.fail, of: facts.verdict, .failure)
        case .unexpectedData: self.init(.traffic, .observed, .detected, .unknown)
        }
    }

    private init(_ activity: Activity, _ action: Action, _ disposition: Disposition, _ status: Status) {
        (self.activity, self.action, self.disposition, self.status) = (activity, action, disposition, status)
    }

    private init(_ activity: Activity, of verdict: String?, _ status: Status) {
        switch verdict {
        case "allow": self.init(activity, .allowed, .allowed, status)
        case "deny": self.init(activity, .denied, .blocked, status)
        default: self.init(activity, .unknown, .unknown, status)
        }
    }

    private static func end(_ facts: ConnectionFacts) -> (Activity, Status) {
        if facts.state == "REJ" { return (.refuse, .failure) }
        switch facts.reason {
        case "closed": return (.close, .success)
        // Without a close of their own, UDP and others end so.
        case "timeout": return (.close, .unknown)
        case "reset", "revoked": return (.reset, .failure)
        case "half-open", "unanswered": return (.fail, .failure)
        // Nobody saw the end.
        case "forgotten": return (.traffic, .unknown)
        default: return (.close, .unknown)
        }
    }
}
