import Policy
import Testing

@Suite struct YAMLReaderTests {
    @Test("scalars stay the text that was written")
    func text() throws {
        var found: [Diagnostic] = []
        let node = try #require(
            YAMLReader.read(Array("a: [no, 1e3, 0o17, 08:00, 12:30:45]\n".utf8), file: 0, diagnostics: &found))
        guard case .mapping(let entries) = node.content, case .sequence(let items) = entries[0].value.content else {
            Issue.record("not a mapping of a list: \(node)")
            return
        }
        #expect(
            items.map(\.content)
                == ["no", "1e3", "0o17", "08:00", "12:30:45"].map { .scalar(YAMLScalar(text: $0, isPlain: true)) })
        #expect(found.isEmpty)
    }
}
