/// How an NFLOG group is listened to.
public struct NflogSettings: Hashable, Sendable {
    /// Bytes of each packet that are copied: a ClientHello with post-quantum keys fits, also where the card has joined its segments.
    public var copyRange: UInt32 = 4_096
    /// Packets that the kernel gathers before it hands them over.
    public var queueThreshold: UInt32 = 32
    /// How long it waits for so many, in hundredths of a second.
    public var queueTimeout: UInt32 = 10
    /// Bytes in which it gathers them.
    public var gatherBytes: UInt32 = 16_384
    /// Bytes of what was handed over and not read yet.
    public var receiveBuffer: Int = 32 << 20

    /// Creates the settings that fit a gate.
    public init() {}
}
