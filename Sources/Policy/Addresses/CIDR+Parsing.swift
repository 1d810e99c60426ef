extension CIDR {
    /// Creates a block from `address/prefix`, or of one address from an address alone; or says why the text is neither.
    public init(parsing text: String) throws(AddressError) {
        try self.init(parsing: text.utf8Span.span)
    }

    /// Creates a block from the bytes of a text, or says why they are not one. Allocates nothing.
    public init(parsing text: borrowing Span<UInt8>) throws(AddressError) {
        var slash = text.count
        var colon = false
        var separated = false
        for index in text.indices {
            switch text[index] {
            case UInt8(ascii: "/"): if slash == text.count { slash = index }
            case UInt8(ascii: ":"): colon = true
            case UInt8(ascii: "-"): throw CIDR.isRange(text, dash: index) ? .range : .notAnAddress
            case 0...UInt8(ascii: " "), UInt8(ascii: ","): separated = true
            default: break
            }
        }
        guard slash > 0 else { throw text.isEmpty ? .empty : .missingAddress }
        guard !separated else { throw .trailingText }
        let address = text.extracting(0..<slash)
        if colon {
            let address = try IPv6Address(parsing: address)
            let prefix =
                slash == text.count ? 128 : try Self.prefix(text.extracting(slash + 1..<text.count), limit: 128)
            let block = Self.block(address, prefix)
            if address.isMapped, prefix >= 96 {
                throw .mapped(Self.block(IPv4Address(bits: UInt32(truncatingIfNeeded: address.bits)), prefix - 96))
            }
            guard case .v6(address, _) = block else { throw .hostBits(block) }
            self = block
        } else {
            let address = try IPv4Address(parsing: address)
            var prefix: UInt8 = 32
            if slash < text.count {
                do {
                    prefix = try Self.prefix(text.extracting(slash + 1..<text.count), limit: 32)
                } catch {
                    if let mask = Self.netmask(text.extracting(slash + 1..<text.count)) {
                        throw .netmask(mask.map { Self.block(address, $0) })
                    }
                    throw error
                }
            }
            let block = Self.block(address, prefix)
            guard case .v4(address, _) = block else { throw .hostBits(block) }
            self = block
        }
    }

    /// Returns the block of a prefix length (at most 32) that an address lies in.
    static func block(_ address: IPv4Address, _ prefix: UInt8) -> CIDR {
        .v4(IPv4Address(bits: address.bits & ~(UInt32.max >> UInt32(prefix))), prefix: prefix)
    }

    /// Returns the block of a prefix length (at most 128) that an address lies in.
    static func block(_ address: IPv6Address, _ prefix: UInt8) -> CIDR {
        .v6(IPv6Address(bits: address.bits & ~(UInt128.max >> UInt128(prefix))), prefix: prefix)
    }

    private static func prefix(_ text: borrowing Span<UInt8>, limit: UInt8) throws(AddressError) -> UInt8 {
        guard !text.isEmpty else { throw .prefixNotANumber }
        var value = 0
        for index in text.indices {
            guard case UInt8(ascii: "0")...UInt8(ascii: "9") = text[index] else { throw .prefixNotANumber }
            value = min(value * 10 + Int(text[index] - UInt8(ascii: "0")), 1000)
        }
        if text.count > 1, text[0] == UInt8(ascii: "0") { throw .leadingZero }
        guard value <= Int(limit) else { throw .prefixTooLong(limit: limit) }
        return UInt8(value)
    }

    /// Returns the prefix length that a netmask means, an inner nil when its bits are not in one run; nil when the text is no
    /// mask at all.
    private static func netmask(_ text: borrowing Span<UInt8>) -> UInt8?? {
        do throws(AddressError) {
            let mask = try IPv4Address(parsing: text).bits
            let length = (~mask).leadingZeroBitCount
            return .some(~mask & (~mask &+ 1) == 0 ? UInt8(length) : nil)
        } catch {
            return nil
        }
    }

    /// Tells whether an address stands on both sides of a dash.
    private static func isRange(_ text: borrowing Span<UInt8>, dash: Int) -> Bool {
        guard dash > 0, dash + 1 < text.count else { return false }
        for index in text.indices where index != dash {
            switch text[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: " "),
                UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
                continue
            default:
                return false
            }
        }
        return text[0] != UInt8(ascii: "-")
    }
}

extension IPv6Address {
    /// Whether the address is an IPv4 address in IPv6 form (::ffff:0:0/96).
    public var isMapped: Bool { bits >> 32 == 0xffff }
}
