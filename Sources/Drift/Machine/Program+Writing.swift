import Nftables

extension Program {
    /// Returns what rules may write to packets of a context, or to what is known of them: what is constant beside that stays so.
    func written(to reading: PacketReading) -> Set<Quantity> {
        var found: Set<Quantity> = []
        for table in ruleset.tables where table.sees(reading.context.family) {
            for expression in table.chains.lazy.flatMap(\.rules).flatMap(\.expressions) {
                found.formUnion(expression.written(to: reading))
            }
        }
        return found
    }
}

extension LiveExpression {
    fileprivate func written(to reading: PacketReading) -> [Quantity] {
        let state = Quantity.connection(ConnectionKeyNumber.state.rawValue, nil)
        switch self {
        case .metaWrite(let key, _): return [.meta(key)]
        case .connectionWrite(let key, let direction, _): return [reading.connectionQuantity(key, direction)]
        case .notrack: return [state]
        case .payloadWrite(let base, let offset, let length, _, _, _, _):
            return reading.payload(base, offset, length).bytes.compactMap { byte in
                if case .quantity(let quantity, _) = byte { quantity } else { nil }
            }
        case .nat, .masquerade, .redirect: return Self.translated
        case .target(let name, let revision, let info):
            switch CompatTarget(name, revision, info, reading.context.family) {
            case .bits(let quantity, _, _), .value(let quantity): return [quantity]
            case .notrack: return [state]
            case .sourceTranslation, .destinationTranslation: return Self.translated
            case .log, .passes, .reject, .unknown: return []
            }
        default: return []
        }
    }

    private static let translated: [Quantity] = [
        .source, .sourcePort, .destination, .destinationPort, .translation,
        .connection(ConnectionKeyNumber.status.rawValue, nil),
    ]
}

extension HookPath {
    /// What gets another value between hooks.
    var written: [Quantity] {
        steps.compactMap { step in
            switch step {
            case .becomes(let quantity, _), .copies(let quantity, _): quantity
            case .ingress, .hook, .delivery: nil
            }
        }
    }
}
