import Policy
import TestSupport
import Testing

/// What is wrong with a text is found where it stands.
@Suite struct YAMLDiagnosticsTests {
    @Test(
        "each mistake is reported where it stands",
        arguments: [
            "a: 1\n",
            // Not YAML.
            "a: 1\nb: ⟦PG001⟧[1, 2\n",
            "a: ⟦PG001⟧{b: 1\n",
            "a: [1, 2\nb⟦PG001⟧: 3]\n",
            "a: b⟦PG001⟧: c\n",
            "a: 1\n  b⟦PG001⟧: 2\n",
            "a:\n    b: 1\n  ⟦PG001⟧c: 2\n",
            "a:\n  - 1\n ⟦PG001⟧- 2\n",
            "a: ⟦PG001⟧@home\n",
            "a: ⟦PG001⟧`home`\n",
            "a: 1\n⟦PG001⟧just words\n",
            "ä: 1\n⟦PG001⟧wörter\nb: 1\n",
            "a: ⟦PG001⟧*\n",
            "a: ⟦PG001⟧& b\n",
            "a: \"⟦PG001⟧\\q\"\n",
            "a: |⟦PG001⟧xy\n",
            "⟦PG001⟧[",
            // Tabs.
            "a:\n⟦PG004⟧\tb: 1\n",
            "a:\n  ⟦PG004⟧\tb: 1\n",
            "a:\n  - b: x\n⟦PG004⟧\tc: y\n",
            "a: |\n ⟦PG004⟧\tx\n",
            // Quotes.
            "a: ⟦PG005⟧\"open\nb: 1\n",
            "a: ⟦PG005⟧'open\nb: 1\n",
            "ä: [x, ⟦PG005⟧\"ö\n",
            // Keys given twice, wherever they stand.
            "a: 1\nb: 2\n⟦PG006⟧a: 3\n⟦PG006⟧\"b\": 4\n",
            "x: {k: 1, ⟦PG006⟧k: 2}\ny:\n  - k: 1\n    ⟦PG006⟧k: 2\n",
            "m: &m {a: 1}\nn: {<<: *m, ⟦PG006⟧<<: *m}\n",
            // YAML that has no use here.
            "a: ⟦PG007⟧!!str 1\nb: ⟦PG007⟧!mine {x: 1}\n",
            "a: &x ⟦PG007⟧!!int 1\n",
            "a: 1\n⟦PG007⟧---\nb: 1\n",
            "? ⟦PG007⟧[a, b]\n: 1\n",
            "{⟦PG007⟧{a: b}: 1}\n",
            // Aliases and merges.
            "a: ⟦PG008⟧*nobody\nb: ⟦PG008⟧*none\n",
            "a: &x [1, ⟦PG008⟧*x]\n",
            "a: {<<: ⟦PG008⟧1}\n",
            "a: {<<: [⟦PG008⟧1, {b: 2}, ⟦PG008⟧[]]}\n",
            // Nothing.
            "⟦PG030⟧",
            "⟦PG030⟧# nothing\n\n",
            "⟦PG030⟧---\n",
            // Characters that have no place.
            "a: ⟦PG003⟧\u{0}\u{0}b\nc: ⟦PG003⟧\u{1}\nd: ⟦PG003⟧\u{7f}\n",
            "ä€😀: ⟦PG003⟧\u{202e}b\n",
            "# ⟦PG003⟧\u{2028}a: 1\nb: ⟦PG003⟧\u{85}\n",
            "a: 1⟦PG003⟧\rb: 2\n",
            "a: ⟦PG003⟧\u{feff}b\n",
        ])
    func diagnostics(marked: String) {
        let marked = MarkedText(marked)
        #expect(Self.findings(marked.bytes) == marked.expected)
    }

