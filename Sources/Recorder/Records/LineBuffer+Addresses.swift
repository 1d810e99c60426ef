extension LineBuffer {
    /// Appends an address in quotes: dotted decimal, or the text form of RFC 5952.
    mutating func append(_ address: FlowAddress) {
        append(34)
        if let v4 = address.v4 { append(dotted: v4) } else { append(groups: address.bits) }
        append(34)
    }

    private mutating func append(dotted bits: UInt32) {
        append(number: UInt64(bits >> 24))
        append(46)
        append(number: UInt64(bits >> 16 & 255))
        append(46)
        append(number: UInt64(bits >> 8 & 255))
        append(46)
        append(number: UInt64(bits & 255))
    }

    private mutating func append(groups bits: UInt128) {
        // The longest run of at least two zero groups, the first of equals.
        var (best, length) = (8, 1)
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, Self.group(end, of: bits) == 0 { end += 1 }
            if end - start > length { (best, length) = (start, end - start) }
            start = max(end, start) + 1
        }
        var index = 0
        while index < 8 {
            if index == best {
                append(58)
                append(58)
                index += length
                continue
            }
            if index > 0, index != best + length || best == 8 { append(58) }
            append(hexadecimal: Self.group(index, of: bits))
            index += 1
        }
    }

    private static func group(_ index: Int, of bits: UInt128) -> UInt16 {
        UInt16(truncatingIfNeeded: bits >> UInt128(16 * (7 - index)))
    }

    private mutating func append(hexadecimal group: UInt16) {
        var hasBegun = false
        var shift: UInt16 = 12
        while true {
            let digit = UInt8(truncatingIfNeeded: group >> shift & 15)
            if digit != 0 || hasBegun || shift == 0 {
                append(hexadecimal: digit)
                hasBegun = true
            }
            if shift == 0 { return }
            shift -= 4
        }
    }

    /// Appends the name of a transport protocol in quotes, or its number.
    mutating func append(transport number: UInt8) {
        switch number {
        case 6: append("\"tcp\"")
        case 17: append("\"udp\"")
        case 132: append("\"sctp\"")
        case 33: append("\"dccp\"")
        case 136: append("\"udplite\"")
        case 1: append("\"icmp\"")
        case 58: append("\"icmpv6\"")
        default:
            append(34)
            append(number: UInt64(number))
            append(34)
        }
    }
}
