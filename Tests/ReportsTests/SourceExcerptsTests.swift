import Policy
import Testing

@testable import Reports

@Suite struct SourceExcerptsTests {
    /// One line, a span in it, and what is shown of it.
    struct Row: Sendable {
        let bytes: [UInt8]
        let column: UInt32
        let length: UInt32
        let text: String
        let padding: Int
        let underline: Int

        init(_ line: String, _ column: UInt32, _ length: UInt32, _ text: String, _ padding: Int, _ underline: Int) {
            self.init(bytes: Array(line.utf8), column, length, text, padding, underline)
        }

        init(bytes: [UInt8], _ column: UInt32, _ length: UInt32, _ text: String, _ padding: Int, _ underline: Int) {
            self.bytes = bytes
            self.column = column
            self.length = length
            self.text = text
            self.padding = padding
            self.underline = underline
        }
    }

    @Test(
        "the underlined stretch stands under the span, whatever the characters' widths",
        arguments: [
            Row("port: 1", 7, 1, "port: 1", 6, 1),
            Row("\tport: 1", 8, 1, "    port: 1", 10, 1),
            Row("名前: x", 5, 1, "名前: x", 6, 1),
            Row("名前: x", 1, 2, "名前: x", 0, 4),
            Row("e\u{301}: x", 5, 1, "e\u{301}: x", 3, 1),
            Row("\u{feff}port: 1", 7, 1, "port: 1", 6, 1),
            Row("a\u{1b}b", 3, 1, "a\\x1bb", 5, 1),
            Row("a\u{202e}b", 3, 1, "a\\u{202e}b", 9, 1),
            Row(bytes: [0x61, 0xff, 0xc3, 0x62], 4, 1, "a\\xff\\xc3b", 9, 1),
            // Over-long and surrogate encodings are broken bytes.
            Row(bytes: [0xc0, 0x80, 0x62], 3, 1, "\\xc0\\x80b", 8, 1),
            Row(bytes: [0xed, 0xa0, 0x80, 0x62], 4, 1, "\\xed\\xa0\\x80b", 12, 1),
            Row("port:", 6, 0, "port:", 5, 1),
            Row("port:", 6, 40, "port:", 5, 1),
            Row("port: 1\r", 7, 1, "port: 1", 6, 1),
        ])
    func alignment(row: Row) throws {
        var sources = SourceMap()
        let file = sources.add(SourceFile(path: "x", bytes: row.bytes + [0x0a]))
        var excerpts = SourceExcerpts(sources)
        let excerpt = excerpts.excerpt(of: SourceSpan(file: file, line: 1, column: row.column, length: row.length))
        let found = try #require(excerpt)
        #expect(found == SourceExcerpts.Excerpt(text: row.text, padding: row.padding, underline: row.underline))
    }

    @Test("a span over several lines underlines its first to the end")
    func severalLines() throws {
        var sources = SourceMap()
        let file = sources.add(SourceFile(path: "x", bytes: Array("a: b\nc: d\n".utf8)))
        var excerpts = SourceExcerpts(sources)
        let span = SourceSpan(file: file, line: 1, column: 2, endLine: 2, endColumn: 3)
        #expect(excerpts.excerpt(of: span) == SourceExcerpts.Excerpt(text: "a: b", padding: 1, underline: 3))
    }

    @Test("a line past the end, and a file of another map, have no excerpt")
    func missing() {
        var sources = SourceMap()
        let file = sources.add(SourceFile(path: "x", bytes: Array("a".utf8)))
        var excerpts = SourceExcerpts(sources)
        #expect(excerpts.excerpt(of: SourceSpan(file: file, line: 2, column: 1)) == nil)
        #expect(excerpts.excerpt(of: SourceSpan(file: file, line: 0, column: 1)) == nil)
        #expect(excerpts.excerpt(of: SourceSpan(file: 7, line: 1, column: 1)) == nil)
    }

    @Test("of a huge line a part is shown, and ten thousand findings on it are rendered in one walk")
    func hugeLine() throws {
        var sources = SourceMap()
        let file = sources.add(SourceFile(path: "x", bytes: Array(repeating: UInt8(ascii: "["), count: 4_000_000)))
        var excerpts = SourceExcerpts(sources)
        for number in 0..<10_000 {
            let span = SourceSpan(file: file, line: 1, column: UInt32(number * 400 + 1))
            let excerpt = excerpts.excerpt(of: span)
            let found = try #require(excerpt)
            #expect(found.text.unicodeScalars.count <= 163)
            #expect(found.padding == (number == 0 ? 0 : 61))
        }
    }
}
