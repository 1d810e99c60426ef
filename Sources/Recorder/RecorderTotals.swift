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
