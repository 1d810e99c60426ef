public import Nftables
public import Policy

/// The names of the sets that are filled while the gate is in force. What they hold is no part of a policy's meaning; that they
/// are asked is.
public enum RuntimeSets {
    /// Returns the set of the addresses of an identity's sessions.
    public static func sessions(of identity: Name, _ family: AddressFamily) -> String {
        ObjectNames.sessions(identity, v6: family == .v6)
    }

    /// Returns the set of the sources that are granted access to a port.
    public static func grants(to port: Name, _ family: AddressFamily) -> String {
        ObjectNames.grants(port, v6: family == .v6)
    }

    /// Returns the set of the ids of an identity's cgroup, and how deep its path is.
    public static func cgroups(of identity: Name, path: String) -> (name: String, level: UInt32) {
        let cgroup = ProcessClause.Cgroup(identity: identity, path: path)
        return (ObjectNames.cgroups(cgroup), UInt32(UInt8(clamping: cgroup.level)))
    }

    /// Returns the set that holds the protocols of packets while a durable ledger was there within so many seconds.
    public static func durable(within seconds: UInt32) -> String { ObjectNames.durable(within: seconds) }

    /// Tells whether a set of the gate's table is filled while it is in force.
    public static func contains(_ name: String) -> Bool {
        ["pg_i4_", "pg_i6_", "pg_g4_", "pg_g6_", ObjectNames.cgroupPrefix, ObjectNames.durablePrefix]
            .contains { name.hasPrefix($0) }
            || name == ObjectNames.firstBytes || name == ObjectNames.opened
    }
}

/// What the first payload of a client may be, as the gate compares it.
public enum FirstPayload {
    /// Returns the ways to be right: each a row of comparisons that must all hold.
    public static func alternatives(
        for types: [RequestType], over transport: TransportProtocol, signatures: [Signature]
    ) -> [[PayloadMatch]] {
        RequestMatcher(clientSpeaks: types, over: transport, signatures: signatures).alternatives
    }
}

extension CompileOptions {
    /// The stretch of the policy's time whose openings are rendered; after it every window is closed.
    public var renderedStretch: (start: Instant, end: Instant) { stretch }
}
