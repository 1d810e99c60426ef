import Nftables

/// One byte of a register, by where it comes from.
enum ByteSource: Hashable, Sendable {
    /// The same in every packet.
    case constant(UInt8)
    /// A byte of a quantity's value, 0 being the most significant.
    case quantity(Quantity, Int)
}

/// What must hold for a load not to end the rule.
enum LoadCondition: Hashable, Sendable {
    /// A number is at least so much.
    case atLeast(Quantity, UInt128)
    /// The packet is a TCP segment, or its transport part is at least so long.
    case segmentOrLength(UInt128)
    /// A number is one of these.
    case among(Quantity, [UInt128])
    /// The packet belongs to a connection that conntrack knows.
    case tracked
    /// Something that is not modelled holds.
    case atom(Atom)
    /// It always ends the rule.
    case never
}

/// What an expression puts into registers.
struct PacketLoad: Hashable, Sendable {
    /// The bytes, as many as it writes; the rest of its last 4-byte register becomes zero.
    var bytes: [ByteSource]
    /// What must hold.
    var conditions: [LoadCondition]

    init(_ bytes: [ByteSource], _ conditions: [LoadCondition] = []) {
        self.bytes = bytes
        self.conditions = conditions
    }

    /// A number of a quantity, in the byte order given.
    init(_ quantity: Quantity, bytes count: Int, bigEndian: Bool, _ conditions: [LoadCondition] = []) {
        let order = bigEndian ? Array(0..<count) : Array((0..<count).reversed())
        self.init(order.map { .quantity(quantity, $0) }, conditions)
    }
}

/// Where in the kernel's way through a packet a rule is met, as far as loads depend on it.
struct HookState: Hashable, Sendable {
    /// Before conntrack (priority -200) every packet is `invalid` to it and no connection is known.
    var isBeforeConntrack = false
    /// Before the route is known, and where packets are delivered to sockets, there is no output interface.
    var hasOutput = true
}

/// The layout of packets: which bytes an expression loads. Both machines read by it, the symbolic one and the plain one.
struct PacketReading: Sendable {
    let context: PacketContext

    /// Returns what an expression loads and where to; nil when it is no load, or one that depends on registers.
    func load(_ expression: LiveExpression, in hookState: HookState) -> (PacketLoad, into: LiveRegister)? {
        switch expression {
        case .connection(0, _, let into) where hookState.isBeforeConntrack:
            (PacketLoad([.constant(1), .constant(0), .constant(0), .constant(0)]), into)
        case .connection(_, _, let into) where hookState.isBeforeConntrack:
            (PacketLoad([.constant(0)], [.never]), into)
        case .meta(let key, let into) where !hookState.hasOutput && MetaLayout.isOfOutput(key):
            (withoutOutput(key), into)
        case .immediate(let into, let data): (PacketLoad(data.map { .constant($0) }), into)
        case .payload(let base, let offset, let length, let into): (payload(base, offset, length), into)
        case .extensionHeader(let operation, let type, let offset, let length, let presenceOnly, let into):
            (option(operation, type, offset, length, presenceOnly), into)
        case .meta(let key, let into): (meta(key), into)
        case .connection(let key, let direction, let into): (connection(key, direction), into)
        case .socket(let key, let level, let into):
            (
                PacketLoad(
                    .socket(key: key, level: level),
                    bytes: Quantity.socket(key: key, level: level).width(for: context.family) / 8,
                    bigEndian: false, [.atom(Atom(.presence, "socket"))]), into
            )
        case .route(let result, let flags, let into):
            (PacketLoad(route(result, flags), bytes: result == 2 ? 16 : 4, bigEndian: result == 2), into)
        case .routing(let key, let into):
            (
                PacketLoad(
                    .routing(key), bytes: Quantity.routing(key).width(for: context.family) / 8,
                    bigEndian: key == 1 || key == 2,
                    [.atom(Atom(.presence, "route"))]), into
            )
        case .ipsec(let key, let direction, let index, let into):
            (
                PacketLoad(
                    .ipsec(key: key, direction: direction, index: index),
                    bytes: Quantity.ipsec(key: key, direction: direction, index: index).width(for: context.family) / 8,
                    bigEndian: key != 5,
                    [.atom(Atom(.presence, "ipsec \(direction == 0 ? "in" : "out") \(index)"))]), into
            )
        case .systemFingerprint(let flags, let ttl, let into):
            (made("osf ttl \(ttl) flags \(flags)", bytes: 16), into)
        case .tunnel(let key, let mode, let into): (made("tunnel \(key) mode \(mode)", bytes: 4), into)
        default: nil
        }
    }

    private func made(_ words: String, bytes count: Int) -> PacketLoad {
        PacketLoad(.made(words, width: count * 8), bytes: count, bigEndian: true)
    }

    // MARK: Headers

    /// Returns what bytes of the packet are.
    func payload(_ base: LivePayloadBase, _ offset: Int, _ length: Int) -> PacketLoad {
        let end = UInt128(offset + length)
        let bytes = (offset..<offset + length).map { byte(base, $0) }
        switch base {
        case .network:
            let header: UInt128 = context.family == .v4 ? 20 : 40
            return PacketLoad(bytes, end <= header ? [] : [.atom(Atom(.presence, "network bytes to \(end)"))])
        case .transport:
            if end <= 8 { return PacketLoad(bytes) }
            return PacketLoad(bytes, [end <= 20 ? .segmentOrLength(end) : .atLeast(.transportLength, end)])
        case .inner: return PacketLoad(bytes, [.among(.transport, [6, 17]), .atLeast(.payloadLength, end)])
        case .link: return PacketLoad(bytes, [.atom(Atom(.presence, Self.linkWords))])
        case .tunnel: return PacketLoad(bytes, [.atom(Atom(.presence, "tunnel header to \(end)"))])
        }
    }

