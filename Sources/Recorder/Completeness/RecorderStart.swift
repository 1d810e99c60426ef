/// What a recorder is and hears, for the record of its start.
public struct RecorderStart: Sendable {
    /// The boot (`/proc/sys/kernel/random/boot_id`).
    public var bootID: String
    /// The process.
    public var process: Int32
    /// The groups that are listened to, with the bytes of their receive buffers.
    public var groups: [(group: UInt16, receiveBuffer: Int)]
    /// The bytes of conntrack's receive buffer; nil when its events are not heard.
    public var conntrackBuffer: Int?

    /// Creates the facts of a start.
    public init(
        bootID: String, process: Int32, groups: [(group: UInt16, receiveBuffer: Int)], conntrackBuffer: Int?
    ) {
        self.bootID = bootID
        self.process = process
        self.groups = groups
        self.conntrackBuffer = conntrackBuffer
    }
}
