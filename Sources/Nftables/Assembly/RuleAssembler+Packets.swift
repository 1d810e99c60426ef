/// Matches on what a packet holds and where it passes.
extension RuleAssembler {
    mutating func appendPacketMatch(_ statement: Statement) {
        switch statement {
        case .sourceInSet(let family, let set):
            need(family)
            match(.address(family.source), .lookup(set))
        case .destinationInSet(let family, let set):
            need(family)
            match(.address(family.destination), .lookup(set))
        case .destinationIsLoopbackV4:
            need(.v4)
            match(
                .payload(base: .network, offset: AddressFamily.v4.destination.offset, length: 1, into: .first),
                .compare(.equal, .first, [127]))
        case .destinationIsLoopbackV6:
            need(.v6)
            payload(
                .init(
                    base: .network, offset: AddressFamily.v6.destination.offset,
                    bytes: RegisterBytes.network(1 as UInt128)))
        case .family(let family):
            know(network: family)
            match(.packet(.family), .compare(.equal, .first, [family.protocolNumber]))
        case .protocolInSet(let set): match(.packet(.family), .lookup(set))
        case .transport(let number):
            know(transport: number)
            match(.packet(.transport), .compare(.equal, .first, [number]))
        case .inputInterface(let name, let negated): interface(.inputInterfaceName, name, negated)
        case .outputInterface(let name, let negated): interface(.outputInterfaceName, name, negated)
        case .sourceType(let types): addressType(Route.source, types)
        case .destinationType(let types): addressType(Route.destination, types)
        case .noRouteBack(let sameInterface):
            let flags = sameInterface ? Route.source | Route.inputInterface : Route.source
            match(
                .route(result: Route.outputInterface, flags: flags, into: .first),
                .compare(.equal, .first, [0, 0, 0, 0]))
        case .linkAddress(let address):
            needEthernet()
            payload(.init(base: .link, offset: 6, bytes: Array(RegisterBytes.network(address).suffix(6))))
        case .hasPayload:
            match(
                .payload(base: .inner, offset: 0, length: 1, into: .first), .compare(.greaterOrEqual, .first, [0]))
        case .payload(let wanted): payload(wanted)
        case .tcpFlags(let flags):
            needTCP()
            match(
                .payload(base: .transport, offset: TCPHeader.flags, length: 1, into: .first), .keep([flags.mask]),
                .compare(.equal, .first, [flags.value]))
        default: break
        }
    }

    private mutating func interface(_ key: MetaKey, _ name: String, _ negated: Bool) {
        match(.packet(key), .compare(negated ? .notEqual : .equal, .first, RegisterBytes.name(name)))
    }

    private mutating func addressType(_ flags: UInt32, _ types: [AddressType]) {
        list(
            .route(result: Route.addressType, flags: flags, into: .first), in: types.map(\.rawValue),
            keyType: KeyType.addressType)
    }

    private mutating func payload(_ wanted: PayloadMatch) {
        guard let mask = wanted.mask else {
            payload(.init(base: .inner, offset: wanted.offset, bytes: wanted.bytes))
            return
        }
        match(
            .payload(base: .inner, offset: wanted.offset, length: mask.count, into: .first), .keep(mask),
            .compare(.equal, .first, wanted.bytes))
    }
}

/// Results and flags of `fib` (enum nft_fib_result, enum nft_fib_flags).
private enum Route {
    static let outputInterface: UInt32 = 1
    static let addressType: UInt32 = 3

    static let source: UInt32 = 1
    static let destination: UInt32 = 2
    static let inputInterface: UInt32 = 8
}

/// Offsets in a TCP header (RFC 9293, section 3.1).
enum TCPHeader {
    static let sourcePort = 0
    static let destinationPort = 2
    static let sequence = 4
    static let acknowledgement = 8
    static let flags = 13
    /// The two bytes of data offset and flags.
    static let offsetAndFlags = 12
    static let checksum = 16
}

extension AddressFamily {
    /// Where the addresses stand in a network header.
    var source: (offset: Int, length: Int) { self == .v4 ? (12, 4) : (8, 16) }
    var destination: (offset: Int, length: Int) { self == .v4 ? (16, 4) : (24, 16) }
}

extension LiveExpression {
    /// Loads an address of the network header into the first register.
    static func address(_ place: (offset: Int, length: Int)) -> LiveExpression {
        .payload(base: .network, offset: place.offset, length: place.length, into: .first)
    }
}

extension TCPFlags {
    /// The bits looked at.
    fileprivate var mask: UInt8 {
        switch self {
        case .opening: 0x17
        case .openingAnswer: 0x12
        case .synchronizing: 0x02
        case .reset: 0x04
        case .urgent: 0x20
        }
    }

    /// Those of them that are set.
    fileprivate var value: UInt8 { self == .opening ? 0x02 : mask }
}
