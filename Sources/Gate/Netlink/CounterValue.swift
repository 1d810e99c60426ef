/// What a named counter has counted.
public struct CounterValue: Hashable, Sendable {
    /// Packets.
    public let packets: UInt64
    /// Bytes of those packets.
    public let bytes: UInt64

    /// Creates a value.
    public init(packets: UInt64, bytes: UInt64) {
        self.packets = packets
        self.bytes = bytes
    }
}
