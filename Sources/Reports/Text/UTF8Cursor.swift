/// Walks over bytes scalar by scalar. A byte that is not part of well-formed UTF-8 counts as one of its own, as one column.
struct UTF8Cursor {
    /// What stands at the cursor.
    enum Unit: Equatable {
        /// A scalar.
        case scalar(Unicode.Scalar)
        /// A byte that is not UTF-8.
        case byte(UInt8)
    }

    private let bytes: ArraySlice<UInt8>
    /// The offset of the next unit.
    private(set) var offset: Int

    /// Starts at an offset that begins a unit.
    init(_ bytes: ArraySlice<UInt8>, at offset: Int) {
        self.bytes = bytes
        self.offset = offset
    }

    /// Returns the next unit and steps over it; nil at the end.
    mutating func next() -> Unit? {
        guard offset < bytes.endIndex else { return nil }
        let lead = bytes[offset]
        if lead < 0x80 {
            offset += 1
            return .scalar(Unicode.Scalar(lead))
        }
        let (length, least): (Int, UInt32) =
            switch lead {
            case 0xc2...0xdf: (2, 0x80)
            case 0xe0...0xef: (3, 0x800)
            case 0xf0...0xf4: (4, 0x10000)
            default: (1, 0)
            }
        if length > 1, offset + length <= bytes.endIndex {
            var value = UInt32(lead) & (0x7f >> UInt32(length))
            var isWellFormed = true
            for byte in bytes[(offset + 1)..<(offset + length)] {
                isWellFormed = isWellFormed && byte & 0xc0 == 0x80
                value = value << 6 | UInt32(byte & 0x3f)
            }
            if isWellFormed, value >= least, let scalar = Unicode.Scalar(value) {
                offset += length
                return .scalar(scalar)
            }
        }
        offset += 1
        return .byte(lead)
    }
}
