/// What a loop listens to and how.
public struct RecorderLoopSettings: Sendable {
    /// The NFLOG groups.
    public var groups: [UInt16]
    /// How they are listened to.
    public var nflog = NflogSettings()
    /// Whether conntrack is heard, for the ends of connections.
    public var conntrack = true
    /// Bytes of conntrack's receive buffer.
    public var conntrackBuffer = 32 << 20
    /// Bytes after which lines are made durable, whatever the time.
    public var commitBytes = 1 << 20
    /// Nanoseconds after which lines are made durable, however few.
    public var commitInterval: Int64 = 1_000_000_000
    /// Seconds between looks at all connections: for those whose end was missed, and so that the kernel tells of ends soon.
    public var sweepSeconds: Int64 = 60
    /// Seconds without a heartbeat after which a group through which one should come is said to be silent. One is sent in a third
    /// of the time.
    public var heartbeatSeconds: Int64 = 15
    /// The boot, for the record of the start.
    public var bootID = ""

    /// Creates settings for some groups.
    public init(groups: [UInt16]) { self.groups = groups }
}
