/// An IP address as text, and of which version it is.
struct AddressText: Hashable {
    /// The address as the record writes it.
    let text: String
    /// 4 or 6.
    let version: Int64

    /// Checks the text; nil when it is no address.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        if bytes.contains(UInt8(ascii: ":")) {
            guard Self.isVersion6(bytes) else { return nil }
            version = 6
        } else {
            guard Self.isVersion4(bytes[...]) else { return nil }
            version = 4
        }
        self.text = text
    }

    private static func isVersion4(_ bytes: ArraySlice<UInt8>) -> Bool {
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                (1...3).contains(part.count) && part.allSatisfy { (0x30...0x39).contains($0) }
                    && part.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 255
            }
    }

    /// RFC 4291, section 2.2: eight groups, or fewer and `::` once; the last 32 bits may be an IPv4 address.
    private static func isVersion6(_ bytes: [UInt8]) -> Bool {
        guard bytes.count <= 45 else { return false }
        let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var groups = 0
        var gaps = 0
        for (place, part) in parts.enumerated() {
            if part.isEmpty {
                // One empty part stands for `::` within, two of them at an end, three for `::` alone.
                let isEdge = place == 0 || place == parts.count - 1
                if isEdge {
                    guard parts.count > 2, parts[place == 0 ? 1 : parts.count - 2].isEmpty else { return false }
                } else {
                    gaps += 1
                }
            } else if part.contains(UInt8(ascii: ".")) {
                guard place == parts.count - 1, isVersion4(part) else { return false }
                groups += 2
            } else {
                let isGroup =
                    part.count <= 4
                    && part.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20) }
                guard isGroup else { return false }
                groups += 1
            }
        }
        return gaps == 0 ? groups == 8 : gaps == 1 && groups < 8
    }
}
