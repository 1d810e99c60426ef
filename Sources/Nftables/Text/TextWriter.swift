/// Appends nft text to a buffer of bytes.
struct TextWriter {
    private(set) var bytes: [UInt8] = []

    init(reserving capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func write(_ text: StaticString) {
        text.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
    }

    mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func write(_ byte: UInt8) { bytes.append(byte) }

    mutating func newline() { bytes.append(UInt8(ascii: "\n")) }

    /// Writes a text that holds no quote, in quotes.
    mutating func quoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: text.utf8)
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func number(_ value: UInt64) {
        if value >= 10 { number(value / 10) }
        bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10))
    }

    mutating func number(_ value: some BinaryInteger) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        number(UInt64(clamping: value.magnitude))
    }

    mutating func ipv4(_ address: UInt32) {
        octet(address >> 24)
        bytes.append(UInt8(ascii: "."))
        octet(address >> 16 & 0xff)
        bytes.append(UInt8(ascii: "."))
        octet(address >> 8 & 0xff)
        bytes.append(UInt8(ascii: "."))
        octet(address & 0xff)
    }

    private mutating func octet(_ value: UInt32) {
        let zero = UInt32(UInt8(ascii: "0"))
        if value >= 100 { bytes.append(UInt8(truncatingIfNeeded: zero + value / 100)) }
        if value >= 10 { bytes.append(UInt8(truncatingIfNeeded: zero + value / 10 % 10)) }
        bytes.append(UInt8(truncatingIfNeeded: zero + value % 10))
    }

    /// Writes an address as RFC 5952 says: lower case, the longest run of two or more zero groups as `::`.
    mutating func ipv6(_ address: UInt128) {
        var best = (start: 8, count: 1)
        var run = (start: 0, count: 0)
        for index in 0..<8 {
            if group(address, index) == 0 {
                if run.count == 0 { run.start = index }
                run.count += 1
                if run.count > best.count { best = run }
            } else {
                run.count = 0
            }
        }
        var index = 0
        while index < 8 {
            if index == best.start {
                write("::")
                index += best.count
                continue
            }
            hexadecimal(group(address, index))
            index += 1
            if index < 8, index != best.start { bytes.append(UInt8(ascii: ":")) }
        }
    }

    private func group(_ address: UInt128, _ index: Int) -> UInt16 {
        UInt16(truncatingIfNeeded: address >> UInt128((7 - index) * 16))
    }

    private mutating func hexadecimal(_ value: UInt16) {
        var shift = 12
        while shift > 0, value >> shift == 0 { shift -= 4 }
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: value >> shift & 0xf)
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            shift -= 4
        }
    }
}
