import Policy

/// Whom a rule's networks and identities mean together, in the terms that the kernel can tell: remote addresses by family,
/// and this host's own connections by loopback address or by process.
struct RuleSources: Hashable, Sendable {
    /// IPv4 sources outside this host.
    var v4: IntervalSet<UInt32> = .empty
    /// IPv6 sources outside this host.
    var v6: IntervalSet<UInt128> = .empty
    /// This host's own connections: any of these clauses, each of them whole.
    var own: [OwnClause] = []
    /// Sources outside this host that are told by more than their address: any of these clauses.
    var proven: [ProvenClause] = []

    /// Whether nobody is meant.
    var isEmpty: Bool { v4.isEmpty && v6.isEmpty && own.isEmpty && proven.isEmpty }
}

/// Sources that are told by more than their address.
struct ProvenClause: Hashable, Sendable {
    /// How the host can tell.
    enum Proof: Hashable, Sendable {
        /// An authenticated session, or a grant: addresses that portgate puts into a set while the gate is in force.
        case session(Name)
        /// The interface that a packet came in by, and with it what WireGuard checked.
        case interface(String)
        /// The security association that a packet came in by.
        case security(IPsecProof)
        /// A neighbour's hardware address and interface.
        case link(LinkProof)
    }

    /// How the host can tell.
    var proof: Proof
    /// The IPv4 addresses it counts for; nil for all.
    var v4: IntervalSet<UInt32>?
    /// The IPv6 addresses it counts for; nil for all.
    var v6: IntervalSet<UInt128>?
}

/// A part of this host's own connections: all that it states must hold.
struct OwnClause: Hashable, Sendable {
    /// Source addresses of own connections.
    enum Addresses: Hashable, Sendable {
        /// Any, also of a family yet to come: the built-in network `loopback`.
        case all
        /// Exactly these. Not both empty.
        case only(v4: IntervalSet<UInt32>, v6: Bool)
    }

    /// The source addresses.
    var addresses: Addresses
    /// The processes; nil when any will do.
    var processes: ProcessClause?
}

/// Owners of sockets. A packet matches when its socket's user is listed, where users are, and its group is, where groups are.
struct ProcessClause: Hashable, Sendable {
    /// User numbers, sorted; nil when any will do.
    var users: [UInt32]?
    /// Group numbers, sorted; nil when any will do. Never nil together with `users` and `cgroup`.
    var groups: [UInt32]?
    /// The cgroup that the socket must be in, or below; nil when any will do.
    var cgroup: Cgroup?

    /// A cgroup of an identity.
    struct Cgroup: Hashable, Sendable, Comparable {
        /// The identity that names it; its set holds the ids that the path has on this host.
        var identity: Name
        /// The path below the unified hierarchy, without a leading slash.
        var path: String

        /// How deep the path is: the root is 0.
        var level: Int { path.utf8.split(separator: UInt8(ascii: "/")).count }

        static func < (left: Cgroup, right: Cgroup) -> Bool { left.identity < right.identity }
    }
}

extension RuleSources {
    /// Works out whom `networks` and `identities` mean together.
    init(networks: Restriction<AddressSet>, identities: Restriction<ResolvedIdentities>) {
        switch (networks, identities) {
        case (.unrestricted, .unrestricted):
            // A rule that states no source means nobody, never everybody.
            return
        case (.only(let addresses), .unrestricted):
            add(addresses)
        case (.unrestricted, .only(let identities)):
            add(identities.addresses)
            addProcesses(identities.processes, from: .all)
            proven = identities.proven
        case (.only(let addresses), .only(let identities)):
            add(addresses.intersection(identities.addresses))
            if let own = addresses.ownAddresses { addProcesses(identities.processes, from: own) }
            proven = identities.proven.map { clause in
                var clause = clause
                clause.v4 = clause.v4.map { $0.intersection(addresses.v4) } ?? addresses.v4
                clause.v6 = clause.v6.map { $0.intersection(addresses.v6) } ?? addresses.v6
                return clause
            }.filter { $0.v4?.isEmpty == false || $0.v6?.isEmpty == false }
        }
    }

    private mutating func add(_ addresses: AddressSet) {
        v4 = addresses.v4
        v6 = addresses.v6
        if let own = addresses.ownAddresses { self.own.append(OwnClause(addresses: own, processes: nil)) }
    }

    private mutating func addProcesses(_ processes: [ProcessClause], from addresses: OwnClause.Addresses) {
        for clause in processes { own.append(OwnClause(addresses: addresses, processes: clause)) }
    }
}

extension AddressSet {
    /// The part that means own connections, or nil when there is none.
    fileprivate var ownAddresses: OwnClause.Addresses? {
        if loopback { return .all }
        return ownIsEmpty ? nil : .only(v4: loopbackV4, v6: loopbackV6)
    }
}
