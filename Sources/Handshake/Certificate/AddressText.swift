/// IP addresses of a certificate as text.
enum AddressText {
    /// Returns an address of 4 or 16 bytes; IPv6 in the one spelling of RFC 5952. Nil for other lengths.
    static func text(_ bytes: ByteReader) -> String? {
        if bytes.count == 4 { return bytes.rest.map { String($0) }.joined(separator: ".") }
        guard bytes.count == 16 else { return nil }
        var bytes = bytes
        var groups: [UInt16] = []
        while let group = bytes.number16() { groups.append(group) }
        let zeros = longestZeros(groups)
        var text = ""
        var index = 0
        while index < 8 {
            if index == zeros.lowerBound, !zeros.isEmpty {
                text += "::"
                index = zeros.upperBound
                continue
            }
            if !text.isEmpty, text.utf8.last != UInt8(ascii: ":") { text += ":" }
            text += String(groups[index], radix: 16)
            index += 1
        }
        return text
    }

    /// The first of the longest runs of zeros; empty when no run has two groups.
    private static func longestZeros(_ groups: [UInt16]) -> Range<Int> {
        var longest = 0..<0
        var start = 0
        for (index, group) in groups.enumerated() {
            if group != 0 {
                start = index + 1
            } else if index + 1 - start > max(longest.count, 1) {
                longest = start..<(index + 1)
            }
        }
        return longest
    }
}
