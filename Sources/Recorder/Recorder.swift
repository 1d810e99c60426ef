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
    /// The sessions that were told to last, and whether there may be others now.
    var toldSessions: Set<SessionInterval> = []
    var hasOtherSessions = false
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
    /// Ends that were told of before the beginnings, and since when.
    var held: [ConntrackEvent] = []
    var heldSince = Int64.max
    /// The boot, as it is written to signs of life, and when the next one is due.
    var bootText = ""
    var nextHeartbeat = Int64.max
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
        held.reserveCapacity(Self.mostHeld)
        replace(context)
    }

    /// Takes another context: from now on records are written by it.
    public mutating func replace(_ context: RecordContext) {
        self.context = context
        hasOtherSessions = true
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

    /// Whether a rule of the gate logs heartbeats through a group.
    public func expectsHeartbeat(ofGroup group: UInt16) -> Bool { context.heartbeatGroup == group }

    /// The group's last heartbeat on the clock that nobody sets; nil when there was none.
    public func lastHeartbeat(ofGroup group: UInt16) -> Int64? {
        groups.first { $0.group == group }.flatMap { $0.heartbeat == .min ? nil : $0.heartbeat }
    }
}
