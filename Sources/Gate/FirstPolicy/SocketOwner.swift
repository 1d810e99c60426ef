/// The process that holds a socket, as /proc tells it. What cannot be read is nil.
public struct SocketOwner: Hashable, Sendable {
    /// The process.
    public let process: Int32
    /// Its short name.
    public let name: String
    /// Its command line, cut short.
    public let command: String?
    /// Its systemd unit, by its cgroup.
    public let unit: String?

    /// Creates a description.
    public init(process: Int32, name: String, command: String?, unit: String?) {
        self.process = process
        self.name = name
        self.command = command
        self.unit = unit
    }
}
