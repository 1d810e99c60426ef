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
    /// Nanoseconds between signs of life.
    public var heartbeat: Int64 = 60_000_000_000
    /// Bytes of lines that are handed on at once.
    public var lineBytes = 256 << 10

    /// Creates the limits for a gate of usual size: about 60 MB.
    public init() {}
}
