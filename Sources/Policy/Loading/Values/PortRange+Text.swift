/// Why a text is not a port or a range of ports.
enum PortRangeError: Error, Hashable {
    /// The part of the text is not a number from 1 to 65535.
    case notAPort(String)
    /// The range ends before it starts.
    case backwards(UInt16, UInt16)
}

extension PortRange {
    /// Reads `5432` or `9000-9010`; both ends are included.
    init(parsing text: String) throws(PortRangeError) {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let first = try Self.port(parts[0])
        let last = parts.count == 2 ? try Self.port(parts[1]) : first
        guard let range = PortRange(first, last) else { throw .backwards(first, last) }
        self = range
    }

    private static func port(_ text: Substring) throws(PortRangeError) -> UInt16 {
        guard let number = WholeNumber.parse(text.utf8), let port = UInt16(exactly: number), port > 0 else {
            throw .notAPort(String(text))
        }
        return port
    }

    /// Returns ranges in order, without overlaps and neighbours.
    static func merged(_ ranges: [PortRange]) -> [PortRange] {
        var result: [PortRange] = []
        for range in ranges.sorted(by: { ($0.first, $0.last) < ($1.first, $1.last) }) {
            if let last = result.last, Int(range.first) <= Int(last.last) + 1,
                let joined = PortRange(last.first, max(last.last, range.last))
            {
                result[result.count - 1] = joined
            } else {
                result.append(range)
            }
        }
        return result
    }

    /// The range as written in a policy.
    var text: String { first == last ? "\(first)" : "\(first)-\(last)" }
}
