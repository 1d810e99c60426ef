/// Numbers at a place, whatever the place: past the end they are zero, and nobody reads what is not there.
extension RawSpan {
    func has(_ count: Int, at place: Int) -> Bool { place >= 0 && count >= 0 && count <= byteCount - place }

    func byte(at place: Int) -> UInt8 {
        has(1, at: place) ? unsafeLoadUnaligned(fromByteOffset: place, as: UInt8.self) : 0
    }

    /// A number in the processor's byte order.
    func native16(at place: Int) -> UInt16 {
        has(2, at: place) ? unsafeLoadUnaligned(fromByteOffset: place, as: UInt16.self) : 0
    }

    /// A number in the processor's byte order.
    func native32(at place: Int) -> UInt32 {
        has(4, at: place) ? unsafeLoadUnaligned(fromByteOffset: place, as: UInt32.self) : 0
    }

    /// A number in network byte order.
    func network16(at place: Int) -> UInt16 { UInt16(bigEndian: native16(at: place)) }

    /// A number in network byte order.
    func network32(at place: Int) -> UInt32 { UInt32(bigEndian: native32(at: place)) }

    /// A number in network byte order.
    func network64(at place: Int) -> UInt64 {
        has(8, at: place) ? UInt64(bigEndian: unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self)) : 0
    }

    /// A number in network byte order.
    func network128(at place: Int) -> UInt128 {
        UInt128(network64(at: place)) << 64 | UInt128(network64(at: place + 8))
    }
}
