public import Policy

/// What a recorder holds at most. All of it is taken at the start.
public struct RecorderLimits: Hashable, Sendable {
    /// Connections that are followed at once.
    public var connections = 131_072
    /// Prefixes of rules.
    public var prefixes = 16_384
    /// Identities with their proofs, over the whole life of the recorder.
    public var identities = 65_536
    /// Sources and rules whose refusals are counted at once.
    public var deniedSources = 8_192
    /// Refusals of one source and rule that are recorded in a window, and the window in nanoseconds.
    public var deniedPerWindow: UInt32 = 20
    /// The length of a window in nanoseconds.
    public var deniedWindow: Int64 = 10_000_000_000
    /// Bytes of lines that are handed on at once.
    public var lineBytes = 256 << 10

    /// Creates the limits for a gate of usual size: about 60 MB.
    public init() {}
}

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
    }
}

/// Turns what the kernel tells into lines of JSON, one for each record. It reads no clock and no socket: those come in, lines
/// go out. In the steady state nothing is allocated.
public struct Recorder: ~Copyable {
    let limits: RecorderLimits
    var lines: LineBuffer
    var prefixes: PrefixTable
    var identityTexts: IdentityTable
    var interfaces: InterfaceNames
    var connections: ConnectionTable
    var denials: DenialBudget
    var counters = CounterWatch()
    var pendingCounts: [(prefix: UInt32, packets: UInt64, seen: UInt64)] = []
    var pendingCountsDue = Int64.max
    /// The groups that were heard of: few.
    var groups: [GroupWatch] = []
    var context = RecordContext()
    /// `,"policy":"…"` as it is written to records.
    var policyText: [UInt8] = []
    /// What was last told of a handshake.
    var handshakeText: [UInt8] = []
    /// The numbers of the resolver's subjects in ``identityTexts``.
    var subjectNumbers: [UInt32] = []
    /// The number of the next line.
    var sequence: UInt64 = 1
    var clock: RecorderClock
    /// What the settable clock is ahead of the other.
    var clockOffset: Int64
    /// The number of the look at all connections that is under way, and when it began.
    var sweepNumber: UInt8 = 0
    var sweepStart: Int64 = 0
    /// When the names of interfaces were last forgotten.
    var interfacesSince: Int64
    let handshakes: (any HandshakeObserver)?
    /// What was read so far.
    public internal(set) var totals = RecorderTotals()

    /// Makes a recorder.
    ///
    /// - Parameters:
    ///   - seed: random numbers, so that nobody can choose flows that are slow to find.
    ///   - interfaceName: asks for the name of an interface, at most 15 bytes from the highest; 0 when there is none.
    public init(
        limits: RecorderLimits = RecorderLimits(), context: RecordContext = RecordContext(), seed: HashSeed,
        clock: RecorderClock, handshakes: (any HandshakeObserver)? = nil,
        interfaceName: @escaping @Sendable (UInt32) -> UInt128
    ) {
        self.limits = limits
        // A datagram more than what is handed on at once: its shortest messages make the most lines.
        lines = LineBuffer(capacity: limits.lineBytes + (256 << 10))
        prefixes = PrefixTable(capacity: limits.prefixes, seed: seed)
        identityTexts = IdentityTable(capacity: limits.identities)
        interfaces = InterfaceNames(interfaceName)
        connections = ConnectionTable(capacity: limits.connections, seed: seed)
        denials = DenialBudget(
            capacity: limits.deniedSources, perWindow: limits.deniedPerWindow, window: limits.deniedWindow, seed: seed)
        self.clock = clock
        clockOffset = clock.realtime &- clock.boottime
        interfacesSince = clock.boottime
        self.handshakes = handshakes
        replace(context)
    }

    /// Takes another context: from now on records are written by it.
    public mutating func replace(_ context: RecordContext) {
        self.context = context
        policyText = context.policyDigest.isEmpty ? [] : Array(",\"policy\":\"\(context.policyDigest)\"".utf8)
        prefixes.resolve(context.ports)
        subjectNumbers = []
        for subject in context.identities.subjects {
            subjectNumbers.append(identityTexts.number(of: subject.name, subject.proof))
        }
    }

    /// Lines that were written and not handed on.
    public var pendingLines: Int { lines.count }

    /// Whether there are so many bytes of lines that they should be handed on.
    public var isFull: Bool { lines.used >= limits.lineBytes }

    /// Hands the lines on and forgets them; when that fails they stay.
    public mutating func drain<Failure: Error>(_ body: (Span<UInt8>, Int) throws(Failure) -> Void) throws(Failure) {
        guard lines.count > 0 else { return }
        let count = lines.count
        try lines.withBytes { (bytes) throws(Failure) in try body(Span(_unsafeElements: bytes), count) }
        lines.removeAll()
    }

    /// The connections that are followed.
    public var followed: Int { connections.count }

    /// The group's last heartbeat on the clock that nobody sets; nil when there was none.
    public func lastHeartbeat(ofGroup group: UInt16) -> Int64? {
        groups.first { $0.group == group }.flatMap { $0.heartbeat == .min ? nil : $0.heartbeat }
    }
}

/// What a recorder has read and written since it was made.
public struct RecorderTotals: Hashable, Sendable {
    /// Packets that rules logged.
    public internal(set) var packets: UInt64 = 0
    /// Events of conntrack.
    public internal(set) var events: UInt64 = 0
    /// Lines written.
    public internal(set) var lines: UInt64 = 0
    /// Refusals that were counted and summed up.
    public internal(set) var suppressed: UInt64 = 0
    /// Messages that could not be read.
    public internal(set) var malformed: UInt64 = 0
    /// Packets that are known to be missing.
    public internal(set) var lost: UInt64 = 0
    /// Connections that were followed no more because there was no room.
    public internal(set) var forgotten: UInt64 = 0
}
