/// A policy made ready to decide many attempts: names are looked up by hash, ports by bisection.
///
/// Making one costs time in proportion to the number of declarations, not of addresses.
public struct Decider: Sendable {
    /// The policy that decides.
    public let policy: Policy
    private let windows: [Name: Window]
    private let identities: [Name: IdentityProof]
    /// For each protocol the declared ranges in order, with the index of their declaration. Declarations do not overlap.
    private let ranges: [TransportProtocol: [(range: PortRange, port: Int)]]

    /// Makes a policy ready.
    public init(_ policy: Policy) {
        self.policy = policy
        windows = Dictionary(policy.windows.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        identities = Dictionary(policy.identities.map { ($0.name, $0.proof) }, uniquingKeysWith: { first, _ in first })
        var ranges: [TransportProtocol: [(range: PortRange, port: Int)]] = [:]
        for (index, port) in policy.ports.enumerated() {
            for transport in port.protocols {
                ranges[transport, default: []] += port.ports.map { (range: $0, port: index) }
            }
        }
        self.ranges = ranges.mapValues { $0.sorted { ($0.range.first, $0.port) < ($1.range.first, $1.port) } }
    }

    /// Decides an attempt, as ``Policy/decide(_:)`` does.
    public func decide(_ attempt: AccessAttempt) -> Decision {
        guard let index = port(attempt.port, attempt.transport) else { return .undeclared }
        var misses: [NearMiss] = []
        for (number, rule) in policy.ports[index].rules.enumerated() where rule.mode == .enforce {
            let mismatches = self.mismatches(of: rule, with: attempt)
            if mismatches.isEmpty { return .allowed(port: index, rule: number) }
            misses.append(NearMiss(rule: number, mismatches: mismatches))
        }
        misses.sort { ($0.mismatches.count, $0.rule) < ($1.mismatches.count, $1.rule) }
        return .refused(port: index, misses: misses)
    }

    /// Returns the index of the declaration that covers a port.
    public func port(_ number: UInt16, _ transport: TransportProtocol) -> Int? {
        guard let ranges = ranges[transport] else { return nil }
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].range.last < number { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].range.first <= number ? ranges[low].port : nil
    }

    /// Returns every dimension in which a rule does not match an attempt.
    func mismatches(of rule: AccessRule, with attempt: AccessAttempt) -> [Mismatch] {
        var found: [Mismatch] = []
        switch (rule.networks, rule.identities) {
        case (.only(let addresses), _):
            if !addresses.contains(attempt) { found.append(.network) }
        case (.unrestricted, .unrestricted):
            // A rule without networks and identities is refused by the loader; here it matches nobody.
            found.append(.network)
        case (.unrestricted, .only):
            break
        }
        if case .only(let names) = rule.identities, !names.contains(where: { holds($0, for: attempt) }) {
            found.append(.identity)
        }
        if case .only(let names) = rule.windows, !names.contains(where: { isOpen($0, at: attempt.time) }) {
            found.append(.window)
        }
        if case .only(let types) = rule.requests {
            let spoken =
                attempt.request.map { request in
                    types.contains { type in
                        type.admits(request) && type.transports.contains(attempt.transport)
                    }
                } ?? false
            if !spoken { found.append(.request) }
        }
        if let expires = rule.expires, attempt.time >= expires { found.append(.expired) }
        return found
    }

    /// Returns the window of that name.
    func window(_ name: Name) -> Window? { windows[name] }

    /// Tells whether a window is open; one that is not declared is closed.
    private func isOpen(_ name: Name, at moment: Instant) -> Bool {
        windows[name].map { $0.schedule.isOpen(at: moment, in: $0.zone) } ?? false
    }

    /// Tells whether an identity holds for an attempt.
    ///
    /// One told by address holds for its addresses, whatever the attempt says. Any other holds when the attempt names it and it
    /// is possible: a process only for connections of this host to itself, a WireGuard peer only from its addresses. A group holds
    /// when a member does, and when the attempt names the group itself and one of its members is possible.
    public func holds(_ name: Name, for attempt: AccessAttempt) -> Bool {
        // Groups may be nested as deep as a file likes and share members: each is looked into at most twice, as one that the
        // attempt names and as one that it does not.
        var waiting = [(name: name, groupIsNamed: false)]
        var lookedInto: [Name: Bool] = [:]
        while let (name, groupIsNamed) = waiting.popLast() {
            guard let proof = identities[name] else { continue }
            let isNamed = groupIsNamed || attempt.identities.contains(name)
            guard case .members(let members) = proof else {
                if Self.holds(proof, isNamed: isNamed, for: attempt) { return true }
                continue
            }
            if let before = lookedInto[name], before || !isNamed { continue }
            lookedInto[name] = isNamed
            waiting += members.map { (name: $0, groupIsNamed: isNamed) }
        }
        return false
    }

    private static func holds(_ proof: IdentityProof, isNamed: Bool, for attempt: AccessAttempt) -> Bool {
        switch proof {
        case .addresses(let addresses): addresses.contains(attempt)
        case .process: isNamed && attempt.isOwn
        case .wireguard(_, let addresses): isNamed && addresses.contains(attempt)
        case .ipsec, .link, .session: isNamed
        case .members: false
        }
    }
}

extension AddressSet {
    /// Tells whether an attempt comes from one of the sources: a connection of this host to itself, or a remote one.
    func contains(_ attempt: AccessAttempt) -> Bool {
        attempt.isOwn ? containsOwn(attempt.source) : containsRemote(attempt.source)
    }
}
