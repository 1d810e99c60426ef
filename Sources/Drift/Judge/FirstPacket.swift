public import Compiler
import Nftables
public import Policy

/// The first packet of a connection, as far as somebody who asks about it says what it is; the rest is taken to be usual.
public struct FirstPacket: Sendable {
    /// An interface, by its name and its number.
    public struct Interface: Hashable, Sendable {
        /// The name.
        public let name: String
        /// The number.
        public let index: UInt32

        /// Names an interface.
        public init(name: String, index: UInt32) {
            self.name = name
            self.index = index
        }
    }

    /// Who asks for what, and when, by the policy's clock.
    public let attempt: AccessAttempt
    /// Where identities are told from.
    public let policy: Policy
    /// Numbers of users and groups.
    public let accounts: AccountDatabase
    /// The address asked for; nil when it does not matter.
    public var destination: IPAddress?
    /// The interface it comes by; nil when it does not matter.
    public var interface: Interface?

    /// Describes a packet.
    public init(_ attempt: AccessAttempt, by policy: Policy, accounts: AccountDatabase) {
        self.attempt = attempt
        self.policy = policy
        self.accounts = accounts
    }

    var family: AddressFamily { if case .v4 = attempt.source { .v4 } else { .v6 } }

    var scenario: Scenario {
        Scenario(family: family, isOwn: attempt.isOwn, isTCP: attempt.transport == .tcp)
    }

    /// The way it goes: a port that is gated behind this host only is asked for behind it.
    var path: HookPath {
        guard !attempt.isOwn, let port = declaredPort, !port.reach.contains(.host) else { return scenario.path }
        return .forwarded
    }

    private var declaredPort: Port? {
        Decider(policy).port(attempt.port, attempt.transport).map { policy.ports[$0] }
    }

    /// The packet, on a kernel whose clock is so many seconds ahead of the policy's; and what was taken to be usual, in words.
    func packet(clockOffset: Int64) -> (packet: PlainPacket, usual: [String]) {
        var packet = PlainPacket(context: scenario.context)
        var usual: [String] = []
        packet[.source] = attempt.source.number
        packet[.sourcePort] = 40_000
        packet[.transport] = UInt128(attempt.transport.rawValue)
        if attempt.transport == .tcp { packet[.flags] = 2 }
        packet[.destinationPort] = UInt128(attempt.port)
        let target = destination ?? (attempt.isOwn ? family.loopback : family.example)
        packet[.destination] = target.number
        if destination == nil { usual.append("to \(target)") }
        usual.append("from port 40000")
        let seconds = attempt.time.seconds.addingReportingOverflow(clockOffset).partialValue
        // In the middle of the second: at its very beginning a window that ends there is open to the kernel.
        packet[.meta(MetaKey.time.rawValue)] = UInt128(max(0, seconds)) * 1_000_000_000 + 500_000_000
        if !attempt.isOwn {
            let interface = interface ?? Interface(name: "eth0", index: 2)
            if self.interface == nil { usual.append("by interface eth0") }
            packet[.meta(MetaKey.inputInterfaceType.rawValue)] = 1
            packet[.atom(Atom(.presence, PacketReading.linkWords))] = 1
            packet.comesBy(interface.name, index: interface.index)
        }
        usual.append("the first packet of a connection, unmarked, to an address that routes lead to and back from")
        packet.shows(payload, isTCP: attempt.transport == .tcp)
        for name in attempt.identities.sorted() { prove(name, &packet, &usual) }
        return (packet, usual)
    }

    /// What the first datagram says, when something is known of it.
    private var payload: [PayloadMatch] {
        guard let request = attempt.request, attempt.transport != .tcp else { return [] }
        return FirstPayload.alternatives(for: [request], over: attempt.transport, signatures: policy.signatures).first
            ?? []
    }

    /// The sets of those who are let in for the moment: sessions, and grants on the port.
    var accessSets: [String] {
        guard !attempt.isOwn else { return [] }
        let sessions = policy.identities.filter { if case .session = $0.proof { true } else { false } }
        return sessions.map { RuntimeSets.sessions(of: $0.name, family) }
            + policy.ports.filter { $0.grants != nil }.map { RuntimeSets.grants(to: $0.name, family) }
    }

