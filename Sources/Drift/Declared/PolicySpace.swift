import Compiler
import Nftables
import PacketSpace
import Policy

/// What a policy allows, as a set of packets: made from the policy itself, not from what the compiler renders.
struct PolicySpace {
    let policy: Policy
    let options: CompileOptions
    let scenario: Scenario
    let variables: PacketVariables
    /// What was worked out for other ways.
    var known = PolicyIntervals()

    private var space: PacketSpace { variables.space }
    private var tests: SymbolicTests { SymbolicTests(variables: variables) }
    private var isCollecting: Bool { !variables.isSettled }
    private var family: AddressFamily { scenario.family }

    /// A declared port and who may reach it.
    struct Allowance {
        /// The index of the port in the policy.
        let port: Int
        /// The packets that ask for it.
        let asked: Node
        /// Those of them that are allowed.
        let allowed: Node
        /// What each enforced rule allows, by its index.
        let rules: [(rule: Int, allowed: Node)]
    }

    /// The instants for which windows are rendered, in nanoseconds of the kernel's clock; nil when no rule has any.
    static func times(of policy: Policy, _ options: CompileOptions) -> IntervalList? {
        let usesTime = policy.ports.contains { $0.rules.contains { $0.windows != .unrestricted || $0.expires != nil } }
        guard usesTime else { return nil }
        let stretch = options.renderedStretch
        return nanoseconds(stretch.start, stretch.end, options).map { IntervalList($0.first, $0.last) }
    }

    /// Returns what each port allows; while variables are not settled, only demands.
    func allowances() throws -> [Allowance] {
        var found: [Allowance] = []
        // All of them are asked about, also by what is said of translated ports.
        if isCollecting { for port in policy.ports { _ = try asked(port) } }
        for (index, port) in policy.ports.enumerated() where port.mode == .enforce {
            let asked = try self.asked(port)
            var rules: [(rule: Int, allowed: Node)] = []
            for (number, rule) in port.rules.enumerated() where rule.mode == .enforce {
                let place = PolicyIntervals.Place(port: index, rule: number, family: family)
                rules.append((number, try and([asked, try allowed(rule, at: place, of: port)])))
            }
            var all = rules.map(\.allowed)
            if port.grants != nil, !scenario.isOwn {
                all.append(try and([asked, try holds(RuntimeSets.grants(to: port.name, family), "saddr")]))
            }
            var allowed = try or(all)
            if let audit = port.audit {
                // Whoever may be let in without a durable ledger still has to be allowed.
                let durable = try atom(.durable(RuntimeSets.durable(within: audit.withinSeconds), family))
                let audited = try or([durable, try sources(audit.breakGlass)])
                rules = try rules.map { ($0.rule, try and([$0.allowed, audited])) }
                allowed = try and([allowed, audited])
            }
            found.append(Allowance(port: index, asked: asked, allowed: allowed, rules: rules))
        }
        return found
    }

    /// Returns the packets that ask for a port.
    func asked(_ port: Port) throws -> Node {
        let numbers = port.ports.map { (first: UInt128($0.first), last: UInt128($0.last)) }
        let protocols = port.protocols.map { UInt128($0.rawValue) }.sorted()
        return try and([
            try member(.destinationPort, IntervalList(numbers)),
            try member(.transport, IntervalList(protocols.map { (first: $0, last: $0) })),
        ])
    }

    // MARK: Rules

    private func allowed(_ rule: AccessRule, at place: PolicyIntervals.Place, of port: Port) throws -> Node {
        var parts: [Node] = []
        switch (rule.networks, rule.identities) {
        case (.unrestricted, .unrestricted): return .empty
        case (.only(let addresses), .unrestricted): parts.append(try sources(addresses, at: place))
        case (.unrestricted, .only(let names)): parts.append(try holds(names))
        case (.only(let addresses), .only(let names)):
            parts += [try sources(addresses, at: place), try holds(names)]
        }
        if let time = try time(of: rule, at: place) { parts.append(time) }
        if case .only(let types) = rule.requests { parts.append(try speaks(types, on: port)) }
        return try and(parts)
    }

