import Glibc
public import Policy

/// The SSH connection a command is run over, as sshd tells it (SSH_CONNECTION).
public struct SSHConnection: Hashable, Sendable {
    /// The client's address.
    public let client: IPAddress
    /// The port of the server on this host.
    public let port: UInt16
    /// The server's address on this host.
    public let server: IPAddress

    /// Creates a connection.
    public init(client: IPAddress, port: UInt16, server: IPAddress) {
        self.client = client
        self.port = port
        self.server = server
    }

    /// Reads the value of SSH_CONNECTION: client address and port, server address and port.
    public init?(parsing text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 4, let client = Self.address(parts[0]), UInt16(parts[1]) != nil,
            let server = Self.address(parts[2]), let port = UInt16(parts[3]), port > 0
        else { return nil }
        self.init(client: client, port: port, server: server)
    }

    /// Reads an address without its zone; a mapped IPv4 address becomes IPv4.
    private static func address(_ text: Substring) -> IPAddress? {
        var text = text.prefix { $0 != "%" }
        if text.hasPrefix("::ffff:"), text.contains(".") { text = text.dropFirst(7) }
        return try? IPAddress(parsing: String(text))
    }

    /// Finds the connection this process is run over: in its environment or, where sudo or su took that away, in that of
    /// its ancestors.
    public static func current(
        environment: String?, ancestors: () -> [[UInt8]] = { Ancestors.environments() }
    ) -> SSHConnection? {
        if let environment, let connection = SSHConnection(parsing: environment) { return connection }
        let key = Array("SSH_CONNECTION=".utf8)
        for block in ancestors() {
            for entry in block.split(separator: 0) where entry.starts(with: key) {
                let value = String(decoding: entry.dropFirst(key.count).prefix(200), as: UTF8.self)
                if let connection = SSHConnection(parsing: value) { return connection }
            }
        }
        return nil
    }
}
