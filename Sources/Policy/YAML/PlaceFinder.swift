/// Line and column of byte offsets, asked for in rising order: all of them together cost one pass.
struct PlaceFinder {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var offset = 0
    private var line: UInt32 = 1
    private var column: UInt32 = 1

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// Returns the place of a byte. A byte that is not UTF-8 counts as one scalar.
    mutating func mark(at target: Int) -> YAMLMark {
        let target = min(target, bytes.count)
        while offset < target {
            let byte = bytes[offset]
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
                offset += 1
            } else {
                column += 1
                offset += byte < 0x80 ? 1 : UTF8Sequence.length(bytes, at: offset) ?? 1
            }
        }
        return YAMLMark(line: line, column: column)
    }
}

/// The form of UTF-8.
enum UTF8Sequence {
    /// Returns the length of the well-formed UTF-8 sequence of two to four bytes at a place, or nil.
    static func length(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> Int? {
        let first = bytes[offset]
        func follows(_ distance: Int, _ range: ClosedRange<UInt8> = 0x80...0xbf) -> Bool {
            offset + distance < bytes.count && range.contains(bytes[offset + distance])
        }
        switch first {
        case 0xc2...0xdf: return follows(1) ? 2 : nil
        case 0xe0: return follows(1, 0xa0...0xbf) && follows(2) ? 3 : nil
        case 0xed: return follows(1, 0x80...0x9f) && follows(2) ? 3 : nil
        case 0xe1...0xef: return follows(1) && follows(2) ? 3 : nil
        case 0xf0: return follows(1, 0x90...0xbf) && follows(2) && follows(3) ? 4 : nil
        case 0xf1...0xf3: return follows(1) && follows(2) && follows(3) ? 4 : nil
        case 0xf4: return follows(1, 0x80...0x8f) && follows(2) && follows(3) ? 4 : nil
        default: return nil
        }
    }
}
