/// What would undo a deviation. It is only ever shown: nobody but the operator does it.
public enum Repair: Hashable, Sendable {
    /// Put in force what is declared, or what was recorded.
    case apply
    /// Give a setting of the kernel the value that it had.
    case setting(name: String, value: String)
    /// Stop what listens, or declare it.
    case listener(Listener)
    /// Let the host load the gate when it starts.
    case boot
    /// Something else, a line each.
    case advice([String])

    /// Something that listens, as far as stopping or declaring it needs to know.
    public struct Listener: Hashable, Sendable {
        /// `tcp` or `udp`.
        public var transport: String
        /// The port.
        public var port: UInt16
        /// The process.
        public var process: Int32?
        /// Its short name.
        public var name: String?
        /// Its systemd unit.
        public var unit: String?

        /// Describes something that listens.
        public init(transport: String, port: UInt16, process: Int32? = nil, name: String? = nil, unit: String? = nil) {
            self.transport = transport
            self.port = port
            self.process = process
            self.name = name
            self.unit = unit
        }
    }
}
