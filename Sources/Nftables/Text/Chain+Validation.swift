extension Chain {
    func validate(_ names: TableNames) throws(TableError) {
        for (index, rule) in rules.enumerated() {
            if let comment = rule.comment, !TextBounds.isComment(comment) { throw .badComment(on: name) }
            guard let last = rule.statements.indices.last else { throw .badOrder(chain: name, rule: index) }
            for (position, statement) in rule.statements.enumerated() {
                if case .unknown = statement { throw .foreign(in: name) }
                guard statement.isWithinBounds else { throw .badStatement(chain: name, rule: index) }
                guard !statement.endsRule || position == last else { throw .badOrder(chain: name, rule: index) }
                try statement.checkReferences(names, from: name)
            }
            guard rule.listsAsWritten else { throw .impliedMatch(chain: name, rule: index) }
        }
    }
}

extension Rule {
    /// Whether nft lists every match: it leaves out a family that an address implies, a family before the protocol of a
    /// reset, and a protocol that a dispatch repeats, and adds the protocol that a reset needs.
    fileprivate var listsAsWritten: Bool {
        let asksSet = statements.contains { if case .protocolInSet = $0 { true } else { false } }
        if asksSet, statements.count > 2 { return false }
        var hasFamily = false
        var hasAddress = false
        var transports: [UInt8] = []
        var hasDispatch = false
        var hasReset = false
        var hasTCP = false
        var asks = false
        for statement in statements {
            switch statement {
            case .family: hasFamily = true
            case .sourceInSet, .destinationInSet, .destinationIsLoopbackV4, .destinationIsLoopbackV6, .meter:
                hasAddress = true
            case .tcpFlags, .setReset, .connectionKnown, .remember: hasTCP = true
            case .dispatchAsked: asks = true
            case .dispatchSource: hasDispatch = true
            case .transport(let number): transports.append(number)
            case .dispatch: hasDispatch = true
            case .rejectReset: hasReset = true
            default: break
            }
        }
        if hasFamily && (hasAddress || hasReset) || hasDispatch && !transports.isEmpty { return false }
        if hasTCP && (!transports.isEmpty || hasDispatch || hasReset || asks) { return false }
        // Which ports those of the original direction are, nft only knows by the protocol before them.
        if asks { return transports.count == 1 && !hasReset }
        return !hasReset || transports == [6]
    }
}

extension Statement {
    /// Whether nothing may follow.
    fileprivate var endsRule: Bool {
        switch self {
        case .verdict, .dispatch, .dispatchSource, .dispatchAsked, .rejectReset, .rejectProhibited: true
        default: false
        }
    }

    /// Whether every number and text is one that nft takes and lists unchanged. An empty list is never rendered: it would be
    /// no restriction, or a syntax error, but never "nobody".
    fileprivate var isWithinBounds: Bool {
        switch self {
        case .timeBefore(let second): (1...TextBounds.maxSecond).contains(second)
        case .socketUser(let numbers), .socketGroup(let numbers): Self.areAscending(numbers)
        case .connectionState(let states): Self.areAscending(states.map(\.rawValue))
        case .destinationType(let types), .sourceType(let types): Self.areAscending(types.map(\.rawValue))
        case .inputInterface(let name, _), .outputInterface(let name, _):
            (1...15).contains(name.utf8.count)
                && name.utf8.allSatisfy { TextBounds.isNameByte($0) && $0 != UInt8(ascii: "/") }
        case .log(let prefix, _, let snaplen, let queueThreshold):
            (1...TextBounds.maxPrefixBytes).contains(prefix.utf8.count)
                && prefix.utf8.allSatisfy(TextBounds.isTextByte) && snaplen != 0 && queueThreshold != 0
        case .meter(_, _, let limit): limit.isWithinBounds
        case .connectionMark(let mask, let value), .setConnectionMark(let mask, let value):
            mask != 0 && value & ~mask == 0
        case .payload(let match): match.isWithinBounds
        case .remember(_, _, let timeoutSeconds, _), .refreshProtocol(_, let timeoutSeconds):
            (1...31_536_000).contains(timeoutSeconds)
        case .linkAddress(let address): address < 1 << 48
        case .cgroupInSet(let level, _): level >= 1
        default: true
        }
    }

    private static func areAscending(_ numbers: [UInt32]) -> Bool {
        !numbers.isEmpty && zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }
    }

    fileprivate func checkReferences(_ names: TableNames, from chain: String) throws(TableError) {
        switch self {
        case .sourceInSet(let family, let set): try names.checkAddresses(set: set, family, from: chain)
        case .destinationInSet(let family, let set), .originalSourceInSet(let family, let set):
            try names.checkAddresses(set: set, family, from: chain)
        case .connectionKnown(let key, let set, _), .remember(let key, let set, _, _):
            try names.check(set: set, is: .connections(sequence: key.hasSequence), from: chain)
        case .cgroupInSet(_, let set): try names.check(set: set, is: .cgroups, from: chain)
        case .timeInSet(let set): try names.check(set: set, is: .time, from: chain)
        case .protocolInSet(let set), .refreshProtocol(let set, _):
            try names.check(set: set, is: .timedProtocols, from: chain)
        case .meter(let set, let family, _): try names.check(set: set, is: .dynamic(family), from: chain)
        case .counter(let name):
            guard names.counters.contains(name) else { throw .danglingReference(from: chain, to: name) }
        case .dispatch(let map), .dispatchSource(let map), .dispatchAsked(let map):
            guard names.maps.contains(map) else { throw .danglingReference(from: chain, to: map) }
        case .verdict(let verdict): try names.check(verdict, from: chain)
        default: break
        }
    }
}

extension Limit {
    /// Whether the kernel can count it: it keeps unit × burst in nanoseconds.
    fileprivate var isWithinBounds: Bool {
        guard let seconds = Self.seconds(of: unit) else { return false }
        return (1...1_000_000).contains(count) && burst >= 1
            && UInt64(burst) <= UInt64(Int64.max) / (seconds * 1_000_000_000)
    }
}
