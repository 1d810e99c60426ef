/// What the kernel tells of a tracked connection (linux/netfilter/nfnetlink_conntrack.h).
public struct ConntrackEvent: Hashable, Sendable {
    /// What happened.
    public enum Kind: UInt8, Hashable, Sendable {
        /// It is new, or it stands in the answer to a question.
        case new
        /// It changed.
        case update
        /// It is gone.
        case destroy
    }

    /// Packets and bytes one way, where they are counted (`nf_conntrack_acct`).
    public struct Count: Hashable, Sendable {
        /// Packets.
        public var packets: UInt64 = 0
        /// Bytes, with all headers of IP.
        public var bytes: UInt64 = 0
    }

    /// What happened.
    public var kind = Kind.new
    /// How its first packet told of it.
    public var original = FlowTuple()
    /// How its answers tell of it, which differs where addresses are translated.
    public var reply = FlowTuple()
    /// The status bits: 2 an answer was seen, 4 assured, 8 confirmed.
    public var status: UInt32?
    /// The mark.
    public var mark: UInt32 = 0
    /// The zone.
    public var zone: UInt16 = 0
    /// The kernel's number for it.
    public var identifier: UInt32 = 0
    /// What was counted from whom it began.
    public var originalCount: Count?
    /// What was counted of the answers.
    public var replyCount: Count?
    /// When it began, in nanoseconds since 1970, where that is noted (`nf_conntrack_timestamp`).
    public var start: Int64?
    /// When it was forgotten, in nanoseconds since 1970.
    public var stop: Int64?
    /// The state of TCP, when it is told: 1 SYN_SENT, 2 SYN_RECV, 3 ESTABLISHED, 4 FIN_WAIT, 5 CLOSE_WAIT, 6 LAST_ACK,
    /// 7 TIME_WAIT, 8 CLOSE, 9 SYN_SENT2.
    public var tcpState: UInt8?
    /// Flags of whom it began; 4 is who sent the first FIN.
    public var originalFlags: UInt8 = 0
    /// Flags of who answers.
    public var replyFlags: UInt8 = 0

    /// Creates an event of which nothing is told.
    public init() {}

    /// Whether an answer was seen (IPS_SEEN_REPLY).
    public var isAnswered: Bool { (status ?? 0) & 2 != 0 || (replyCount?.packets ?? 0) > 0 }
}
