import Policy

/// Finds lines of source files for excerpts, each file indexed once, when it is first asked for.
struct SourceExcerpts {
    /// A line as it may be shown, and what to underline.
    struct Excerpt: Equatable {
        /// The text, or a part of it around the span when the line is long; harmless on a terminal.
        let text: String
        /// Terminal columns before the underlined stretch.
        let padding: Int
        /// Terminal columns to underline, at least 1.
        let underline: Int
    }

    /// Scalars shown before and after the start of the span of a long line.
    private static let before = 60
    private static let after = 100

    private let sources: SourceMap
    private var starts: [UInt32: [Int]] = [:]
    /// Where the last excerpt began, so that many findings on one huge line do not each walk it from its start.
    private var last = (file: UInt32.max, line: UInt32(0), column: 1, offset: 0)

    init(_ sources: SourceMap) { self.sources = sources }

    /// Returns the first line of a span; nil when there is no such line.
    mutating func excerpt(of span: SourceSpan) -> Excerpt? {
        guard let line = line(span.line, of: span.file) else { return nil }
        let column = Int(span.column)
        let end = span.endLine == span.line ? max(Int(span.endColumn), column + 1) : Int.max
        let first = max(1, column - Self.before)

        var cursor = UTF8Cursor(line, at: line.startIndex)
        var position = 1
        if last.file == span.file, last.line == span.line, last.column <= first {
            cursor = UTF8Cursor(line, at: last.offset)
            position = last.column
        } else if span.line == 1, line.starts(with: [0xef, 0xbb, 0xbf]) {
            // A byte order mark is no column.
            _ = cursor.next()
        }
        while position < first, cursor.next() != nil { position += 1 }
        last = (span.file, span.line, position, cursor.offset)

        var text = Array((position > 1 ? "…" : "").utf8)
        var padding = text.isEmpty ? 0 : 1
        var underline = 0
        while position <= column + Self.after, let unit = cursor.next() {
            let width = append(unit, to: &text)
            if position < column {
                padding += width
            } else if position < end {
                underline += width
            }
            position += 1
        }
        if cursor.next() != nil { text += "…".utf8 }
        // A span past the end of the line points at the place where something is missing.
        return Excerpt(text: String(decoding: text, as: UTF8.self), padding: padding, underline: max(1, underline))
    }

    private func append(_ unit: UTF8Cursor.Unit, to text: inout [UInt8]) -> Int {
        switch unit {
        case .scalar(let scalar):
            VisibleText.append(scalar, to: &text)
            return VisibleText.width(of: scalar)
        case .byte(let byte):
            text += "\\x\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8
            return 4
        }
    }

    private mutating func line(_ number: UInt32, of file: UInt32) -> ArraySlice<UInt8>? {
        guard Int(file) < sources.files.count, number >= 1 else { return nil }
        let bytes = sources.files[Int(file)].bytes
        if starts[file] == nil {
            var found = [0]
            for offset in bytes.indices where bytes[offset] == UInt8(ascii: "\n") { found.append(offset + 1) }
            starts[file] = found
        }
        guard let starts = starts[file], Int(number) <= starts.count else { return nil }
        let start = starts[Int(number) - 1]
        var end = Int(number) < starts.count ? starts[Int(number)] - 1 : bytes.endIndex
        if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return bytes[start..<end]
    }
}
