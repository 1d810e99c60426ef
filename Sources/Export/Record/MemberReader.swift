import JSON

/// Takes the members of an object one by one; what nobody takes remains.
struct MemberReader {
    /// What was not taken, in its order.
    private(set) var rest: [JSONValue.Member]
    private let prefix: String

    /// Reads an object; nil when the value is none.
    init?(_ value: JSONValue, of name: String? = nil) {
        guard case .object(let members) = value else { return nil }
        rest = members
        prefix = name.map { "\($0)." } ?? ""
    }

    /// Takes a member, whatever it holds.
    mutating func value(_ key: String) -> JSONValue? {
        guard let place = rest.firstIndex(where: { $0.key == key }) else { return nil }
        return rest.remove(at: place).value
    }

    /// Takes a text.
    mutating func text(_ key: String) throws(ExportFailure) -> String? {
        guard let value = value(key) else { return nil }
        guard let text = value.text else { throw .member(prefix + key) }
        return text
    }

    /// Takes a whole number of a range.
    mutating func number(
        _ key: String, in range: ClosedRange<Int64> = 0...Int64.max
    ) throws(ExportFailure) -> Int64? {
        guard let value = value(key) else { return nil }
        guard let number = value.integer, range.contains(number) else { throw .member(prefix + key) }
        return number
    }

    /// Takes a text that is to become something.
    mutating func text<Value>(_ key: String, as make: (String) -> Value?) throws(ExportFailure) -> Value? {
        guard let text = try text(key) else { return nil }
        guard let value = make(text) else { throw .member(prefix + key) }
        return value
    }

    /// Takes seconds with up to nine digits of a fraction.
    mutating func nanoseconds(_ key: String) throws(ExportFailure) -> Int64? {
        guard let value = value(key) else { return nil }
        guard let nanoseconds = Self.nanoseconds(value) else { throw .member(prefix + key) }
        return nanoseconds
    }

    private static func nanoseconds(_ value: JSONValue) -> Int64? {
        // 290 years are what fits.
        let most: Int64 = 9_000_000_000
        if let seconds = value.integer { return (0...most).contains(seconds) ? seconds * 1_000_000_000 : nil }
        guard case .decimal(let text) = value else { return nil }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 2, let seconds = Int64(Substring(parts[0])), (0...most).contains(seconds),
            parts[0].first != UInt8(ascii: "-"), (1...9).contains(parts[1].count),
            let fraction = Int64(Substring(parts[1])), parts[1].allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return seconds * 1_000_000_000 + (parts[1].count..<9).reduce(fraction) { number, _ in number * 10 }
    }
}
