extension TableScanner {
    /// Reads `{ a, b, … }`, each element by a closure; nil when one is not as the closure wants it.
    private mutating func list<Element>(_ element: (inout TableScanner) -> Element?) -> [Element]? {
        guard take(UInt8(ascii: "{")) else { return nil }
        var elements: [Element] = []
        while true {
            skipSpace()
            guard let next = element(&self) else { return nil }
            elements.append(next)
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            return take(UInt8(ascii: "}")) ? elements : nil
        }
    }

    mutating func ipv4Elements() -> [Range32]? {
        guard var ranges = list({ $0.ipv4Element() }) else { return nil }
        if zip(ranges, ranges.dropFirst()).contains(where: { $0.first > $1.first }) {
            ranges.sort { $0.first < $1.first }
        }
        return ranges
    }

    private mutating func ipv4Element() -> Range32? {
        guard let first = ipv4() else { return nil }
        switch byte {
        case UInt8(ascii: "/"):
            position += 1
            guard let prefix: UInt32 = number(), prefix <= 32 else { return nil }
            let hostBits = prefix == 0 ? UInt32.max : (1 << (32 - prefix)) - 1
            return first & hostBits == 0 ? Range32(first, first | hostBits) : nil
        case UInt8(ascii: "-"):
            position += 1
            guard let last = ipv4(), first <= last else { return nil }
            return Range32(first, last)
        default: return Range32(first, first)
        }
    }

    mutating func ipv6Elements() -> [Range128]? {
        guard var ranges = list({ $0.ipv6Element() }) else { return nil }
        if zip(ranges, ranges.dropFirst()).contains(where: { $0.first > $1.first }) {
            ranges.sort { $0.first < $1.first }
        }
        return ranges
    }

    private mutating func ipv6Element() -> Range128? {
        guard let first = ipv6() else { return nil }
        switch byte {
        case UInt8(ascii: "/"):
            position += 1
            guard let prefix: UInt128 = number(), prefix <= 128 else { return nil }
            let hostBits = prefix == 0 ? UInt128.max : (1 << (128 - prefix)) - 1
            return first & hostBits == 0 ? Range128(first, first | hostBits) : nil
        case UInt8(ascii: "-"):
            position += 1
            guard let last = ipv6(), first <= last else { return nil }
            return Range128(first, last)
        default: return Range128(first, first)
        }
    }

    mutating func timeElements() -> [RangeTime]? {
        guard var ranges = list({ $0.timeElement() }) else { return nil }
        if zip(ranges, ranges.dropFirst()).contains(where: { $0.first > $1.first }) {
            ranges.sort { $0.first < $1.first }
        }
        return ranges
    }

    private mutating func timeElement() -> RangeTime? {
        guard let first = seconds() else { return nil }
        guard take(UInt8(ascii: "-")) else { return RangeTime(first, first) }
        guard let last = seconds(), first <= last else { return nil }
        return RangeTime(first, last)
    }

    mutating func verdictElements() -> [VerdictMap.Element]? {
        guard var elements = list({ $0.verdictElement() }) else { return nil }
        elements.sort { ($0.transport, $0.first, $0.last) < ($1.transport, $1.first, $1.last) }
        return elements
    }

    private mutating func verdictElement() -> VerdictMap.Element? {
        guard let transport: UInt8 = number(), take(" . "), let first: UInt16 = number() else { return nil }
        var last = first
        if take(UInt8(ascii: "-")) {
            guard let end: UInt16 = number(), first <= end else { return nil }
            last = end
        }
        guard take(" : "), let verdict = verdict() else { return nil }
        return VerdictMap.Element(transport: transport, first: first, last: last, verdict: verdict)
    }

    /// Reads a verdict, and for `jump` and `goto` the chain it leads to.
    mutating func verdict() -> Verdict? {
        if take("jump ") { return word().map(Verdict.jump) }
        if take("goto ") { return word().map(Verdict.goto) }
        switch word() {
        case "accept": return .accept
        case "drop": return .drop
        case "return": return .return
        default: return nil
        }
    }

    /// Goes past a list of cgroups, which nft shows by their paths in quotes, or by number where there is no path any more.
    mutating func skipQuotedElements() -> Bool {
        list { scanner in scanner.byte == UInt8(ascii: "\"") ? scanner.quoted() : scanner.word() } != nil
    }

    /// Goes past a list of elements that the kernel fills by itself; such elements have no texts.
    mutating func skipElements() -> Bool {
        guard byte == UInt8(ascii: "{"), let end = endOfItem() else { return false }
        if text[position..<end].contains(UInt8(ascii: "\"")) { return false }
        position = end
        return true
    }
}