    private func byte(_ base: LivePayloadBase, _ offset: Int) -> ByteSource {
        let v6 = context.family == .v6
        switch (base, offset) {
        case (.network, 9) where !v6: return .quantity(.transport, 0)
        case (.network, 12..<16) where !v6: return .quantity(.source, offset - 12)
        case (.network, 16..<20) where !v6: return .quantity(.destination, offset - 16)
        case (.network, 8..<24) where v6: return .quantity(.source, offset - 8)
        case (.network, 24..<40) where v6: return .quantity(.destination, offset - 24)
        case (.transport, 0..<2): return .quantity(.sourcePort, offset)
        case (.transport, 2..<4): return .quantity(.destinationPort, offset - 2)
        case (.link, 0..<6): return .quantity(.linkDestination, offset)
        case (.link, 6..<12): return .quantity(.linkSource, offset - 6)
        default: return .quantity(.byte(base, offset), 0)
        }
    }

    private func option(
        _ operation: UInt32, _ type: UInt8, _ offset: Int, _ length: Int, _ presenceOnly: Bool
    ) -> PacketLoad {
        let there = Atom(.presence, "\(Self.optionName(operation)) \(type)")
        if presenceOnly { return PacketLoad([.quantity(.atom(there), 0)]) }
        let quantity = Quantity.option(operation: operation, type: type, offset: offset, length: length)
        let count = quantity.width(for: context.family) / 8
        return PacketLoad(quantity, bytes: count, bigEndian: true, [.atom(there)])
    }

    /// What kind of option an expression reads (enum nft_exthdr_op).
    static func optionName(_ operation: UInt32) -> String {
        switch operation {
        case 0: "IPv6 extension header"
        case 1: "TCP option"
        case 2: "IP option"
        case 3: "SCTP chunk"
        case 4: "DCCP option"
        default: "option kind \(operation)"
        }
    }

    // MARK: HookState

    /// What a packet is told by that came with a header of the link layer.
    static let linkWords = "link header"
    /// What a packet with an owner is told by.
    static let ownerWords = "the packet belongs to a socket that a process holds"

    private func meta(_ key: UInt32) -> PacketLoad {
        if key == MetaKey.transport.rawValue { return PacketLoad([.quantity(.transport, 0)]) }
        guard let width = MetaLayout.width(of: key) else { return made("meta \(key)", bytes: 4) }
        var conditions: [LoadCondition] = []
        switch MetaKey(rawValue: key) {
        case .socketUser, .socketGroup: conditions = [.atom(Atom(.owner, Self.ownerWords))]
        case .routeClass: conditions = [.atom(Atom(.presence, "route"))]
        default: break
        }
        return PacketLoad(
            .meta(key), bytes: (width + 7) / 8, bigEndian: MetaLayout.isBigEndian(key), conditions)
    }

    /// Name and number of no interface are zeros; anything else of it ends the rule.
    private func withoutOutput(_ key: UInt32) -> PacketLoad {
        let count = (MetaLayout.width(of: key) ?? 32) / 8
        let isZero = key == MetaKey.outputInterface.rawValue || key == MetaKey.outputInterfaceName.rawValue
        return PacketLoad(Array(repeating: .constant(0), count: count), isZero ? [] : [.never])
    }

    private func connection(_ key: UInt32, _ direction: UInt8?) -> PacketLoad {
        guard let width = ConnectionLayout.width(of: key, family: context.family) else {
            return made("ct \(key) \(direction.map(String.init) ?? "")", bytes: 4)
        }
        var conditions: [LoadCondition] = key == 0 ? [] : [.tracked]
        // What conntrack has of the other family is not there.
        switch key {
        case 19, 20: if context.family == .v6 { conditions.append(.atom(Atom(.presence, "IPv4 connection"))) }
        case 21, 22: if context.family == .v4 { conditions.append(.atom(Atom(.presence, "IPv6 connection"))) }
        case 6: conditions.append(.atom(Atom(.presence, "conntrack helper")))
        case 14, 15, 16: conditions.append(.atom(Atom(.presence, "conntrack accounting")))
        default: break
        }
        return PacketLoad(
            connectionQuantity(key, direction), bytes: width / 8, bigEndian: ConnectionLayout.isBigEndian(key),
            conditions)
    }

    /// Old and new keys of an address are the same thing.
    func connectionQuantity(_ key: UInt32, _ direction: UInt8?) -> Quantity {
        switch (key, context.family) {
        case (19, .v4), (21, .v6): .connection(8, direction)
        case (20, .v4), (22, .v6): .connection(9, direction)
        default: .connection(key, direction)
        }
    }

    /// With `presence` the register says whether there is a result (NFTA_FIB_F_PRESENT); without, what it is.
    private func route(_ result: UInt32, _ flags: UInt32) -> Quantity { .route(result: result, flags: flags) }
}
