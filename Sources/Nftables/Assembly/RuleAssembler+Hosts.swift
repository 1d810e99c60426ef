/// Matches on the clock, on sockets and on IPsec.
extension RuleAssembler {
    mutating func appendHostMatch(_ statement: Statement) {
        switch statement {
        case .timeInSet(let set): match(.packet(.time), Self.networkOrder(8), .lookup(set))
        case .timeBefore(let second):
            let nanosecond = RegisterBytes.network(UInt64(second) * 1_000_000_000)
            match(.packet(.time), Self.networkOrder(8), .compare(.less, .first, nanosecond))
        case .socketUser(let users): list(.packet(.socketUser), in: users, keyType: KeyType.user)
        case .socketGroup(let groups): list(.packet(.socketGroup), in: groups, keyType: KeyType.group)
        case .socketHasOwner:
            match(.packet(.socketUser), Self.networkOrder(4), .compare(.greaterOrEqual, .first, [0, 0, 0, 0]))
        case .securityRequest(let number):
            match(Self.security(.requestID), .compare(.equal, .first, RegisterBytes.host(number)))
        case .securityIndex(let number):
            match(Self.security(.parameterIndex), .compare(.equal, .first, RegisterBytes.network(number)))
        case .cgroupInSet(let level, let set):
            match(.socket(key: SocketKey.controlGroup.rawValue, level: UInt32(level), into: .first), .lookup(set))
        default: break
        }
    }

    /// Turns a number of the first register round, so that it can be compared as bytes.
    static func networkOrder(_ length: Int) -> LiveExpression {
        .byteOrder(from: .first, into: .first, size: length, length: length)
    }

    /// Loads from the first transformation of an incoming packet.
    private static func security(_ key: SecurityKey) -> LiveExpression {
        .ipsec(key: key.rawValue, direction: 0, index: 0, into: .first)
    }
}
