import Foundation
import Testing

/// Holds `docs/limits.md` to what the tests prove.
@Suite("docs/limits.md")
struct LimitsTests {
    static func rows() throws -> [(id: String, state: String)] {
        let page = try String(contentsOf: DocumentationTests.root.appending(path: "docs/limits.md"), encoding: .utf8)
        return page.components(separatedBy: "\n").compactMap { line in
            let cells = line.components(separatedBy: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count >= 4, cells[1].wholeMatch(of: /[A-K][0-9]{2}/) != nil else { return nil }
            return (cells[1], cells[2])
        }
    }

    @Test("every row called tested has a test named after its id")
    func tested() throws {
        let tests = DocumentationTests.root.appending(path: "Tests")
        var named: Set<String> = []
        let files = try #require(FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil))
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /@(?:Test|Suite)\(\s*"([^"]*)"/) {
                for id in String(match.1).prefix(while: { $0 != ":" }).matches(of: /[A-K][0-9]{2}/) {
                    named.insert(String(id.0))
                }
            }
        }
        let rows = try Self.rows()
        #expect(rows.count > 100)
        let missing = rows.filter { $0.state == "tested" && !named.contains($0.id) }.map(\.id)
        #expect(missing.isEmpty, "no test is named after \(missing.joined(separator: " "))")
        let unknown = rows.filter { !["tested", "by design", "open", "outside"].contains($0.state) }.map(\.id)
        #expect(unknown.isEmpty)
    }
}