    /// The sets that say that a durable ledger is there, of the port asked for.
    var durableSets: [String] {
        declaredPort?.audit.map { [RuntimeSets.durable(within: $0.withinSeconds)] } ?? []
    }

    // MARK: Identities

    private func prove(_ name: Name, _ packet: inout PlainPacket, _ usual: inout [String]) {
        guard let identity = policy.identity(named: name) else { return }
        switch identity.proof {
        case .addresses: break
        case .members(let members):
            guard let member = members.first(where: { policy.hasProcess($0) == attempt.isOwn }) ?? members.first else {
                return
            }
            usual.append("of \(name): \(member)")
            prove(member, &packet, &usual)
        case .process(let proof):
            if let number = number(proof.user, accounts.user) { packet[.meta(MetaKey.socketUser.rawValue)] = number }
            if let number = number(proof.group, accounts.group) { packet[.meta(MetaKey.socketGroup.rawValue)] = number }
            if let path = proof.cgroup {
                let set = RuntimeSets.cgroups(of: name, path: path)
                packet.belongs(to: set.name, Quantity.socket(key: 3, level: set.level).name)
                packet[.atom(Atom(.presence, "socket"))] = 1
            }
        case .wireguard(let interface, _):
            packet.comesBy(interface, index: self.interface?.index ?? 2)
        case .ipsec(let proof):
            packet[.atom(Atom(.presence, "ipsec in 0"))] = 1
            for (key, value) in [(SecurityKey.requestID, proof.reqid), (.parameterIndex, proof.spi)] {
                guard let value else { continue }
                packet[.ipsec(key: key.rawValue, direction: 0, index: 0)] = UInt128(value)
            }
        case .link(let proof):
            if let mac = proof.mac { packet[.linkSource] = UInt128(mac) }
            if let interface = proof.interface { packet.comesBy(interface, index: self.interface?.index ?? 2) }
        case .session: packet.belongs(to: RuntimeSets.sessions(of: name, family), "saddr")
        }
    }

    private func number(_ account: ProcessProof.Account?, _ resolve: (String) -> UInt32?) -> UInt128? {
        switch account {
        case .number(let number): UInt128(number)
        case .name(let name): resolve(name).map { UInt128($0) }
        case nil: nil
        }
    }
}

extension PlainPacket {
    fileprivate mutating func comesBy(_ interface: String, index: UInt32) {
        self[.meta(MetaKey.inputInterfaceName.rawValue)] = HookPath.interfaceName(interface)
        self[.meta(MetaKey.inputInterface.rawValue)] = UInt128(index)
    }

    /// A set that is filled while it is used holds something of the packet.
    fileprivate mutating func belongs(to set: String, _ key: String) {
        self[.atom(.member(of: set, .gate, key))] = 1
    }

    /// Fills in the payload and the lengths.
    fileprivate mutating func shows(_ payload: [PayloadMatch], isTCP: Bool) {
        let header: UInt128 = context.family == .v4 ? 20 : 40
        guard !isTCP else {
            self[.meta(MetaKey.length.rawValue)] = header + 20
            return
        }
        let length = UInt128(payload.map(\.end).max() ?? 0)
        self[.payloadLength] = length
        self[.transportLength] = length + 8
        self[.meta(MetaKey.length.rawValue)] = header + length + 8
        for match in payload {
            for (place, byte) in match.bytes.enumerated() { self[.byte(.inner, match.offset + place)] = UInt128(byte) }
        }
    }
}

extension IPAddress {
    /// The address as a number.
    var number: UInt128 {
        switch self {
        case .v4(let address): UInt128(address.bits)
        case .v6(let address): address.bits
        }
    }
}

extension AddressFamily {
    /// This host to itself.
    fileprivate var loopback: IPAddress {
        self == .v4 ? .v4(IPv4Address(bits: 0x7f00_0001)) : .v6(IPv6Address(bits: 1))
    }
    /// An address of this host that stands for any (RFC 5737, RFC 3849).
    fileprivate var example: IPAddress {
        self == .v4 ? .v4(IPv4Address(bits: 0xc000_0201)) : .v6(IPv6Address(bits: 0x2001_0db8 << 96 | 1))
    }
}
