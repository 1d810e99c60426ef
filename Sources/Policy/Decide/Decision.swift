/// A connection attempt as the policy's reference decision sees it.
public struct AccessAttempt: Hashable, Sendable {
    /// The source address; an IPv4-mapped IPv6 address has been turned into IPv4.
    public var source: IPAddress
    /// Whether it is made by this host to itself. A loopback source always is.
    public var isOwn: Bool
    /// The port asked for.
    public var port: UInt16
    /// The transport protocol.
    public var transport: TransportProtocol
    /// When.
    public var time: Instant
    /// Identities that hold beside those told by address (a process, a session): names of the policy, members not expanded.
    public var identities: Set<Name>
    /// What its first bytes are; nil when nothing is known of them.
    public var request: RequestType?

    /// Creates an attempt.
    public init(
        source: IPAddress, isOwn: Bool = false, port: UInt16, transport: TransportProtocol, time: Instant,
        identities: Set<Name> = [], request: RequestType? = nil
    ) {
        self.source = source
        self.isOwn = isOwn || source.isLoopback
        self.port = port
        self.transport = transport
        self.time = time
        self.identities = identities
        self.request = request
    }
}

/// Why a rule did not match an attempt.
public enum Mismatch: Hashable, Sendable {
    /// The source is outside the rule's networks.
    case network
    /// None of the rule's identities holds.
    case identity
    /// None of the rule's windows is open.
    case window
    /// The first bytes are not of the rule's request types, or unknown.
    case request
    /// The rule's last moment has passed.
    case expired
}

/// One rule that did not match, and every dimension in which it did not.
public struct NearMiss: Hashable, Sendable {
    /// Index into ``Port/rules``.
    public let rule: Int
    /// All that kept it from matching; never empty.
    public let mismatches: [Mismatch]
}

/// What a policy decides on an attempt.
public enum Decision: Hashable, Sendable {
    /// No declaration covers the port: the gate does not judge it.
    case undeclared
    /// Allowed by the first matching rule. Indexes into ``Policy/ports`` and ``Port/rules``.
    case allowed(port: Int, rule: Int)
    /// Refused by a declared port. The misses are ordered by how little was missing.
    case refused(port: Int, misses: [NearMiss])
}

extension Policy {
    /// Decides an attempt. Pure; this is the definition of what a policy means, and everything compiled from it must agree.
    ///
    /// Modes do not count here: the decision is the one that `enforce` would make.
    public func decide(_ attempt: AccessAttempt) -> Decision {
        guard let index = ports.firstIndex(where: { $0.covers(attempt.port, attempt.transport) }) else {
            return .undeclared
        }
        var misses: [NearMiss] = []
        for (number, rule) in ports[index].rules.enumerated() {
            let mismatches = self.mismatches(of: rule, with: attempt)
            if mismatches.isEmpty { return .allowed(port: index, rule: number) }
            misses.append(NearMiss(rule: number, mismatches: mismatches))
        }
        misses.sort { ($0.mismatches.count, $0.rule) < ($1.mismatches.count, $1.rule) }
        return .refused(port: index, misses: misses)
    }

    /// Returns every dimension in which a rule does not match an attempt.
    func mismatches(of rule: AccessRule, with attempt: AccessAttempt) -> [Mismatch] {
        var found: [Mismatch] = []
        switch rule.networks {
        case .unrestricted:
            break
        case .only(let addresses):
            let contained =
                attempt.isOwn
                ? addresses.containsOwn(attempt.source) : addresses.containsRemote(attempt.source)
            if !contained { found.append(.network) }
        }
        switch rule.identities {
        case .unrestricted:
            // A rule without networks and identities is refused by the loader; here it would match nobody.
            if rule.networks == .unrestricted { found.append(.network) }
        case .only(let names):
            if !names.contains(where: { holds($0, for: attempt, depth: 0) }) { found.append(.identity) }
        }
        if case .only(let names) = rule.windows {
            let open = names.contains { name in
                window(named: name).map { $0.schedule.isOpen(at: attempt.time, in: $0.zone) } ?? false
            }
            if !open { found.append(.window) }
        }
        if case .only(let types) = rule.requests {
            let spoken = attempt.request.map { request in types.contains { $0.admits(request) } } ?? false
            if !spoken { found.append(.request) }
        }
        if let expires = rule.expires, attempt.time >= expires { found.append(.expired) }
        return found
    }

    /// Tells whether an identity holds for an attempt: it is one of the attempt's own, or its addresses or members say so.
    public func holds(_ name: Name, for attempt: AccessAttempt) -> Bool { holds(name, for: attempt, depth: 0) }

    private func holds(_ name: Name, for attempt: AccessAttempt, depth: Int) -> Bool {
        if attempt.identities.contains(name) { return true }
        guard depth < 32, let identity = identity(named: name) else { return false }
        switch identity.proof {
        case .addresses(let addresses):
            return attempt.isOwn
                ? addresses.containsOwn(attempt.source) : addresses.containsRemote(attempt.source)
        case .members(let members):
            return members.contains { holds($0, for: attempt, depth: depth + 1) }
        case .process, .wireguard, .ipsec, .link, .session:
            return false
        }
    }
}

extension IPAddress {
    /// Whether the address is in 127.0.0.0/8 or is ::1.
    public var isLoopback: Bool {
        switch self {
        case .v4(let address): address.bits >> 24 == 127
        case .v6(let address): address.bits == 1
        }
    }
}

extension RequestType {
    /// Tells whether a request of type `spoken` is one of these.
    func admits(_ spoken: RequestType) -> Bool {
        switch (self, spoken) {
        case (.any, _): true
        case (.tls, .tls12): true
        case (.postgresql, .postgresqlTLS): true
        case (.http(let method, let prefix), .http(let spokenMethod, let spokenPath)):
            (method == nil || method == spokenMethod)
                && (prefix.map { wanted in spokenPath.map { $0.hasPrefix(wanted) } ?? false } ?? true)
        case (.redis(let commands), .redis(let spokenCommands)):
            commands.isEmpty || (!spokenCommands.isEmpty && spokenCommands.allSatisfy(commands.contains))
        default: self == spoken
        }
    }
}
