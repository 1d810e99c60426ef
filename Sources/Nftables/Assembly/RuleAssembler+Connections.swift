/// Matches on what conntrack knows.
extension RuleAssembler {
    mutating func appendConnectionMatch(_ statement: Statement) {
        switch statement {
        case .originalSourceInSet(let family, let set):
            check(family)
            match(.connection(family == .v4 ? .sourceV4 : .sourceV6, of: .original), .lookup(set))
        case .connectionState(let states): bits(.state, states.reduce(0) { $0 | $1.rawValue }, .notEqual)
        case .connectionUnconfirmed: bits(.status, ConnectionStatus.confirmed, .equal)
        case .destinationTranslated: bits(.status, ConnectionStatus.destinationTranslated, .notEqual)
        case .connectionDirection(let direction):
            match(.connection(.direction), .compare(.equal, .first, [direction.rawValue]))
        case .connectionPacketsOutside(let range):
            match(
                .connection(.packets), Self.networkOrder(8),
                .range(
                    .first, from: RegisterBytes.network(range.lowerBound), to: RegisterBytes.network(range.upperBound),
                    negated: true))
        case .connectionMark(.max, let value):
            match(.connection(.mark), .compare(.equal, .first, RegisterBytes.host(value)))
        case .connectionMark(let mask, let value):
            match(
                .connection(.mark), .keep(RegisterBytes.host(mask)), .compare(.equal, .first, RegisterBytes.host(value))
            )
        case .connectionKnown(let key, let set, let negated):
            needTCP()
            match(key.loads + [.lookup(set, negated: negated)])
        default: break
        }
    }

    private mutating func bits(_ key: ConnectionKeyNumber, _ mask: UInt32, _ comparison: LiveComparison) {
        match(.connection(key), .keep(RegisterBytes.host(mask)), .compare(comparison, .first, [0, 0, 0, 0]))
    }
}

/// Bits of enum ip_conntrack_status (linux/netfilter/nf_conntrack_common.h).
private enum ConnectionStatus {
    static let confirmed: UInt32 = 0x8
    static let destinationTranslated: UInt32 = 0x20
}

extension ConnectionKey {
    /// The loads of the key's fields, each into a 4-byte register of its own.
    var loads: [LiveExpression] {
        let (port, sequence) =
            switch self {
            case .client, .clientSequence: (TCPHeader.sourcePort, TCPHeader.sequence)
            case .server, .serverAcknowledges: (TCPHeader.destinationPort, TCPHeader.acknowledgement)
            }
        var loads: [LiveExpression] = [
            .connection(.id),
            .payload(base: .transport, offset: port, length: 2, into: LiveRegister(word: 1)),
        ]
        if hasSequence {
            loads.append(.payload(base: .transport, offset: sequence, length: 4, into: LiveRegister(word: 2)))
        }
        return loads
    }
}
