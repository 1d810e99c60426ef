public import Policy

/// A session that is alive, as it stands in the register.
public struct SessionEntry: Hashable, Sendable {
    /// The account that proves itself.
    public let account: UInt32
    /// The address it comes from.
    public let source: IPAddress
    /// The process that keeps the session.
    public let process: Int32
    /// When it began.
    public let since: Instant

    /// Creates an entry.
    public init(account: UInt32, source: IPAddress, process: Int32, since: Instant) {
        self.account = account
        self.source = source
        self.process = process
        self.since = since
    }

    private static let prefix = "portgate-session"

    /// The name that stands for it in the kernel: `portgate-session/UID/ADDRESS/PID/SINCE`, at most 90 bytes.
    var name: String { "\(Self.prefix)/\(account)/\(source)/\(process)/\(since.seconds)" }

    /// Reads a name that a socket of a user bears. Anybody may bind any name of this kind: it counts when the socket is of root
    /// or of the account that it names.
    init?(name: String, owner: UInt32) {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0] == Self.prefix, let account = UInt32(parts[1]),
            let source = try? IPAddress(parsing: String(parts[2])), let process = Int32(parts[3]), process > 0,
            let since = Int64(parts[4]), since >= 0, owner == 0 || owner == account
        else { return nil }
        self.init(account: account, source: source, process: process, since: Instant(seconds: since))
    }
}
