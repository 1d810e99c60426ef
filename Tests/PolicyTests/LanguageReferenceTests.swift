import Foundation
import Testing

@testable import Policy

@Suite("docs/policy-language.md")
struct LanguageReferenceTests {
    private static func text() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "docs/policy-language.md"), encoding: .utf8)
    }

    @Test("every example is a whole policy that loads and fits the schema")
    func examples() throws {
        let parts = try Self.text().components(separatedBy: "```")
        let blocks = parts.indices.filter { $0 % 2 == 1 && parts[$0].hasPrefix("yaml\n") }.map {
            String(parts[$0].dropFirst(5))
        }
        #expect(blocks.count >= 2)
        for block in blocks {
            #expect(LoaderFolder(block).load().diagnostics.map(\.message) == [], "\(block)")
            #expect(try SchemaCheck.objections(to: block) == [])
        }
    }

    @Test("every key of every form has its line, and required keys are said to be")
    func everyKey() throws {
        let lines = try Self.text().split(separator: "\n")
        for form in Language.forms {
            for key in form.keys {
                let rows = lines.filter { $0.hasPrefix("| `\(key.name)` |") }
                #expect(!rows.isEmpty, "\(form.id).\(key.name)")
                if key.required { #expect(rows.contains { $0.contains("*required*") }, "\(form.id).\(key.name)") }
            }
        }
    }

    @Test("every line of a table is a key of the language")
    func noOtherKeys() throws {
        let known = Set(Language.forms.flatMap { $0.keys.map(\.name) })
        for line in try Self.text().split(separator: "\n") where line.hasPrefix("| `") {
            let key = line.dropFirst(3).prefix { $0 != "`" }
            #expect(known.contains(String(key)), "\(key)")
        }
    }
}
