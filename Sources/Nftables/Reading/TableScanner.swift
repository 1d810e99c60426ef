/// A position in the text of a table, and the reading of small things there. A `take…` that returns nil or false has moved
/// nothing or leaves the caller to go back; nothing here fails on any input.
struct TableScanner {
    let text: [UInt8]
    var position = 0

    init(_ text: [UInt8]) { self.text = text }

    /// The byte at the position; 0, which no listing holds, at the end.
    var byte: UInt8 { position < text.count ? text[position] : 0 }

    var isAtEnd: Bool { position >= text.count }

    /// The 1-based line of the position.
    var line: Int { 1 + text[..<min(position, text.count)].count { $0 == UInt8(ascii: "\n") } }

    /// Goes past spaces and tabs.
    mutating func skipBlanks() {
        while byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { position += 1 }
    }

    /// Goes past spaces, tabs and line ends.
    mutating func skipSpace() {
        while byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\t") { position += 1 }
    }

    mutating func take(_ wanted: UInt8) -> Bool {
        guard byte == wanted, !isAtEnd else { return false }
        position += 1
        return true
    }

    /// Goes past a literal that stands here.
    mutating func take(_ literal: StaticString) -> Bool {
        let matches = literal.withUTF8Buffer { literal in
            guard position + literal.count <= text.count else { return false }
            for index in 0..<literal.count where unsafe literal[index] != text[position + index] { return false }
            return true
        }
        if matches { position += literal.utf8CodeUnitCount }
        return matches
    }

    /// Reads what stands up to a space, a line end, a brace, a comma, a semicolon or a quote.
    mutating func word() -> String? {
        let start = position
        while !isAtEnd {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "{"), UInt8(ascii: "}"),
                UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\""):
                return position == start ? nil : decoded(start..<position)
            default: position += 1
            }
        }
        return position == start ? nil : decoded(start..<position)
    }

    /// Reads a string in quotes. nft escapes nothing: the string ends at the next quote, be it lines away.
    mutating func quoted() -> String? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        let start = position
        while !isAtEnd {
            if byte == UInt8(ascii: "\"") {
                position += 1
                return decoded(start..<position - 1)
            }
            position += 1
        }
        return nil
    }

    /// Reads a decimal number without sign or leading zeros.
    mutating func number<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) -> Number? {
        let start = position
        var value: Number = 0
        while true {
            let digit = byte &- UInt8(ascii: "0")
            guard digit <= 9 else { break }
            let (tens, overflowsTens) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflows) = tens.addingReportingOverflow(Number(digit))
            if overflowsTens || overflows || (value == 0 && position > start) { return nil }
            value = sum
            position += 1
        }
        return position == start ? nil : value
    }

    /// Reads `0x…` in lower case without leading zeros.
    mutating func hexadecimal() -> UInt32? {
        guard take("0x") else { return nil }
        let start = position
        var value: UInt32 = 0
        while let digit = Self.hexDigit(byte) {
            if position - start == 8 || (value == 0 && position > start) { return nil }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return position == start ? nil : value
    }

    static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    /// Returns the end of what starts at the position: the line end, or the brace that closes what is around it, outside of
    /// quotes and of braces of its own; nil when the text ends before.
    func endOfItem() -> Int? {
        var index = position
        var depth = 0
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "\""):
                index += 1
                while index < text.count, text[index] != UInt8(ascii: "\"") { index += 1 }
                if index == text.count { return nil }
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "}"):
                if depth == 0 { return index }
                depth -= 1
            case UInt8(ascii: "\n") where depth == 0: return index
            default: break
            }
            index += 1
        }
        return nil
    }

    func decoded(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }

    /// Decodes a text of which nobody knows how long it is: what is beyond 4096 bytes is told by its length and a hash.
    func excerpt(_ range: Range<Int>) -> String {
        let limit = 4096
        guard range.count > limit else { return decoded(range) }
        // FNV-1a, so that two long texts that differ late are still two.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text[range] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return decoded(range.prefix(limit)) + "… (\(range.count) bytes, \(String(hash, radix: 16)))"
    }
}
