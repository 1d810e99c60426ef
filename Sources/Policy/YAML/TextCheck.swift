/// Finds what has no place in a text before YAML is read: broken UTF-8, control characters, characters that hide text.
///
/// libyaml reports these without line and column, and takes some characters for line breaks that no editor shows as such.
enum TextCheck {
    /// Findings reported in one text.
    static let most = 20

    /// Returns the text past a UTF-8 byte order mark.
    static func withoutByteOrderMark(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        let marked = bytes.count >= 3 && bytes[0] == 0xef && bytes[1] == 0xbb && bytes[2] == 0xbf
        return marked ? UnsafeBufferPointer(rebasing: bytes[3...]) : bytes
    }

    /// Returns what has no place in the text; nothing when all is well.
    static func check(_ bytes: UnsafeBufferPointer<UInt8>, file: UInt32) -> [Diagnostic] {
        if let encoding = otherEncoding(bytes) {
            return [.otherEncoding(encoding, at: SourceSpan(file: file, line: 1, column: 1))]
        }
        var places = PlaceFinder(bytes)
        var findings: [Diagnostic] = []
        var left = 0
        var offset = 0
        while let found = nextFault(bytes, from: offset) {
            var end = found.offset + found.length
            // A run of the same fault is one finding.
            while let next = fault(bytes, at: end), next.kind.continues(found.kind) { end += next.length }
            if findings.count < most {
                let start = places.mark(at: found.offset)
                let span = SourceSpan(file: file, start, places.mark(at: end))
                findings.append(found.kind.diagnostic(runOf: end - found.offset, at: span))
            } else {
                left += 1
            }
            offset = end
        }
        if left > 0 { findings[most - 1].notes.append(Diagnostic.Note("and \(left) more in this file")) }
        return findings
    }

    static func otherEncoding(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        guard bytes.count >= 2 else { return nil }
        if (bytes[0], bytes[1]) == (0xff, 0xfe) || (bytes[0], bytes[1]) == (0xfe, 0xff) { return "UTF-16" }
        guard bytes.count >= 4 else { return nil }
        // Without a mark: ASCII characters, every other byte zero.
        let zeros = (bytes[0] == 0, bytes[1] == 0, bytes[2] == 0, bytes[3] == 0)
        return zeros == (true, false, true, false) || zeros == (false, true, false, true) ? "UTF-16" : nil
    }

    private struct Found {
        let kind: TextFault
        let offset: Int
        let length: Int
    }

    private static func nextFault(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Found? {
        var offset = start
        let count = bytes.count
        guard let base = UnsafeRawPointer(bytes.baseAddress) else { return nil }
        while offset < count {
            // Eight printable ASCII bytes at a time: no byte with the top bit, below 0x20, or 0x7f.
            while offset + 8 <= count {
                let word = base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                let low = (word &- 0x2020_2020_2020_2020) & ~word
                let del = (word ^ 0x7f7f_7f7f_7f7f_7f7f) &- 0x0101_0101_0101_0101
                if (word | low | del) & 0x8080_8080_8080_8080 != 0 { break }
                offset += 8
            }
            let stop = min(offset + 8, count)
            while offset < stop {
                let byte = bytes[offset]
                if (0x20...0x7e).contains(byte) || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\t") {
                    offset += 1
                } else if let found = fault(bytes, at: offset) {
                    return found
                } else {
                    offset += UTF8Sequence.length(bytes, at: offset) ?? 1
                }
            }
        }
        return nil
    }

    /// Returns what is wrong at a place where a scalar begins, or nil.
    private static func fault(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> Found? {
        guard offset < bytes.count else { return nil }
        let byte = bytes[offset]
        if byte < 0x80 {
            let kind: TextFault? =
                switch byte {
                case UInt8(ascii: "\n"), UInt8(ascii: "\t"), 0x20...0x7e: nil
                case UInt8(ascii: "\r"):
                    offset + 1 < bytes.count && bytes[offset + 1] == UInt8(ascii: "\n") ? nil : .lineBreak("U+000D")
                case 0: .nul
                default: .control(UInt32(byte))
                }
            return kind.map { Found(kind: $0, offset: offset, length: 1) }
        }
        guard let length = UTF8Sequence.length(bytes, at: offset) else {
            return Found(kind: .brokenUTF8(byte), offset: offset, length: 1)
        }
        var value = UInt32(byte) & (0x7f >> UInt32(length))
        for index in 1..<length { value = value << 6 | UInt32(bytes[offset + index] & 0x3f) }
        let kind: TextFault? =
            switch value {
            case 0x85: .lineBreak("U+0085")
            case 0x2028: .lineBreak("U+2028")
            case 0x2029: .lineBreak("U+2029")
            case 0x80...0x9f, 0xfffe, 0xffff: .control(value)
            case 0x202a...0x202e, 0x2066...0x2069: .reordering(value)
            case 0xfeff: .control(value)
            default: nil
            }
        return kind.map { Found(kind: $0, offset: offset, length: length) }
    }
}
