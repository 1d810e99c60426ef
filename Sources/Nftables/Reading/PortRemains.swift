/// What a torn or edited ruleset still says of the ports it gated.
public enum PortRemains {
    /// Finds everything that reads like an element of a verdict map (`6 . 22 : goto …`), and returns the ports in order,
    /// merged, without their verdicts (which become `accept`).
    public static func ports(in text: [UInt8]) -> [VerdictMap.Element] {
        var found: [UInt8: [ClosedRange<UInt16>]] = [:]
        var scanner = TableScanner(text)
        var isWordStart = true
        while !scanner.isAtEnd {
            let start = scanner.position
            if isWordStart, let (transport, ports) = scanner.portElement() {
                found[transport, default: []].append(ports)
                continue
            }
            scanner.position = start
            isWordStart = !TextBounds.isNameByte(scanner.byte)
            scanner.position += 1
        }
        return found.keys.sorted().flatMap { transport in
            merged(found[transport] ?? []).map {
                VerdictMap.Element(
                    transport: transport, first: $0.lowerBound, last: $0.upperBound, verdict: .accept)
            }
        }
    }

    private static func merged(_ ranges: [ClosedRange<UInt16>]) -> [ClosedRange<UInt16>] {
        var result: [ClosedRange<UInt16>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = result.last, Int(range.lowerBound) <= Int(last.upperBound) + 1 {
                result[result.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                result.append(range)
            }
        }
        return result
    }
}

extension TableScanner {
    /// Reads `6 . 22 : ` or `6 . 22-25 : `, whatever verdict follows.
    fileprivate mutating func portElement() -> (UInt8, ClosedRange<UInt16>)? {
        guard let transport: UInt8 = number(), take(" . "), let first: UInt16 = number() else { return nil }
        var last = first
        if take(UInt8(ascii: "-")) {
            guard let end: UInt16 = number(), first <= end else { return nil }
            last = end
        }
        guard take(" : ") else { return nil }
        // What the recorder sends to hear of it; no port that was gated.
        return take("goto pg_beat") ? nil : (transport, first...last)
    }
}
