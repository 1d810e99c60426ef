public import Policy

/// What records are written by, beside the events: replaced as a whole when an apply, a grant or a session changes it.
public struct RecordContext: Sendable {
    /// The digest of the policy in force, in hexadecimal digits; empty when none is.
    public var policyDigest: String
    /// The epoch in force; 0 when none is.
    public var epoch: UInt8
    /// The bits of the conntrack mark that are the gate's: its highest eight are used.
    public var markMask: UInt32
    /// The declared ports.
    public var ports: PortDirectory
    /// Who is who.
    public var identities: IdentityResolver

    /// The sessions that last.
    public var sessions: [SessionInterval] = []

    /// The group through which a rule of the gate logs heartbeats; nil where none does.
    public var heartbeatGroup: UInt16?

    /// Creates a context.
    public init(
        policyDigest: String = "", epoch: UInt8 = 0, markMask: UInt32 = 0xff00_0000,
        ports: PortDirectory = PortDirectory(),
        identities: IdentityResolver = IdentityResolver()
    ) {
        self.policyDigest = policyDigest
        self.epoch = epoch
        self.markMask = markMask
        self.ports = ports
        self.identities = identities
    }

    /// Creates the context of a policy.
    public init(policy: Policy, epoch: UInt8, sessions: [SessionInterval] = [], grants: [GrantInterval] = []) {
        self.init(
            policyDigest: policy.digest, epoch: epoch, markMask: policy.defaults.markMask,
            ports: PortDirectory(policy.ports),
            identities: IdentityResolver(policy: policy, sessions: sessions, grants: grants))
        self.sessions = sessions.filter { $0.end == nil }
    }
}
