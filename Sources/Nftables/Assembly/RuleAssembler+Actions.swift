/// What a rule does beside matching.
extension RuleAssembler {
    mutating func appendAction(_ statement: Statement) {
        switch statement {
        case .counter(let name): action([.object(type: LiveObject.counterType, name: name)])
        case .log(let prefix, let group, let snaplen, let queueThreshold):
            action([
                .log(
                    prefix: prefix, group: group, snapLength: snaplen, queueThreshold: queueThreshold, level: nil,
                    flags: 0)
            ])
        case .meter(let set, let family, let limit):
            need(family)
            var expressions: [LiveExpression] = [.address(family.source)]
            if family == .v6 { expressions.append(.keep(RegisterBytes.network(UInt128.max << 64))) }
            expressions.append(Self.dynamic(set, operation: DynamicOperation.update, expressions: [limit.expression]))
            action(expressions)
        case .setConnectionMark(let mask, let value):
            action([
                .connection(.mark), .keep(RegisterBytes.host(~mask), flipping: RegisterBytes.host(value)),
                .connectionWrite(key: ConnectionKeyNumber.mark.rawValue, direction: nil, from: .first),
            ])
        case .remember(let key, let set, let timeoutSeconds, let refreshes):
            needTCP()
            let operation = refreshes ? DynamicOperation.update : DynamicOperation.add
            action(key.loads + [Self.dynamic(set, operation: operation, timeoutSeconds: timeoutSeconds)])
        case .refreshProtocol(let set, let timeoutSeconds):
            action([
                .packet(.family),
                Self.dynamic(set, operation: DynamicOperation.update, timeoutSeconds: timeoutSeconds),
            ])
        case .setReset:
            needTCP()
            action([
                .payload(base: .transport, offset: TCPHeader.offsetAndFlags, length: 2, into: .first),
                .keep([0xff, 0], flipping: [0, 0x04]),
                .payloadWrite(
                    base: .transport, offset: TCPHeader.offsetAndFlags, length: 2, from: .first,
                    checksumType: 1, checksumOffset: UInt32(TCPHeader.checksum), checksumFlags: 0),
            ])
        case .stripMultipath:
            action([.extensionHeaderWrite(operation: 1, type: 30, offset: 0, length: 0, from: nil)])
        default: break
        }
    }

    private static func dynamic(
        _ set: String, operation: UInt32, timeoutSeconds: UInt32? = nil, expressions: [LiveExpression] = []
    ) -> LiveExpression {
        .dynamicSet(
            set: set, operation: operation, key: .first, data: nil,
            timeoutMilliseconds: timeoutSeconds.map { UInt64($0) * 1000 }, negated: false, expressions: expressions)
    }

    mutating func appendEnd(_ statement: Statement) {
        switch statement {
        case .verdict(let verdict): action([.verdict(LiveVerdict(verdict))])
        case .dispatch(let map):
            let port = LiveExpression.payload(
                base: .transport, offset: TCPHeader.destinationPort, length: 2, into: LiveRegister(word: 1))
            dispatch(port, map)
        case .dispatchSource(let map):
            let port = LiveExpression.payload(
                base: .transport, offset: TCPHeader.sourcePort, length: 2, into: LiveRegister(word: 1))
            dispatch(port, map)
        case .dispatchAsked(let map):
            dispatch(.connection(.destinationPort, of: .original, into: LiveRegister(word: 1)), map)
        case .rejectReset: action([.reject(type: 1, code: 0)])
        case .rejectProhibited: action([.reject(type: 2, code: 3)])
        default: break
        }
    }

    /// Takes a verdict by protocol and port. For keys of ranges nft turns the protocol round as well, of which one byte is
    /// less than the two to be turned: nothing happens.
    private mutating func dispatch(_ port: LiveExpression, _ map: String) {
        var expressions: [LiveExpression] = [.packet(.transport)]
        if takesRanges(map) { expressions.append(.byteOrder(from: .first, into: .first, size: 2, length: 1)) }
        action(expressions + [port, .lookup(map)])
    }
}

/// Enum nft_dynset_ops.
private enum DynamicOperation {
    static let add: UInt32 = 0
    static let update: UInt32 = 1
}

extension Limit {
    /// The rate as the kernel counts it.
    fileprivate var expression: LiveExpression {
        guard let seconds = Self.seconds(of: unit) else { preconditionFailure("validation knows every unit") }
        return .limit(rate: UInt64(count), unitSeconds: seconds, burst: burst, type: 0, flags: over ? 1 : 0)
    }
}
