/// Finds the comments of a YAML text: `#` at the start of a line or after white space, outside quotes and block scalars.
///
/// One pass over the bytes, tolerant of text that is not YAML: what it takes for a comment is at worst not one.
struct CommentScanner {
    /// A comment.
    struct Comment: Hashable {
        /// Line of the `#`, from 1.
        let line: UInt32
        /// Column of the `#` in Unicode scalars, from 1.
        let column: UInt32
        /// The bytes from the `#` to the end of the line.
        let bytes: Range<Int>
        /// Whether nothing but white space stands before it on the line.
        let isAlone: Bool
    }

    private enum Scalar {
        case none
        case plain
        case single
        case double
    }

    private let bytes: [UInt8]
    private var comments: [Comment] = []
    private var scalar = Scalar.none
    private var flowDepth = 0
    /// The indentation that lines of a block scalar have more than, while one may go on.
    private var blockParent: Int?
    /// The indentation of the block scalar's first line.
    private var blockIndent: Int?

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Returns the comments in order.
    static func comments(in bytes: [UInt8]) -> [Comment] {
        var scanner = CommentScanner(bytes)
        scanner.scan()
        return scanner.comments
    }

    private mutating func scan() {
        var line: UInt32 = 1
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            scan(line: line, start..<end)
            start = end + 1
            line &+= 1
        }
    }

    private mutating func scan(line: UInt32, _ range: Range<Int>) {
        let text = bytes[range].drop { $0 == UInt8(ascii: " ") }
        let indent = text.startIndex - range.lowerBound
        let isBlank = text.allSatisfy {
            $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r")
        }
        if let parent = blockParent {
            if isBlank { return }
            if indent >= blockIndent ?? (parent + 1) {
                blockIndent = blockIndent ?? indent
                return
            }
            blockParent = nil
            blockIndent = nil
        }
        // A plain scalar that goes on is not told from a new token: a quote there is seldom, and a key is the rule.
        if scalar == .plain { scalar = .none }
        var tokenMayStart = true
        var isInProperty = false
        var keyColumn = indent
        var index = text.startIndex
        while index < range.upperBound {
            let byte = bytes[index]
            let isAfterSpace =
                index == range.lowerBound || bytes[index - 1] == UInt8(ascii: " ")
                || bytes[index - 1] == UInt8(ascii: "\t")
            switch scalar {
            case .double:
                if byte == UInt8(ascii: "\\") { index += 1 }
                if byte == UInt8(ascii: "\"") { scalar = .none }
            case .single:
                // A doubled quote ends the text and starts it again at once.
                if byte == UInt8(ascii: "'") { scalar = .none }
                if scalar == .none, index + 1 < range.upperBound, bytes[index + 1] == byte {
                    scalar = .single
                    index += 1
                }
            case .none, .plain:
                if byte == UInt8(ascii: "#"), isAfterSpace {
                    add(line: line, from: index, in: range, isAlone: index == text.startIndex)
                    return
                }
                if isInProperty {
                    // An anchor, an alias or a tag goes on to the next space; the token after it is still to come.
                    let endsFlow =
                        flowDepth > 0 && [UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}")].contains(byte)
                    guard isAfterSpace || endsFlow else { break }
                    isInProperty = false
                }
                if tokenMayStart, [UInt8(ascii: "&"), UInt8(ascii: "!"), UInt8(ascii: "*")].contains(byte) {
                    isInProperty = true
                    break
                }
                structure(byte, at: index, in: range, &tokenMayStart, &keyColumn)
                if blockParent != nil {
                    // Only a comment may follow the header of a block scalar.
                    if let hash = bytes[index..<range.upperBound].firstIndex(of: UInt8(ascii: "#")), hash > index + 1,
                        bytes[hash - 1] == UInt8(ascii: " ")
                    {
                        add(line: line, from: hash, in: range, isAlone: false)
                    }
                    return
                }
            }
            index += 1
        }
    }

    /// Follows one byte outside quotes: where a token may start, and which one starts.
    private mutating func structure(
        _ byte: UInt8, at index: Int, in range: Range<Int>, _ tokenMayStart: inout Bool, _ keyColumn: inout Int
    ) {
        let next = index + 1 < range.upperBound ? bytes[index + 1] : UInt8(ascii: " ")
        let isBeforeSpace = next == UInt8(ascii: " ") || next == UInt8(ascii: "\t") || next == UInt8(ascii: "\r")
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
            break
        case UInt8(ascii: "-") where tokenMayStart && isBeforeSpace && flowDepth == 0,
            UInt8(ascii: "?") where tokenMayStart && isBeforeSpace:
            // What follows a dash is a node of its own; its column is known when it starts.
            keyColumn = index - range.lowerBound
        case UInt8(ascii: ":")
        where isBeforeSpace || (flowDepth > 0 && (next == UInt8(ascii: ",") || next == UInt8(ascii: "}"))):
            tokenMayStart = true
            scalar = .none
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            guard tokenMayStart || flowDepth > 0 else { return }
            flowDepth += 1
            tokenMayStart = true
            scalar = .none
        case UInt8(ascii: "]"), UInt8(ascii: "}"):
            guard flowDepth > 0 else { return }
            flowDepth -= 1
            tokenMayStart = false
            scalar = .none
        case UInt8(ascii: ",") where flowDepth > 0:
            tokenMayStart = true
            scalar = .none
        case UInt8(ascii: "\"") where tokenMayStart:
            noteKey(at: index, in: range, &keyColumn)
            tokenMayStart = false
            scalar = .double
        case UInt8(ascii: "'") where tokenMayStart:
            noteKey(at: index, in: range, &keyColumn)
            tokenMayStart = false
            scalar = .single
        case UInt8(ascii: "|") where tokenMayStart && flowDepth == 0,
            UInt8(ascii: ">") where tokenMayStart && flowDepth == 0:
            blockParent = keyColumn
        default:
            if tokenMayStart { noteKey(at: index, in: range, &keyColumn) }
            tokenMayStart = false
            scalar = .plain
        }
    }

    /// Remembers the column of a line's first token: a block scalar under it is indented further.
    private func noteKey(at index: Int, in range: Range<Int>, _ keyColumn: inout Int) {
        let onlyDashesBefore = bytes[range.lowerBound..<index].allSatisfy {
            $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "?")
        }
        if onlyDashesBefore { keyColumn = index - range.lowerBound }
    }

    private mutating func add(line: UInt32, from hash: Int, in range: Range<Int>, isAlone: Bool) {
        var end = range.upperBound
        if end > hash, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        // Continuation bytes of UTF-8 do not start a scalar; a byte order mark is one, and editors do not count it.
        let before = bytes[range.lowerBound..<hash].count { $0 & 0xc0 != 0x80 }
        comments.append(Comment(line: line, column: UInt32(before) + 1, bytes: hash..<end, isAlone: isAlone))
    }
}