    private func sources(_ addresses: AddressSet, at place: PolicyIntervals.Place? = nil) throws -> Node {
        guard scenario.isOwn else {
            return try member(.source, known.sources(at: place) { addresses.intervals(of: family) })
        }
        if addresses.loopback { return .full }
        switch family {
        case .v4:
            return try member(
                .source,
                IntervalList(addresses.loopbackV4.intervals.map { (UInt128($0.first), UInt128($0.last)) }))
        case .v6: return addresses.loopbackV6 ? try member(.source, IntervalList(1, 1)) : .empty
        }
    }

    // MARK: Identities

    private func holds(_ names: [Name]) throws -> Node {
        var parts: [Node] = []
        var seen: Set<Name> = []
        var waiting = names
        while let name = waiting.popLast() {
            guard seen.insert(name).inserted, let identity = policy.identity(named: name) else { continue }
            switch identity.proof {
            case .members(let members): waiting += members
            case .addresses(let addresses): parts.append(try sources(addresses))
            case .process(let proof):
                if scenario.isOwn { parts.append(try process(proof, of: name)) }
            case .wireguard(let interface, let addresses):
                if !scenario.isOwn {
                    parts.append(try and([try comes(by: interface), try sources(addresses)]))
                }
            case .ipsec(let proof):
                if !scenario.isOwn { parts.append(try security(proof)) }
            case .link(let proof):
                if !scenario.isOwn { parts.append(try link(proof)) }
            case .session:
                if !scenario.isOwn { parts.append(try holds(RuntimeSets.sessions(of: name, family), "saddr")) }
            }
        }
        return try or(parts)
    }

    private func process(_ proof: ProcessProof, of name: Name) throws -> Node {
        var parts: [Node] = []
        if let user = proof.user {
            guard let number = number(user, options.accounts.user) else { return .empty }
            parts.append(try member(.meta(MetaKey.socketUser.rawValue), IntervalList(number, number)))
        }
        if let group = proof.group {
            guard let number = number(group, options.accounts.group) else { return .empty }
            parts.append(try member(.meta(MetaKey.socketGroup.rawValue), IntervalList(number, number)))
        }
        if let path = proof.cgroup {
            let set = RuntimeSets.cgroups(of: name, path: path)
            parts.append(try holds(set.name, Quantity.socket(key: 3, level: set.level).name))
        }
        return parts.isEmpty ? .empty : try and(parts)
    }

    private func number(_ account: ProcessProof.Account, _ resolve: (String) -> UInt32?) -> UInt128? {
        switch account {
        case .number(let number): UInt128(number)
        case .name(let name): resolve(name).map { UInt128($0) }
        }
    }

    private func comes(by interface: String) throws -> Node {
        let name = HookPath.interfaceName(interface)
        return try member(.meta(MetaKey.inputInterfaceName.rawValue), IntervalList(name, name))
    }

    private func security(_ proof: IPsecProof) throws -> Node {
        var parts = [try atom(Atom(.presence, "ipsec in 0"))]
        for (key, value) in [(SecurityKey.requestID, proof.reqid), (.parameterIndex, proof.spi)] {
            guard let value else { continue }
            let quantity = Quantity.ipsec(key: key.rawValue, direction: 0, index: 0)
            parts.append(try member(quantity, IntervalList(UInt128(value), UInt128(value))))
        }
        return try and(parts)
    }

    private func link(_ proof: LinkProof) throws -> Node {
        var parts: [Node] = []
        if let mac = proof.mac {
            // The address of an Ethernet header: ARPHRD_ETHER.
            parts.append(try atom(Atom(.presence, PacketReading.linkWords)))
            parts.append(try member(.meta(MetaKey.inputInterfaceType.rawValue), IntervalList(1, 1)))
            parts.append(try member(.linkSource, IntervalList(UInt128(mac), UInt128(mac))))
        }
        if let interface = proof.interface { parts.append(try comes(by: interface)) }
        return parts.isEmpty ? .empty : try and(parts)
    }

    // MARK: Times and first bytes

    private func time(of rule: AccessRule, at place: PolicyIntervals.Place) throws -> Node? {
        let open = known.times(at: place) { self.open(rule) }
        return try open.map { try member(.meta(MetaKey.time.rawValue), $0) }
    }

