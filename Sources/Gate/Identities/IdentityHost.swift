public import Compiler
import Glibc

/// What the host answers when it is asked about identities, so that every answer can be tried without one.
public struct IdentityHost: Sendable {
    /// Looks at a path of the unified hierarchy of cgroups.
    var controlGroup: @Sendable (_ path: String) -> ControlGroups.Look
    /// Tells whether this network namespace has an interface.
    var hasInterface: @Sendable (_ name: String) -> Bool
    /// Asks WireGuard about an interface.
    var peers: @Sendable (_ interface: String) -> WireGuardPeers
    /// The accounts of today.
    var accounts: AccountDatabase

    init(
        controlGroup: @escaping @Sendable (_ path: String) -> ControlGroups.Look,
        hasInterface: @escaping @Sendable (_ name: String) -> Bool,
        peers: @escaping @Sendable (_ interface: String) -> WireGuardPeers, accounts: AccountDatabase
    ) {
        self.controlGroup = controlGroup
        self.hasInterface = hasInterface
        self.peers = peers
        self.accounts = accounts
    }

    /// The host that this process runs on.
    public static func live(accounts: AccountDatabase) -> IdentityHost {
        let groups = ControlGroups.find()
        return IdentityHost(
            controlGroup: { groups.look(at: $0) }, hasInterface: { if_nametoindex($0) != 0 },
            peers: { WireGuardPeers.read($0) }, accounts: accounts)
    }
}
