/// The checksum of IPv4, TCP, UDP and ICMP (RFC 1071).
enum InternetChecksum {
    /// Returns the ones' complement of the ones' complement sum of 16-bit words; an odd last byte is padded with zero.
    static func sum(_ bytes: [UInt8]) -> UInt16 {
        var total: UInt64 = 0
        for (index, byte) in bytes.enumerated() {
            total += index.isMultiple(of: 2) ? UInt64(byte) << 8 : UInt64(byte)
        }
        while total > 0xffff { total = (total & 0xffff) + (total >> 16) }
        return ~UInt16(truncatingIfNeeded: total)
    }
}
