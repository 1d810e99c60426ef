extension IPv4Address {
    /// Creates an address from four decimal parts, or says why the text is not one.
    public init(parsing text: String) throws(AddressError) {
        try self.init(parsing: text.utf8Span.span)
    }

    /// Creates an address from the bytes of a text, or says why they are not one. Allocates nothing.
    public init(parsing text: borrowing Span<UInt8>) throws(AddressError) {
        guard !text.isEmpty else { throw .empty }
        var bits: UInt32 = 0
        var octet: UInt32 = 0
        var digits = 0
        var octets = 0
        var tooLarge = false
        var leadingZero = false
        for index in text.indices {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if digits > 0, octet == 0 { leadingZero = true }
                octet = min(octet * 10 + UInt32(byte - UInt8(ascii: "0")), 1000)
                digits += 1
                if octet > 255 { tooLarge = true }
            case UInt8(ascii: "."):
                guard digits > 0 else { throw .notAnAddress }
                bits = bits << 8 | octet & 0xff
                octets += 1
                octet = 0
                digits = 0
            default:
                throw .notAnAddress
            }
        }
        guard digits > 0 else { throw .notAnAddress }
        guard octets == 3 else { throw .octetCount(octets + 1) }
        guard !leadingZero else { throw .leadingZero }
        guard !tooLarge else { throw .octetTooLarge }
        self.init(bits: bits << 8 | octet)
    }
}

extension IPv6Address {
    /// Creates an address from the text form of RFC 4291, or says why the text is not one.
    public init(parsing text: String) throws(AddressError) {
        try self.init(parsing: text.utf8Span.span)
    }

    /// Creates an address from the bytes of a text, or says why they are not one. Allocates nothing.
    ///
    /// Dotted IPv4 as the last 32 bits is understood; zones (`%eth0`) are refused.
    public init(parsing text: borrowing Span<UInt8>) throws(AddressError) {
        guard !text.isEmpty else { throw .empty }
        let colon = UInt8(ascii: ":")
        var high: UInt128 = 0  // groups before `::`
        var low: UInt128 = 0  // groups behind it, or all when it does not stand
        var before = 0
        var groups = 0
        var compressed = false
        var index = 0
        let count = text.count
        if text[0] == colon {
            guard count >= 2, text[1] == colon else { throw .notAnAddress }
        }
        while index < count {
            if text[index] == colon {
                // Here stands `::`, at the start or behind a group's own colon.
                guard index + 1 < count || groups > 0 else { throw .notAnAddress }
                guard !compressed else { throw .misplacedCompression }
                compressed = true
                high = low
                low = 0
                before = groups
                index += groups == 0 ? 2 : 1
                if index < count, text[index] == colon { throw .misplacedCompression }
                continue
            }
            var group: UInt128 = 0
            let start = index
            while index < count, let digit = hexadecimalDigit(text[index]) {
                guard index - start < 4 else { throw Self.longGroup(text, from: start) }
                group = group << 4 | UInt128(digit)
                index += 1
            }
            if index < count, text[index] == UInt8(ascii: ".") {
                let dotted = try IPv4Address(parsing: text.extracting(start..<count))
                low = low << 32 | UInt128(dotted.bits)
                groups += 2
                index = count
                break
            }
            if index < count, text[index] == UInt8(ascii: "%") { throw .zone }
            guard index > start else { throw .notAnAddress }
            low = low << 16 | group
            groups += 1
            guard groups <= 8 else { throw .groupCount }
            guard index < count else { break }
            guard text[index] == colon else { throw .notAnAddress }
            index += 1
            guard index < count else { throw .groupCount }  // a colon at the end
        }
        guard compressed ? groups <= 8 : groups == 8 else { throw .groupCount }
        if compressed, groups == 8 { throw .misplacedCompression }
        let behind = groups - before
        // The shift is at most 128 - 16 * behind; with nothing before `::` there is nothing to shift.
        let bits = !compressed ? low : (before == 0 ? low : high << UInt128(16 * (8 - before)) | low)
        assert(behind >= 0, "groups behind :: are counted from the first")
        self.init(bits: bits)
    }

    private static func longGroup(_ text: borrowing Span<UInt8>, from start: Int) -> AddressError {
        var index = start
        while index < text.count, hexadecimalDigit(text[index]) != nil { index += 1 }
        let ends = index == text.count || text[index] == UInt8(ascii: ":") || text[index] == UInt8(ascii: "/")
        return ends ? .groupTooLong : .notAnAddress
    }
}

/// Returns the value of a hexadecimal digit of either case.
@inline(__always)
private func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}

extension IPAddress {
    /// Creates an address of either family, or says why the text is not one. IPv4 in IPv6 form is refused.
    public init(parsing text: String) throws(AddressError) {
        try self.init(parsing: text.utf8Span.span)
    }

    /// Creates an address of either family from the bytes of a text. Allocates nothing.
    public init(parsing text: borrowing Span<UInt8>) throws(AddressError) {
        var slash = false
        for index in text.indices where text[index] == UInt8(ascii: "/") { slash = true }
        switch try CIDR(parsing: text) {
        case .v4(let address, prefix: 32) where !slash: self = .v4(address)
        case .v6(let address, prefix: 128) where !slash: self = .v6(address)
        default: throw .unexpectedPrefix
        }
    }
}
