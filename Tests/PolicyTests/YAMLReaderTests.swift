import Policy
import TestSupport
import Testing

@Suite struct YAMLReaderTests {
    @Test(
        "scalars stay the text that was written",
        arguments: [
            ("no", "no", true), ("1e3", "1e3", true), ("0o17", "0o17", true), ("08:00", "08:00", true),
            ("12:30:45", "12:30:45", true), ("0x1F", "0x1F", true), ("1_000", "1_000", true), (".inf", ".inf", true),
            ("2026-02-30", "2026-02-30", true), ("~", "~", true), ("'no'", "no", false), ("\"a\\tb\"", "a\tb", false),
            ("'it''s'", "it's", false), ("10.0.0.0/8 # net", "10.0.0.0/8", true),
            ("fd00:20::/48", "fd00:20::/48", true),
        ] as [(String, String, Bool)])
    func text(written: String, text: String, isPlain: Bool) throws {
        let node = try Self.read("a: \(written)\n")
        #expect(node["a"]?.content == .scalar(YAMLScalar(text: text, isPlain: isPlain)))
    }

    @Test("an absent value is plain, empty and stands behind its key")
    func absentValue() throws {
        let node = try Self.read("a:\nb: 1\n")
        let value = try #require(node["a"])
        #expect(value.content == .scalar(YAMLScalar(text: "", isPlain: true)))
        #expect(value.place == "1:3-1:3")
    }

    @Test(
        "spans cover what is written",
        arguments: [
            ("a: hello\n", "1:4-1:9"), ("a: 'hello'   # x\n", "1:4-1:11"), ("a: \"ö€😀\"\n", "1:4-1:9"),
            ("ö€😀: x\na: y\n", "2:4-2:5"), ("a: &x hello\n", "1:7-1:12"), ("a: &x\n  # note\n  'hi'\n", "3:3-3:7"),
            ("a: [1, 2 ]\n", "1:4-1:11"), ("a: &x [1]\n", "1:7-1:10"), ("a:\n  - 1\n  - 22\nb: 1\n", "2:3-3:7"),
            ("a:\n  b: 1\n  c: {d: 2}\n\n# end\n", "2:3-3:12"), ("a: &x\n  b: 1\n", "2:3-2:7"), ("a: {}\n", "1:4-1:6"),
            ("b: &x 1\na: [*x]\n", "2:4-2:8"), ("b: &x 1\na:\n  - *x\n", "3:3-3:7"), ("a: one\n  two\n", "1:4-2:6"),
            ("\r\na: x\r\n", "2:4-2:5"),
        ])
    func spans(text: String, expected: String) throws {
        #expect(try Self.read(text)["a"]?.place == expected)
    }

    @Test("a node behind an alias keeps the place of the original")
    func aliasPlaces() throws {
        let node = try Self.read("a: &x [1]\nb: *x\n")
        #expect(node["b"] == node["a"])
    }

    @Test(
        "merge keys add what is not written",
        arguments: [
            ("{<<: {a: 1}, b: 2}", "b=2 a=1"), ("{<<: {a: 1, b: 1}, b: 2}", "b=2 a=1"), ("{b: 2, <<: {b: 1}}", "b=2"),
            ("{<<: [{a: 1}, {a: 2, c: 3}]}", "a=1 c=3"), ("{<<: []}", ""), ("{'<<': 1}", "<<=1"),
            ("{<<: {<<: {a: 1}, b: 2}}", "b=2 a=1"),
        ])
    func merges(text: String, expected: String) throws {
        let node = try Self.read("x: \(text)\n")
        let entries = try #require(node["x"]?.entries)
        let found = entries.map { "\($0.key.text ?? "?")=\($0.value.text ?? "?")" }
        #expect(found.joined(separator: " ") == expected)
    }

    @Test("mappings with many keys find the one given twice", arguments: [1, 11, 12, 13, 14, 40])
    func manyKeys(count: Int) {
        let keys = (0..<count).map { "k\($0): \($0)\n" }.joined()
        for again in Set([0, count / 2, count - 1]) {
            var found: [Diagnostic] = []
            let node = YAMLReader.read(Array((keys + "k\(again): x\n").utf8), file: 0, diagnostics: &found)
            #expect(found.map(\.code) == ["PG006"])
            #expect(found.first?.notes.first?.span?.line == UInt32(again + 1))
            #expect(node?.entries?.count == count)
        }
    }

