/// Makes expressions of the rules of a table as nft 1.0.6 does.
///
/// Every match loads into the first register; a concatenation fills one 4-byte register behind another from there.
struct RuleAssembler {
    /// The sets made of lists so far.
    private(set) var anonymous = AnonymousSets()
    /// The maps that take ranges.
    private let rangeMaps: Set<String>
    private var steps: [RuleStep] = []
    private var protocols = RuleProtocols()

    init(rangeMaps: Set<String>) { self.rangeMaps = rangeMaps }

    /// Returns a rule's expressions; nil when it asks for two protocols of one layer.
    mutating func assemble(_ rule: Rule) -> [LiveExpression]? {
        steps.removeAll(keepingCapacity: true)
        protocols = RuleProtocols()
        for statement in rule.statements { append(statement) }
        return protocols.hasConflict ? nil : steps.joiningPayloads().flatMap(\.expressions)
    }

    private mutating func append(_ statement: Statement) {
        switch statement {
        case .sourceInSet, .destinationInSet, .family, .protocolInSet, .transport, .inputInterface, .outputInterface,
            .destinationIsLoopbackV4, .destinationIsLoopbackV6, .destinationType, .sourceType, .hasPayload, .payload,
            .tcpFlags, .noRouteBack, .linkAddress:
            appendPacketMatch(statement)
        case .originalSourceInSet, .connectionState, .connectionUnconfirmed, .connectionDirection,
            .destinationTranslated, .connectionPacketsOutside, .connectionMark, .connectionKnown:
            appendConnectionMatch(statement)
        case .timeInSet, .timeBefore, .socketUser, .socketGroup, .socketHasOwner, .securityRequest, .securityIndex,
            .cgroupInSet:
            appendHostMatch(statement)
        case .counter, .log, .meter, .setConnectionMark, .remember, .refreshProtocol, .setReset, .stripMultipath:
            appendAction(statement)
        case .verdict, .dispatch, .dispatchSource, .dispatchAsked, .rejectReset, .rejectProhibited:
            appendEnd(statement)
        case .unknown: preconditionFailure("validation lets no unknown statement through")
        }
    }

    mutating func match(_ expressions: LiveExpression...) { match(expressions) }

    mutating func match(_ expressions: [LiveExpression]) { steps.append(RuleStep(kind: .match(expressions))) }

    mutating func action(_ expressions: [LiveExpression]) { steps.append(RuleStep(kind: .action(expressions))) }

    mutating func payload(_ payload: RuleStep.PayloadEquality) { steps.append(RuleStep(kind: .payload(payload))) }

    /// Looks for numbers in host order: one is compared, several become a set.
    mutating func list(_ load: LiveExpression, in numbers: [UInt32], keyType: UInt32) {
        if numbers.count == 1 {
            match(load, .compare(.equal, .first, RegisterBytes.host(numbers[0])))
        } else {
            let set = anonymous.add(numbers, keyType: keyType)
            match(load, .lookup(set: set, from: .first, into: nil, negated: false))
        }
    }

    /// Whether a map's keys are ranges, for which nft turns the protocol round.
    func takesRanges(_ map: String) -> Bool { rangeMaps.contains(map) }

    // The protocols that a match needs, asked for once.

    /// Notes what a rule asks itself, so that nothing later asks again.
    mutating func know(network family: AddressFamily) { protocols.know(network: family) }

    mutating func know(transport number: UInt8) { protocols.know(transport: number) }

    /// Makes sure that an address of the connection's is one of the packet's family, where the rule asked for that.
    mutating func check(_ family: AddressFamily) { protocols.check(network: family) }

    /// Asks for the network protocol: by its Ethertype where the link layer has been asked for, else by the hook's family.
    mutating func need(_ family: AddressFamily) {
        guard protocols.need(network: family) else { return }
        if protocols.isEthernet {
            let etherType: UInt16 = family == .v4 ? 0x0800 : 0x86dd
            payload(.init(base: .link, offset: 12, bytes: RegisterBytes.network(etherType), namesProtocol: true))
        } else {
            match(.packet(.family), .compare(.equal, .first, [family.protocolNumber]))
        }
    }

    mutating func needTCP() {
        if protocols.need(transport: 6) { match(.packet(.transport), .compare(.equal, .first, [6])) }
    }

    mutating func needEthernet() {
        if !protocols.isEthernet {
            match(.packet(.inputInterfaceType), .compare(.equal, .first, RegisterBytes.host(RuleProtocols.ethernet)))
        }
        protocols.isEthernet = true
    }
}

extension AddressFamily {
    /// NFPROTO_IPV4 or NFPROTO_IPV6.
    var protocolNumber: UInt8 { self == .v4 ? 2 : 10 }
}

extension LiveExpression {
    /// Loads what is known of the packet into the first register.
    static func packet(_ key: MetaKey, into register: LiveRegister = .first) -> LiveExpression {
        .meta(key: key.rawValue, into: register)
    }

    /// Loads what conntrack knows into the first register.
    static func connection(
        _ key: ConnectionKeyNumber, of direction: ConnectionDirection? = nil, into register: LiveRegister = .first
    ) -> LiveExpression {
        .connection(key: key.rawValue, direction: direction?.rawValue, into: register)
    }

    /// Keeps some bits of the first register, as many bytes as the mask has.
    static func keep(_ mask: [UInt8], flipping bits: [UInt8]? = nil) -> LiveExpression {
        .bitwise(
            from: .first, into: .first, length: mask.count,
            .mask(mask: mask, xor: bits ?? [UInt8](repeating: 0, count: mask.count)))
    }

    /// Looks up the first register in a set.
    static func lookup(_ set: String, negated: Bool = false) -> LiveExpression {
        .lookup(set: set, from: .first, into: nil, negated: negated)
    }
}
