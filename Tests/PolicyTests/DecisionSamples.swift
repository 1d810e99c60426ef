import Policy

/// Builds policies from values, without the loader: lint and decisions are tested apart from reading.
struct SamplePolicy {
    var policy: Policy
    private var line: UInt32 = 1

    init(text: String = "") {
        var sources = SourceMap()
        _ = sources.add(SourceFile(path: "policy.yaml", bytes: Array(text.utf8)))
        policy = Policy(
            version: 1, name: "sample", owner: "team", networks: [], identities: [], windows: [], ports: [],
            signatures: [],
            defaults: Defaults(), tests: [], sources: sources, digest: String(repeating: "0", count: 64))
    }

    /// A span on a line of its own.
    mutating func span() -> SourceSpan {
        line += 1
        return SourceSpan(file: 0, line: line, column: 1)
    }

    static func name(_ text: String) -> Name {
        guard let name = Name(text) else { preconditionFailure("\(text) is not a name") }
        return name
    }

    /// Blocks as `a.b.c.d/n`; IPv6 is given as numbers by ``v6(_:_:)``.
    static func v4(_ text: String) -> CIDR {
        let parts = text.split(separator: "/")
        let bits = parts[0].split(separator: ".").reduce(UInt32(0)) { $0 << 8 | (UInt32($1) ?? 0) }
        return .v4(IPv4Address(bits: bits), prefix: parts.count == 2 ? UInt8(parts[1]) ?? 32 : 32)
    }

    static func v6(_ bits: UInt128, _ prefix: UInt8) -> CIDR { .v6(IPv6Address(bits: bits), prefix: prefix) }

    static func address(_ text: String) -> IPAddress {
        guard case .v4(let address, _) = v4(text) else { preconditionFailure("IPv4 only") }
        return .v4(address)
    }

    static func set(_ blocks: String...) -> AddressSet { AddressSet(cidrs: blocks.map(v4)) }

    static func at(_ text: String) -> Instant {
        do throws(InstantError) { return try Instant(parsing: text) } catch { preconditionFailure("\(text) \(error)") }
    }

    @discardableResult
    mutating func port(
        _ name: String, _ number: UInt16, _ protocols: Set<TransportProtocol> = [.tcp],
        criticality: Criticality = .medium,
        _ change: (inout Port) -> Void = { _ in }
    ) -> Int {
        guard let range = PortRange(number, number) else { preconditionFailure("no port 0") }
        var port = Port(name: Self.name(name), span: span(), ports: [range], portsSpan: span())
        port.protocols = protocols
        port.protocolStated = protocols.count < TransportProtocol.allCases.count
        port.criticality = criticality
        port.owner = "team"
        port.description = "a port"
        change(&port)
        policy.ports.append(port)
        return policy.ports.count - 1
    }

    mutating func rule(
        _ name: String, from networks: AddressSet? = nil, _ change: (inout AccessRule) -> Void = { _ in }
    ) {
        var rule = AccessRule(name: Self.name(name), span: span())
        if let networks {
            rule.networks = .only(networks)
            rule.networksSpan = span()
        }
        change(&rule)
        policy.ports[policy.ports.count - 1].rules.append(rule)
    }

    mutating func identity(_ name: String, _ proof: IdentityProof) {
        policy.identities.append(Identity(name: Self.name(name), span: span(), proof: proof))
    }

    mutating func process(_ name: String, user: String) {
        let span = span()
        identity(name, .process(ProcessProof(user: .name(user), group: nil, cgroup: nil, span: span)))
    }

    mutating func network(_ name: String, _ blocks: String...) {
        let entries = blocks.map { CIDREntry(cidr: Self.v4($0), span: span()) }
        let network = Network(
            name: Self.name(name), span: span(), addresses: AddressSet(cidrs: entries.map(\.cidr)), entries: entries,
            listFile: nil)
        policy.networks.append(network)
    }

    mutating func window(_ name: String, _ schedule: WindowSchedule, zone: TimeZoneRules) {
        policy.windows.append(Window(name: Self.name(name), span: span(), schedule: schedule, zone: zone))
    }

    mutating func test(
        _ name: String, _ port: String, from: String, number: UInt16, at: String? = nil, identities: [String] = [],
        request: RequestType? = nil, expect: PolicyTest.Expectation = .allow, by: String? = nil
    ) {
        policy.tests.append(
            PolicyTest(
                name: name, span: span(), port: Self.name(port), number: number, transport: .tcp,
                from: Self.address(from),
                at: at.map(Self.at), identities: identities.map(Self.name), request: request, expect: expect,
                by: by.map(Self.name)))
    }
}