    @Test("a shape that stays known is returned beside its errors")
    func keptShape() {
        var found: [Diagnostic] = []
        #expect(YAMLReader.read(Array("a: 1\na: 2\n".utf8), file: 0, diagnostics: &found)?["a"]?.text == "1")
        #expect(YAMLReader.read(Array("a: *x\n".utf8), file: 0, diagnostics: &found) == nil)
        #expect(YAMLReader.read(Array("a: [\n".utf8), file: 0, diagnostics: &found) == nil)
        #expect(found.count == 3)
    }

    @Test("nodes are small")
    func size() { #expect(MemoryLayout<YAMLNode>.stride == 48) }

    @Test(
        "what is beyond the limits is refused at the place where it passes them",
        arguments: [
            ("[[[[⟦PG009⟧[1]]]]]", YAMLLimits(depth: 4)), ("a:\n  b:\n    ⟦PG009⟧c: 1\n", YAMLLimits(depth: 2)),
            ("- - - - ⟦PG009⟧- 1", YAMLLimits(depth: 4)), ("[1, 2, ⟦PG009⟧3]", YAMLLimits(nodes: 3)),
            ("- &x [[1]]\n- [⟦PG009⟧*x]", YAMLLimits(depth: 3)), ("⟦PG009⟧a: 1234567", YAMLLimits(bytes: 9)),
            ("[&a x, &b y, &c ⟦PG009⟧z]", YAMLLimits(anchors: 2)), ("[&a x, &a y, &a z]", YAMLLimits(anchors: 1)),
        ])
    func limits(marked: String, limits: YAMLLimits) {
        let marked = MarkedText(marked)
        var found: [Diagnostic] = []
        let node = YAMLReader.read(marked.bytes, file: 0, limits: limits, diagnostics: &found)
        #expect((node == nil) == !marked.expected.isEmpty)
        #expect(found.map { "\($0.span?.line ?? 0):\($0.span?.column ?? 0) \($0.code)" } == marked.expected)
    }

    @Test("an alias bomb is refused before it is built", .timeLimit(.minutes(10)))
    func aliasBomb() {
        var text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
        for level in 1..<60 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        var found: [Diagnostic] = []
        #expect(YAMLReader.read(Array(text.utf8), file: 0, diagnostics: &found) == nil)
        #expect(found.map(\.code) == ["PG009"])
    }

    @Test("a merge bomb costs no more than the nodes it names")
    func mergeBomb() {
        var text = "m0: &m0 {" + (0..<1_000).map { "k\($0): x" }.joined(separator: ", ") + "}\n"
        for level in 1..<100_000 { text += "n\(level): {<<: *m0}\n" }
        var found: [Diagnostic] = []
        #expect(YAMLReader.read(Array(text.utf8), file: 0, diagnostics: &found) == nil)
        #expect(found.map(\.code) == ["PG009"])
    }

    @Test(
        "deep nesting is refused at once, however large", .timeLimit(.minutes(10)),
        arguments: ["[", "{a: ", "- ", "? ", "[\n", "[a, ", "&a [", "!!seq ["])
    func deepNesting(piece: String) {
        var bytes: [UInt8] = []
        while bytes.count < 4 << 20 { bytes += Array(piece.utf8) }
        var found: [Diagnostic] = []
        #expect(YAMLReader.read(bytes, file: 0, diagnostics: &found) == nil)
        #expect(found.last?.code == "PG009")
    }

    static func read(_ text: String) throws -> YAMLNode {
        var found: [Diagnostic] = []
        let node = YAMLReader.read(Array(text.utf8), file: 0, diagnostics: &found)
        #expect(found.isEmpty)
        return try #require(node)
    }
}

extension YAMLNode {
    fileprivate var entries: [YAMLEntry]? { if case .mapping(let entries) = content { entries } else { nil } }
    fileprivate var text: String? { if case .scalar(let scalar) = content { scalar.text } else { nil } }
    fileprivate var place: String { "\(span.line):\(span.column)-\(span.endLine):\(span.endColumn)" }
    fileprivate subscript(key: String) -> YAMLNode? { entries?.first { $0.key.text == key }?.value }
}
