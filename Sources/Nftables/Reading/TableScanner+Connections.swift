/// Statements about connections and payloads, exactly as nft lists them.
extension TableScanner {
    /// Reads what stands behind `ct `, other than a state.
    mutating func connection() -> Statement? {
        if take("original ip saddr @") { return word().map { .originalSourceInSet(family: .v4, set: $0) } }
        if take("original ip6 saddr @") { return word().map { .originalSourceInSet(family: .v6, set: $0) } }
        if take("direction ") {
            return number(UInt8.self).flatMap(ConnectionDirection.init).map(Statement.connectionDirection)
        }
        if take("status 0x20") { return .destinationTranslated }
        if take("mark set ct mark") { return setConnectionMark() }
        if take("mark ") { return connectionMark() }
        guard let key = connectionKey(from: "id . ") else { return nil }
        let negated = take(" != @")
        guard negated || take(" @") else { return nil }
        return word().map { .connectionKnown(key, set: $0, negated: negated) }
    }

    private mutating func connectionMark() -> Statement? {
        if take("& ") {
            guard let mask = mark(), take(" == "), let value = mark() else { return nil }
            return .connectionMark(mask: mask, value: value)
        }
        guard let value = mark() else { return nil }
        guard take(UInt8(ascii: "/")) else { return .connectionMark(mask: .max, value: value) }
        guard let prefix: UInt32 = number(), (1...31).contains(prefix) else { return nil }
        return .connectionMark(mask: ~(UInt32.max >> prefix), value: value)
    }

    private mutating func setConnectionMark() -> Statement? {
        var kept = UInt32.max
        var value: UInt32 = 0
        let masks = take(" & ")
        if masks {
            guard let number = mark() else { return nil }
            kept = number
        }
        if take(" | ") {
            guard let number = mark() else { return nil }
            value = number
        } else if !masks {
            return nil
        }
        // nft shows what is set among what is kept; other numbers are not as portgate writes them.
        guard kept & value == value else { return nil }
        return .setConnectionMark(mask: ~kept | value, value: value)
    }

    /// Reads a mark of eight digits.
    private mutating func mark() -> UInt32? {
        guard take("0x"), position + 8 <= text.count else { return nil }
        var value: UInt32 = 0
        for _ in 0..<8 {
            guard let digit = Self.hexDigit(byte) else { return nil }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    private mutating func connectionKey(from start: StaticString) -> ConnectionKey? {
        guard take(start) else { return nil }
        if take("tcp sport . tcp sequence") { return .clientSequence }
        if take("tcp dport . tcp ackseq") { return .serverAcknowledges }
        if take("tcp sport") { return .client }
        return take("tcp dport") ? .server : nil
    }

    mutating func remember(refreshes: Bool) -> Statement? {
        guard let set = word(), take(" { "), let key = connectionKey(from: "ct id . "), take(" timeout "),
            let seconds: UInt32 = number(), take("s }")
        else { return nil }
        return .remember(key, set: set, timeoutSeconds: seconds, refreshes: refreshes)
    }

    mutating func refreshProtocol() -> Statement? {
        guard let set = word(), take(" { meta nfproto timeout "), let seconds: UInt32 = number(), take("s }") else {
            return nil
        }
        return .refreshProtocol(set: set, timeoutSeconds: seconds)
    }

    mutating func payload() -> Statement? {
        if take("@ih,0,8 >= 0x0") { return .hasPayload }
        guard take("@ih,"), let offset: Int = number(), offset % 8 == 0, take(UInt8(ascii: ",")),
            let length: Int = number(), length % 8 == 0, (8...128).contains(length), take(UInt8(ascii: " "))
        else { return nil }
        let count = length / 8
        guard take("& ") else {
            return bytes(count).map { .payload(PayloadMatch(offset: offset / 8, bytes: $0)) }
        }
        guard let mask = bytes(count), take(" == "), let wanted = bytes(count) else { return nil }
        return .payload(PayloadMatch(offset: offset / 8, mask: mask, bytes: wanted))
    }

    /// Reads one number as so many bytes.
    private mutating func bytes(_ count: Int) -> [UInt8]? {
        guard take("0x") else { return nil }
        var digits: [UInt8] = []
        while let digit = Self.hexDigit(byte), digits.count <= count * 2 {
            digits.append(digit)
            position += 1
        }
        guard (1...count * 2).contains(digits.count), digits.count == 1 || digits[0] != 0 else { return nil }
        digits = [UInt8](repeating: 0, count: count * 2 - digits.count) + digits
        return (0..<count).map { digits[$0 * 2] << 4 | digits[$0 * 2 + 1] }
    }

    mutating func tcpFlags() -> Statement? {
        if take("0x2 / 0x1,0x2,0x4,0x10") { return .tcpFlags(.opening) }
        if take("0x2,0x10 / 0x2,0x10") { return .tcpFlags(.openingAnswer) }
        if take("& 0x2 == 0x2") { return .tcpFlags(.synchronizing) }
        if take("& 0x4 == 0x4") { return .tcpFlags(.reset) }
        if take("& 0x20 == 0x20") { return .tcpFlags(.urgent) }
        return take("set 0x4") ? .setReset : nil
    }

    mutating func linkAddress() -> UInt64? {
        var value: UInt64 = 0
        for index in 0..<6 {
            if index > 0, !take(UInt8(ascii: ":")) { return nil }
            for _ in 0..<2 {
                guard let digit = Self.hexDigit(byte) else { return nil }
                value = value << 4 | UInt64(digit)
                position += 1
            }
        }
        return value
    }

    mutating func cgroup() -> Statement? {
        guard let level: UInt8 = number(), take(" @") else { return nil }
        return word().map { .cgroupInSet(level: level, set: $0) }
    }
}
