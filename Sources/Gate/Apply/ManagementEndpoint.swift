public import Policy

/// A way into the host that a change must leave open: a source that reaches a port.
public struct ManagementEndpoint: Hashable, Sendable, CustomStringConvertible {
    /// Who asks for it.
    public enum Origin: Hashable, Sendable {
        /// It is the connection the command is run over.
        case currentSSH
        /// It was named with `--must-allow`.
        case named
    }

    /// The source.
    public let source: IPAddress
    /// The port on this host.
    public let port: UInt16
    /// The protocol.
    public let transport: TransportProtocol
    /// Whether the connection is one of this host to itself.
    public let isOwn: Bool
    /// Who asks for it.
    public let origin: Origin

    /// Creates an endpoint.
    public init(
        source: IPAddress, port: UInt16, transport: TransportProtocol = .tcp, isOwn: Bool = false, origin: Origin
    ) {
        self.source = source
        self.port = port
        self.transport = transport
        self.isOwn = isOwn || source.isLoopback
        self.origin = origin
    }

    /// Creates the endpoint of an SSH connection.
    public init(_ connection: SSHConnection) {
        self.init(
            source: connection.client, port: connection.port, isOwn: connection.client == connection.server,
            origin: .currentSSH)
    }

    /// Reads `ADDRESS[@PORT[/PROTOCOL]]`; the port is 22 and the protocol tcp unless stated. Nil when the text is neither.
    public init?(parsing text: String) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let source = try? IPAddress(parsing: String(first)) else { return nil }
        var port: UInt16 = 22
        var transport = TransportProtocol.tcp
        if parts.count == 2 {
            let service = parts[1].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard let number = service.first.flatMap({ UInt16($0) }), number > 0 else { return nil }
            port = number
            if service.count == 2 {
                guard let named = TransportProtocol.allCases.first(where: { $0.name == service[1] }) else { return nil }
                transport = named
            }
        }
        self.init(source: source, port: port, transport: transport, origin: .named)
    }

    /// `10.0.0.5 to port 22/tcp`.
    public var description: String { "\(source) to port \(port)/\(transport.name)" }
}
