/// Characters in bytes that may be anything.
enum UTF8Character {
    /// Returns how many bytes the character at a place has, or 0 when the bytes there are no UTF-8, or a character that is not
    /// shown as it is.
    static func plainLength(at place: Int, in bytes: ArraySlice<UInt8>) -> Int {
        let first = bytes[place]
        if first < 0x80 { return (0x20..<0x7f).contains(first) ? 1 : 0 }
        let length: Int
        var value: UInt32
        switch first {
        case 0xc2...0xdf: (length, value) = (2, UInt32(first & 0x1f))
        case 0xe0...0xef: (length, value) = (3, UInt32(first & 0x0f))
        case 0xf0...0xf4: (length, value) = (4, UInt32(first & 0x07))
        default: return 0
        }
        guard bytes.endIndex - place >= length else { return 0 }
        for byte in bytes[(place + 1)..<(place + length)] {
            guard byte & 0xc0 == 0x80 else { return 0 }
            value = value << 6 | UInt32(byte & 0x3f)
        }
        // The shortest form only, and no halves of a surrogate pair.
        guard value >= (length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000), Unicode.Scalar(value) != nil else {
            return 0
        }
        return isShown(value) ? length : 0
    }

    /// Whether a character is shown as it is: no control characters, none that are invisible or turn the direction of writing.
    private static func isShown(_ value: UInt32) -> Bool {
        switch value {
        case 0x80...0x9f, 0xad, 0x61c, 0x180e, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff,
            0xfff9...0xfffb, 0xfdd0...0xfdef, 0xe0000...0xe0fff:
            false
        default: value & 0xfffe != 0xfffe
        }
    }
}
