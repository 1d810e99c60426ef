/// A place in a text that only moves forward, so that any number of look-ups together cost one pass.
struct TextCursor {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var offset = 0
    private var line: UInt32 = 1
    private var column: UInt32 = 1

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    private var mark: YAMLMark { YAMLMark(line: line, column: column) }

    private mutating func step() {
        let byte = bytes[offset]
        offset += 1
        if byte == UInt8(ascii: "\n") {
            line += 1
            column = 1
        } else if offset >= bytes.count || bytes[offset] & 0xc0 != 0x80 {
            column += 1
        }
    }

    /// Moves to a place and then past the anchor, tag, blanks and comments there; returns where the node's own text begins,
    /// and where a tag stands.
    mutating func skipProperties(from start: YAMLMark) -> (content: YAMLMark, tag: YAMLMark?) {
        while mark < start, offset < bytes.count { step() }
        var tag: YAMLMark?
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                step()
            case UInt8(ascii: "#"):
                while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") { step() }
            case UInt8(ascii: "&"), UInt8(ascii: "!"):
                if bytes[offset] == UInt8(ascii: "!") { tag = tag ?? mark }
                while offset < bytes.count, bytes[offset] > UInt8(ascii: " ") { step() }
            default:
                return (mark, tag)
            }
        }
        return (mark, tag)
    }
}