    /// Returns the instants at which a rule is open, on the kernel's clock; nil when it always is.
    private func open(_ rule: AccessRule) -> IntervalList? {
        var open: [(first: UInt128, last: UInt128)]?
        if case .only(let names) = rule.windows {
            let stretch = options.renderedStretch
            var ranges: [(first: UInt128, last: UInt128)] = []
            for window in names.compactMap({ policy.window(named: $0) }) {
                for range in window.schedule.openings(in: window.zone, from: stretch.start, to: stretch.end) {
                    let end = rule.expires.map { min($0, range.end) } ?? range.end
                    if range.start < end, let open = Self.nanoseconds(range.start, end, options) { ranges.append(open) }
                }
            }
            open = ranges
        } else if let expires = rule.expires {
            let end = Self.kernelSeconds(expires, options)
            let second: UInt128 = 1_000_000_000
            open = end > 0 ? [(first: UInt128(0), last: UInt128(end) * second - 1)] : []
        }
        return open.map { IntervalList($0) }
    }

    /// A stretch of the policy's time in nanoseconds of the kernel's clock. The kernel compares whole seconds, so the instant of
    /// the end itself is inside.
    private static func nanoseconds(
        _ start: Instant, _ end: Instant, _ options: CompileOptions
    ) -> (first: UInt128, last: UInt128)? {
        let first = kernelSeconds(start, options)
        let last = kernelSeconds(end, options)
        guard first < last else { return nil }
        let second: UInt128 = 1_000_000_000
        return (first: UInt128(first) * second, last: UInt128(last) * second)
    }

    private static func kernelSeconds(_ instant: Instant, _ options: CompileOptions) -> Int64 {
        let (sum, overflow) = instant.seconds.addingReportingOverflow(options.kernelClockOffset)
        if overflow { return instant.seconds < 0 ? 0 : 9_223_372_036 }
        return min(max(sum, 0), 9_223_372_036)
    }

    /// A TCP connection's first packet has no payload yet: its types are judged later. A datagram is judged by itself.
    private func speaks(_ types: [RequestType], on port: Port) throws -> Node {
        var parts: [Node] = []
        for transport in port.protocols.sorted(by: { $0.rawValue < $1.rawValue }) {
            let isTransport = try member(
                .transport, IntervalList(UInt128(transport.rawValue), UInt128(transport.rawValue)))
            if transport == .tcp {
                parts.append(isTransport)
                continue
            }
            let alternatives = FirstPayload.alternatives(for: types, over: transport, signatures: policy.signatures)
            for alternative in alternatives {
                var all = [isTransport]
                for match in alternative { all += try holds(match) }
                parts.append(try and(all))
            }
        }
        return try or(parts)
    }

    private func holds(_ match: PayloadMatch) throws -> [Node] {
        var parts = [try member(.payloadLength, IntervalList(UInt128(match.end), 0xffff))]
        for (place, byte) in match.bytes.enumerated() {
            let mask = match.mask?[place] ?? 0xff
            let index = variables.index(of: .byte(.inner, match.offset + place))
            for bit in 0..<8 where mask >> UInt8(7 - bit) & 1 == 1 {
                let node = try tests.node(.variable(index, bit))
                parts.append(byte >> UInt8(7 - bit) & 1 == 1 ? node : !node)
            }
        }
        return parts
    }

    // MARK: Nodes

    private func member(_ quantity: Quantity, _ intervals: IntervalList) throws -> Node {
        let index = variables.index(of: quantity)
        guard isCollecting else { return try variables.node(index, in: intervals) }
        variables.demand(index, intervals)
        return .full
    }

    private func holds(_ set: String, _ key: String) throws -> Node { try atom(.member(of: set, .gate, key)) }

    private func atom(_ atom: Atom) throws -> Node {
        let index = variables.index(of: .atom(atom))
        return isCollecting ? .full : try variables.node(index, in: IntervalList(1, 1))
    }

    private func and(_ parts: [Node]) throws -> Node { isCollecting ? .full : try space.intersection(of: parts) }
    private func or(_ parts: [Node]) throws -> Node { isCollecting ? .full : try space.union(of: parts) }
}
