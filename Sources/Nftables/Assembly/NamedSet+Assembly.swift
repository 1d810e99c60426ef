extension NamedSet {
    /// The set as the kernel holds it. Declared elements become the ends of half-open intervals.
    func assembled() -> LiveSet {
        var set =
            switch content {
            case .ipv4: LiveSet(name: name, flags: .interval, keyType: KeyType.ipv4, keyLength: 4)
            case .ipv6: LiveSet(name: name, flags: .interval, keyType: KeyType.ipv6, keyLength: 16)
            case .time: LiveSet(name: name, flags: .interval, keyType: KeyType.time, keyLength: 8)
            case .dynamic(let family, let size, let timeoutSeconds):
                LiveSet(
                    name: name, flags: [.dynamic, .timeout], keyType: family.keyType, keyLength: family.keyLength,
                    timeoutMilliseconds: UInt64(timeoutSeconds) * 1000, size: size)
            case .timed(let family, let ranges, let size):
                LiveSet(
                    name: name, flags: ranges ? [.interval, .timeout] : .timeout, keyType: family.keyType,
                    keyLength: family.keyLength, size: size)
            case .cgroups: LiveSet(name: name, keyType: KeyType.controlGroup, keyLength: 8)
            case .connections(let sequence, let size, let timeoutSeconds):
                LiveSet(
                    name: name, flags: [.dynamic, .timeout],
                    keyType: sequence ? KeyType.connectionAndSequence : KeyType.connection,
                    keyLength: sequence ? 12 : 8, timeoutMilliseconds: UInt64(timeoutSeconds) * 1000, size: size)
            case .timedProtocols(let seconds?):
                LiveSet(
                    name: name, flags: [.dynamic, .timeout], keyType: KeyType.nfProtocol, keyLength: 1,
                    timeoutMilliseconds: UInt64(seconds) * 1000, size: NamedSet.protocolsSize)
            case .timedProtocols: LiveSet(name: name, flags: .timeout, keyType: KeyType.nfProtocol, keyLength: 1)
            }
        set.comment = comment
        switch content {
        case .ipv4(let ranges):
            set.elements.reserveIntervals(ranges.count)
            for range in ranges { set.elements.appendInterval(range.first, range.last) }
        case .ipv6(let ranges):
            set.elements.reserveIntervals(ranges.count)
            for range in ranges { set.elements.appendInterval(range.first, range.last) }
        case .time(let ranges):
            set.elements.reserveIntervals(ranges.count)
            for range in ranges { set.elements.appendInterval(range.firstNanosecond, range.lastNanosecond) }
        case .dynamic, .timed, .cgroups, .connections, .timedProtocols: break
        }
        return set
    }
}

extension AddressFamily {
    fileprivate var keyType: UInt32 { self == .v4 ? KeyType.ipv4 : KeyType.ipv6 }
    fileprivate var keyLength: Int { self == .v4 ? 4 : 16 }
}

extension RangeTime {
    /// Nanoseconds since the epoch; validation bounds the seconds.
    fileprivate var firstNanosecond: UInt64 { UInt64(first) * 1_000_000_000 }
    fileprivate var lastNanosecond: UInt64 { UInt64(last) * 1_000_000_000 }
}

extension LiveSet.Elements {
    /// NFT_SET_ELEM_INTERVAL_END.
    private static let intervalEnd: UInt8 = 1

    fileprivate mutating func reserveIntervals(_ count: Int) {
        keys.reserveCapacity(count * 2 * keyLength)
        flags.reserveCapacity(count * 2)
    }

    /// Appends the ends of a closed interval of numbers as wide as the keys. One that reaches the greatest number has no end.
    fileprivate mutating func appendInterval<Number: FixedWidthInteger>(_ first: Number, _ last: Number) {
        appendKey(first)
        flags.append(0)
        guard last != .max else { return }
        appendKey(last + 1)
        flags.append(Self.intervalEnd)
    }

    private mutating func appendKey<Number: FixedWidthInteger>(_ number: Number) {
        var shift = Number.bitWidth - 8
        while shift >= 0 {
            keys.append(UInt8(truncatingIfNeeded: number >> Number(shift)))
            shift -= 8
        }
    }
}
