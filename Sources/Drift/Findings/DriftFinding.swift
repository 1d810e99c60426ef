public import Nftables
public import Policy

/// Something by which a host is not what its policy declares.
public struct DriftFinding: Hashable, Sendable {
    /// What kind of deviation it is; machine output carries the raw value.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Something is let through that no rule declares.
        case overPermissive = "over-permissive"
        /// Something declared is not let through.
        case overRestrictive = "over-restrictive"
        /// A record is not made, or goes elsewhere.
        case logMissing = "log-missing"
        /// The table judges otherwise than what was applied, in states of a connection that no new packet has.
        case altered
        /// Comments, counters or names differ, the judgement does not.
        case structure
        /// A chain of another owner decides before or behind the gate.
        case foreignShadow = "foreign-shadow"
        /// A chain of another owner opens what the gate should judge.
        case foreignOpening = "foreign-opening"
        /// The policy in the files is not the one that was applied.
        case notApplied = "not-applied"
        /// Epoch, digest or generation are not those recorded.
        case recordMismatch = "record-mismatch"
        /// Windows are rendered for a few days more only.
        case horizonNear = "horizon-near"
        /// A process listens on a port that nobody declared.
        case undeclaredListener = "undeclared-listener"
        /// Nobody listens on a declared port.
        case unusedPort = "unused-port"
        /// A port is published by translation and nobody declared it.
        case publishedPort = "published-port"
        /// Nothing puts the gate in force when the host starts.
        case bootMissing = "boot-missing"
        /// A number in the rules (cgroup, user, interface) means something else by now.
        case staleNumber = "stale-number"
        /// Somebody is let in for longer than was granted.
        case overdueAccess = "overdue-access"
        /// Something that nftables does not see may let packets by.
        case besideTheGate = "beside-the-gate"
        /// A setting of the kernel changes what verdicts mean.
        case kernelSetting = "kernel-setting"
        /// The rules changed since the last look and nobody says why.
        case unexplainedChange = "unexplained-change"
        /// Something could not be looked at.
        case notLookedAt = "not-looked-at"
        /// What is to be passed over is out of date, or written wrongly.
        case ignores = "ignore"
    }

    /// How sure a difference of meaning is.
    public enum Certainty: Hashable, Sendable {
        /// It holds whatever the things say that are not modelled.
        case certain
        /// It holds while some of them do; in words, one each.
        case conditional([String])
    }

    /// Code, severity, words, and the place in the policy.
    public var diagnostic: Diagnostic
    /// The kind.
    public var kind: Kind
    /// A packet that shows it.
    public var witness: Witness?
    /// The rule that decides the packet.
    public var responsible: Responsible?
    /// How sure it is.
    public var certainty: Certainty
    /// What it is about, beside port and rule, in words that stay the same from look to look: its id hangs on them.
    public var subject: String
    /// What would undo it, where the rule responsible does not say so.
    public var repair: Repair?

    /// Creates a finding.
    public init(
        _ diagnostic: Diagnostic, kind: Kind, witness: Witness? = nil, responsible: Responsible? = nil,
        certainty: Certainty = .certain, subject: String = "", repair: Repair? = nil
    ) {
        self.subject = subject
        self.repair = repair
        self.diagnostic = diagnostic
        self.kind = kind
        self.witness = witness
        self.responsible = responsible
        self.certainty = certainty
    }
}

/// The rule, or the chain's policy, that decides a packet.
public struct Responsible: Hashable, Sendable, CustomStringConvertible {
    /// The family of the table.
    public var family: LiveFamily
    /// The table.
    public var table: String
    /// The chain.
    public var chain: String
    /// The rule's handle; nil for a chain's policy, or its end.
    public var handle: UInt64?
    /// The rule's comment.
    public var comment: String?

    /// Names a rule.
    public init(family: LiveFamily, table: String, chain: String, handle: UInt64? = nil, comment: String? = nil) {
        self.family = family
        self.table = table
        self.chain = chain
        self.handle = handle
        self.comment = comment
    }

    /// `inet filter input handle 42`.
    public var description: String {
        let place = chain.isEmpty ? "\(family) \(table)" : "\(family) \(table) \(chain)"
        return handle.map { "\(place) handle \($0)" } ?? "\(place) policy"
    }
}

/// A packet that live rules and policy judge differently.
public struct Witness: Hashable, Sendable, CustomStringConvertible {
    /// `ipv4` or `ipv6`.
    public var family: AddressFamily
    /// The transport protocol, as the policy names it.
    public var transport: TransportProtocol
    /// The source.
    public var source: IPAddress
    /// The source port, when it matters.
    public var sourcePort: UInt16?
    /// The destination, when it is known.
    public var destination: IPAddress?
    /// The port asked for.
    public var destinationPort: UInt16
    /// When, when it matters.
    public var time: Instant?
    /// The interface it comes by, when it matters.
    public var interface: String?
    /// Whether it is a connection of this host to itself.
    public var isOwn: Bool
    /// More of what the packet is, in words (`tcp flags rst`, `ct state established`, `ct mark 0xa1000000`).
    public var conditions: [String]
    /// What the live rules do with it: `accept`, `drop`, `reject`, ….
    public var live: String
    /// What the policy, or the applied table, does with it.
    public var policy: String

    /// Creates a witness.
    public init(
        family: AddressFamily, transport: TransportProtocol, source: IPAddress, sourcePort: UInt16? = nil,
        destination: IPAddress? = nil, destinationPort: UInt16, time: Instant? = nil, interface: String? = nil,
        isOwn: Bool = false, conditions: [String] = [], live: String, policy: String
    ) {
        self.family = family
        self.transport = transport
        self.source = source
        self.sourcePort = sourcePort
        self.destination = destination
        self.destinationPort = destinationPort
        self.time = time
        self.interface = interface
        self.isOwn = isOwn
        self.conditions = conditions
        self.live = live
        self.policy = policy
    }

    /// `10.9.3.1 → 8443/tcp`, with what else matters behind it.
    public var description: String {
        var words = "\(source)"
        if let sourcePort { words += " port \(sourcePort)" }
        if isOwn { words += " (own)" }
        words += " → "
        if let destination { words += "\(destination) " }
        words += "\(destinationPort)/\(transport.name)"
        var rest: [String] = []
        if let interface { rest.append("by \(interface)") }
        if let time { rest.append("at \(time)") }
        rest += conditions
        return rest.isEmpty ? words : words + " (" + rest.joined(separator: ", ") + ")"
    }
}

extension Responsible {
    /// The family as nft writes it.
    public var familyName: String { family.description }
}

extension Witness {
    /// `ipv4` or `ipv6`.
    public var familyName: String { family == .v4 ? "ipv4" : "ipv6" }
}