    @Test(
        "bytes that are not UTF-8 are reported where they stand",
        arguments: [
            ([0xff], "1:4 PG002"), ([0xc3], "1:4 PG002"), ([0xc0, 0xaf], "1:4 PG002"),
            ([0xed, 0xa0, 0x80], "1:4 PG002"),
            ([0xf4, 0x90, 0x80, 0x80], "1:4 PG002"), ([0xe2, 0x82], "1:4 PG002"), ([0xc3, 0xa4, 0x80], "1:5 PG002"),
        ] as [([UInt8], String)])
    func brokenUTF8(bytes: [UInt8], expected: String) {
        #expect(Self.findings(Array("a: ".utf8) + bytes + [0x0a]) == [expected])
    }

    @Test("UTF-16 is named, with or without a mark", arguments: [[0xff, 0xfe], [0xfe, 0xff], []] as [[UInt8]])
    func utf16(mark: [UInt8]) {
        let wide = "version: 1\n".utf16.flatMap { unit in
            mark == [0xfe, 0xff] ? [UInt8(unit >> 8), UInt8(unit & 255)] : [UInt8(unit & 255), UInt8(unit >> 8)]
        }
        var found: [Diagnostic] = []
        #expect(YAMLReader.read(mark + wide, file: 0, diagnostics: &found) == nil)
        #expect(found.map(\.message) == ["the file is UTF-16; save it as UTF-8"])
    }

    @Test("a byte order mark is not part of the text")
    func byteOrderMark() {
        #expect(Self.findings([0xef, 0xbb, 0xbf] + Array("a: 1\na: 2\n".utf8)) == ["2:1 PG006"])
        #expect(Self.findings([0xef, 0xbb, 0xbf] + Array("a: @".utf8)) == ["1:4 PG001"])
    }

    @Test("a key given twice shows where it is first given")
    func duplicateKeyNotes() throws {
        var found: [Diagnostic] = []
        _ = YAMLReader.read(Array("a: 1\nb: 2\na: 3\n".utf8), file: 7, diagnostics: &found)
        let finding = try #require(found.first)
        #expect(finding.message == "the key 'a' is given twice")
        #expect(finding.span == SourceSpan(file: 7, line: 3, column: 1))
        #expect(finding.notes.map(\.span) == [SourceSpan(file: 7, line: 1, column: 1)])
    }

    @Test("a missing closing quote is suspected in the text that runs over lines")
    func longQuote() throws {
        var found: [Diagnostic] = []
        _ = YAMLReader.read(Array("a: \"open\nb: \"c\"\nd: 1\n".utf8), file: 0, diagnostics: &found)
        let finding = try #require(found.first)
        #expect(finding.code == "PG001")
        #expect(finding.notes.contains { $0.span?.line == 1 && $0.span?.column == 4 })
    }

    @Test("more findings than a person reads are counted")
    func manyFindings() {
        var found: [Diagnostic] = []
        let text = String(repeating: "a: 1\n", count: 1_000)
        #expect(YAMLReader.read(Array(text.utf8), file: 0, diagnostics: &found) != nil)
        #expect(found.count == 100)
        #expect(found.last?.notes.last?.message == "and 899 more in this file")
    }

    @Test("messages hold no control characters from the input, and are not long")
    func messagesAreClean() {
        let key = "\"" + String(repeating: "x", count: 1_000) + "\\u001b[2J\""
        var found: [Diagnostic] = []
        _ = YAMLReader.read(Array("\(key): 1\n\(key): 2\n\"\\e\": 1\n\"\\e\": 1\n".utf8), file: 0, diagnostics: &found)
        #expect(found.count == 2)
        for finding in found {
            #expect(!finding.message.unicodeScalars.contains { $0.value < 0x20 })
            #expect(finding.message.count < 200)
        }
    }

    static func findings(_ bytes: [UInt8]) -> [String] {
        var found: [Diagnostic] = []
        let node = YAMLReader.read(bytes, file: 0, diagnostics: &found)
        if node == nil, found.isEmpty { return ["no node and no reason"] }
        return found.map { finding in
            finding.span.map { "\($0.line):\($0.column) \(finding.code)" } ?? "nowhere \(finding.code)"
        }
    }
}
