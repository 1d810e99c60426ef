extension TableScanner {
    /// Reads a rule to the end of its line. From the first statement that portgate does not render, the rest is unknown.
    mutating func rule() -> Rule? {
        var rule = Rule([])
        let lineStart = position
        while true {
            skipBlanks()
            if isAtRuleEnd { break }
            let start = position
            if position > lineStart, take("comment "), let comment = quoted(), isAtRuleEnd {
                rule.comment = comment
                break
            }
            position = start
            if let statement = statement(), isAtRuleEnd || byte == UInt8(ascii: " ") {
                rule.statements.append(statement)
                continue
            }
            position = start
            guard let end = endOfItem() else { return nil }
            rule.statements.append(.unknown(excerpt(start..<end)))
            position = end
            break
        }
        return rule.statements.isEmpty ? nil : rule
    }

    private var isAtRuleEnd: Bool { byte == UInt8(ascii: "\n") || isAtEnd }

    /// Reads one statement exactly as nft lists it.
    private mutating func statement() -> Statement? {
        switch byte {
        case UInt8(ascii: "i"):
            if take("ip saddr @") { return word().map { .sourceInSet(family: .v4, set: $0) } }
            if take("ip6 saddr @") { return word().map { .sourceInSet(family: .v6, set: $0) } }
            if take("ip daddr @") { return word().map { .destinationInSet(family: .v4, set: $0) } }
            if take("ip6 daddr @") { return word().map { .destinationInSet(family: .v6, set: $0) } }
            if take("ipsec in reqid ") { return number().map(Statement.securityRequest) }
            if take("ipsec in spi ") { return number().map(Statement.securityIndex) }
            if take("ip daddr 127.0.0.0/8") { return .destinationIsLoopbackV4 }
            if take("ip6 daddr ::1") { return .destinationIsLoopbackV6 }
            if take("iifname ") { return interface().map { .inputInterface($0.name, negated: $0.negated) } }
            return nil
        case UInt8(ascii: "o"):
            guard take("oifname ") else { return nil }
            return interface().map { .outputInterface($0.name, negated: $0.negated) }
        case UInt8(ascii: "m"): return take("meta ") ? metaStatement() : nil
        case UInt8(ascii: "c"):
            if take("ct state ") { return connectionStates().map(Statement.connectionState) }
            if take("ct status ! 0x8") { return .connectionUnconfirmed }
            if take("ct packets != ") { return packetRange().map(Statement.connectionPacketsOutside) }
            if take("ct ") { return connection() }
            return take("counter name ") ? quoted().map(Statement.counter) : nil
        case UInt8(ascii: "@"): return payload()
        case UInt8(ascii: "a"):
            if take("add @") { return remember(refreshes: false) }
            return verdict().map(Statement.verdict)
        case UInt8(ascii: "e"): return take("ether saddr ") ? linkAddress().map(Statement.linkAddress) : nil
        case UInt8(ascii: "s"): return take("socket cgroupv2 level ") ? cgroup() : nil
        case UInt8(ascii: "t"): return take("tcp flags ") ? tcpFlags() : nil
        case UInt8(ascii: "f"):
            if take("fib saddr . iif oif 0") { return .noRouteBack(sameInterface: true) }
            if take("fib saddr oif 0") { return .noRouteBack(sameInterface: false) }
            let isSource = take("fib saddr type ")
            guard isSource || take("fib daddr type "), let numbers = numbers() else { return nil }
            let types = numbers.compactMap(AddressType.init)
            guard types.count == numbers.count else { return nil }
            return isSource ? .sourceType(types) : .destinationType(types)
        case UInt8(ascii: "l"): return take("log prefix ") ? log() : nil
        case UInt8(ascii: "u"):
            guard take("update @") else { return nil }
            let start = position
            if let meter = meter() { return meter }
            position = start
            if let refreshed = refreshProtocol() { return refreshed }
            position = start
            return remember(refreshes: true)
        case UInt8(ascii: "r"):
            if take("reject with tcp reset") { return .rejectReset }
            if take("reject with icmpx 3") { return .rejectProhibited }
            if take("reset tcp option mptcp") { return .stripMultipath }
            return verdict().map(Statement.verdict)
        default: return verdict().map(Statement.verdict)
        }
    }

    private mutating func metaStatement() -> Statement? {
        if take("nfproto 2") { return .family(.v4) }
        if take("nfproto 10") { return .family(.v6) }
        if take("nfproto @") { return word().map(Statement.protocolInSet) }
        if take("time @") { return word().map(Statement.timeInSet) }
        if take("time < ") { return seconds().map(Statement.timeBefore) }
        if take("skuid >= 0") { return .socketHasOwner }
        if take("skuid ") { return numbers().map(Statement.socketUser) }
        if take("skgid ") { return numbers().map(Statement.socketGroup) }
        if take("l4proto . th dport vmap @") { return word().map(Statement.dispatch) }
        if take("l4proto . th sport vmap @") { return word().map(Statement.dispatchSource) }
        if take("l4proto . ct original proto-dst vmap @") { return word().map(Statement.dispatchAsked) }
        return take("l4proto ") ? number().map(Statement.transport) : nil
    }

    private mutating func interface() -> (name: String, negated: Bool)? {
        let negated = take("!= ")
        return quoted().map { ($0, negated) }
    }

    /// Reads one number, or several in braces.
    private mutating func numbers() -> [UInt32]? {
        guard take("{ ") else { return number().map { [$0] } }
        var numbers: [UInt32] = []
        repeat {
            guard let next: UInt32 = number() else { return nil }
            numbers.append(next)
        } while take(", ")
        return take(" }") && numbers.count > 1 ? numbers : nil
    }

    private mutating func packetRange() -> ClosedRange<UInt64>? {
        guard let first: UInt64 = number(), take("-"), let last: UInt64 = number(), first < last else { return nil }
        return first...last
    }

    private mutating func connectionStates() -> [ConnectionState]? {
        var states: [ConnectionState] = []
        repeat {
            guard let state = hexadecimal().flatMap(ConnectionState.init) else { return nil }
            states.append(state)
        } while take(UInt8(ascii: ","))
        return states
    }

    private mutating func log() -> Statement? {
        guard let prefix = quoted(), take(" group "), let group: UInt16 = number() else { return nil }
        var snaplen: UInt32?
        if take(" snaplen ") {
            guard let number: UInt32 = number() else { return nil }
            snaplen = number
        }
        var queueThreshold: UInt16?
        if take(" queue-threshold ") {
            guard let number: UInt16 = number() else { return nil }
            queueThreshold = number
        }
        return .log(prefix: prefix, group: group, snaplen: snaplen, queueThreshold: queueThreshold)
    }

    private mutating func meter() -> Statement? {
        guard let set = word() else { return nil }
        let family: AddressFamily
        if take(" { ip saddr limit rate ") {
            family = .v4
        } else if take(" { ip6 saddr & ffff:ffff:ffff:ffff:: limit rate ") {
            family = .v6
        } else {
            return nil
        }
        let over = take("over ")
        guard let count: UInt32 = number(), take(UInt8(ascii: "/")), let unit = word() else { return nil }
        guard Limit.seconds(of: unit) != nil else { return nil }
        var burst = Limit.defaultBurst
        if take(" burst ") {
            guard let number: UInt32 = number(), take(" packets") else { return nil }
            burst = number
        }
        guard take(" }") else { return nil }
        return .meter(set: set, family: family, limit: Limit(over: over, count: count, unit: unit, burst: burst))
    }
}
