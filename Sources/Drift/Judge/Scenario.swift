import Nftables
import PacketSpace
import Policy

/// A connection's first packet, on one of the ways by which a declared port is reached.
struct Scenario: Hashable, Sendable {
    /// The family.
    let family: AddressFamily
    /// Whether this host asks itself.
    let isOwn: Bool
    /// Whether it is TCP, where a connection begins without payload; else any other protocol with ports.
    let isTCP: Bool

    /// All of them.
    static let all = [AddressFamily.v4, .v6].flatMap { family in
        [(false, true), (false, false), (true, true), (true, false)].map {
            Scenario(family: family, isOwn: $0.0, isTCP: $0.1)
        }
    }

    /// The way through the hooks. What is translated on it goes on to where it is translated to.
    var path: HookPath { isOwn ? .own : .asking }

    /// What is the same in all packets of the scenario: new, unmarked, unicast to an address of this host, from where the routes
    /// lead back to.
    var context: PacketContext {
        typealias Key = ConnectionKeyNumber
        var constants: [Quantity: UInt128] = [
            .connection(Key.state.rawValue, nil): 8, .connection(Key.status.rawValue, nil): 0,
            .connection(Key.direction.rawValue, nil): 0, .connection(Key.mark.rawValue, nil): 0,
            .connection(Key.zone.rawValue, nil): 0, .meta(MetaKey.mark.rawValue): 0, .translation: 0,
            .meta(MetaKey.packetType.rawValue): 0, .byte(.link, 12): family == .v4 ? 0x08 : 0x86,
            .byte(.link, 13): family == .v4 ? 0x00 : 0xdd,
        ]
        for presence in ["route", "conntrack accounting"] { constants[.atom(Atom(.presence, presence))] = 1 }
        if isOwn { constants[.atom(Atom(.presence, "socket"))] = 1 }
        constants[.atom(Atom(.owner, PacketReading.ownerWords))] = isOwn ? 1 : 0
        for flags: UInt32 in 0..<64 {
            // The way back is there, by the interface that was asked for; the destination is local, the source a host.
            constants[.route(result: 1, flags: flags)] = 1
            constants[.route(result: 3, flags: flags)] = isOwn || flags & 2 != 0 ? 2 : 1
        }
        if isTCP {
            constants[.transport] = 6
            constants[.payloadLength] = 0
            constants[.transportLength] = 20
        }
        if isOwn {
            constants[.meta(MetaKey.outputInterfaceName.rawValue)] = HookPath.loopbackName
            constants[.meta(MetaKey.outputInterface.rawValue)] = 1
            constants[.meta(MetaKey.inputInterfaceName.rawValue)] = 0
            constants[.meta(MetaKey.inputInterface.rawValue)] = 0
        }
        var context = PacketContext(family: family, constants: constants, aliases: Self.aliases)
        context.isBeginning = true
        context.isLoopback = isOwn
        return context
    }

    /// What all ways of a family have in common.
    static func common(_ family: AddressFamily) -> PacketContext {
        var context = PacketContext(family: family, aliases: aliases)
        let all = Scenario.all.filter { $0.family == family }.map(\.context.constants)
        guard let first = all.first else { return context }
        context.constants = first.filter { item in all.allSatisfy { $0[item.key] == item.value } }
        return context
    }

    private static let aliases: [Quantity: Quantity] = [
        .connection(ConnectionKeyNumber.source.rawValue, 0): .source,
        .connection(ConnectionKeyNumber.sourcePort.rawValue, 0): .sourcePort,
        .connection(ConnectionKeyNumber.transport.rawValue, 0): .transport,
        .connection(ConnectionKeyNumber.transport.rawValue, nil): .transport,
    ]

    /// Loopback addresses of the family.
    var loopback: IntervalList {
        family == .v4 ? IntervalList(0x7f00_0000, 0x7fff_ffff) : IntervalList(1, 1)
    }

    /// Addresses of single hosts: no packet comes from another.
    var unicast: IntervalList {
        family == .v4
            ? IntervalList(0x0100_0000, 0xdfff_ffff)
            : IntervalList([(1, 1), (UInt128(1) << 32, UInt128(0xff) << 120 - 1)])
    }

    /// Says what ``universe(_:times:)`` will ask for.
    func collect(_ variables: PacketVariables, times: IntervalList?) {
        let source = variables.index(of: .source)
        let destination = variables.index(of: .destination)
        for index in [source, destination] {
            variables.demand(index, loopback)
            variables.demand(index, unicast)
        }
        if !isOwn {
            let name = variables.index(of: .meta(MetaKey.inputInterfaceName.rawValue))
            for value in [0, HookPath.loopbackName] { variables.demand(name, IntervalList(value, value)) }
        }
        if let times { variables.demand(variables.index(of: .meta(MetaKey.time.rawValue)), times) }
        if variables.isKnown(.hostAddress(family)) {
            let index = variables.index(of: .hostAddress(family))
            for list in [loopback, unicast] { variables.demand(index, list) }
        }
        for quantity in [Quantity.transport, .destinationPort, .payloadLength, .translation, .flags] {
            _ = variables.index(of: quantity)
        }
    }

    /// Returns what may be of things that are not modelled: an address of this host is one of a single host, and no loopback.
    func plausible(_ variables: PacketVariables) throws -> Node {
        guard variables.isKnown(.hostAddress(family)) else { return .full }
        let index = variables.index(of: .hostAddress(family))
        return try variables.space.difference(
            try variables.node(index, in: unicast), try variables.node(index, in: loopback))
    }

    /// Returns the packets that the scenario is about.
    func universe(_ variables: PacketVariables, times: IntervalList?) throws -> Node {
        let space = variables.space
        let source = variables.index(of: .source)
        let destination = variables.index(of: .destination)
        var result = try space.intersection(
            try variables.node(source, in: unicast), try variables.node(destination, in: unicast))
        result = try space.intersection(result, try plausible(variables))
        if !isOwn {
            result = try space.difference(result, try variables.node(source, in: loopback))
            result = try space.difference(result, try variables.node(destination, in: loopback))
            let name = Quantity.meta(MetaKey.inputInterfaceName.rawValue)
            for value in [0, HookPath.loopbackName] {
                result = try space.difference(result, try variables.node(name, is: value))
            }
        }
        if let times {
            let time = variables.index(of: .meta(MetaKey.time.rawValue))
            result = try space.intersection(result, try variables.node(time, in: times))
        }
        guard isTCP else { return try space.difference(result, try variables.node(.transport, is: 6)) }
        // SYN without ACK, RST and FIN; the others may be set too (ECN).
        let flags = variables.index(of: .flags)
        result = try space.intersection(result, try variables.node(flags, bit: 6))
        for bit in [3, 5, 7] { result = try space.difference(result, try variables.node(flags, bit: bit)) }
        return result
    }
}

extension HookPath {
    /// From another host to this one, and on to where it is translated to.
    static let asking = HookPath(steps: beginning + [.ingress, .hook(0), .delivery])
}

extension Quantity {
    /// The flags of a TCP segment (RFC 9293 3.1).
    static let flags = Quantity.byte(.transport, 13)
}
