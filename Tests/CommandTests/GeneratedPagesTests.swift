import Foundation
import Testing

@Suite struct GeneratedPagesTests {
    @Test(
        "generated pages are what the program prints",
        arguments: [
            ("diagnostics.md", ["explain", "--all", "--markdown"]), ("commands.md", ["help", "--markdown"]),
        ])
    func generated(page: String, arguments: [String]) throws {
        let outcome = try Portgate.shell("\"$portgate\" \(arguments.joined(separator: " "))")
        let written = try Self.page(page)
        #expect(
            outcome.output == written,
            "run: .build/debug/portgate \(arguments.joined(separator: " ")) > docs/\(page)")
    }

    @Test("every example of the output formats is what the program prints")
    func examples() throws {
        let folder = try Scratch()
        var count = 0
        for block in Self.blocks(try Self.page("output-formats.md")) {
            if block.label.hasPrefix("yaml ") { try folder.write(String(block.label.dropFirst(5)), block.text) }
            guard block.label == "transcript", let end = block.text.firstIndex(of: "\n") else { continue }
            let line = block.text[..<end]
            #expect(line.hasPrefix("$ portgate "))
            let outcome = try Portgate.shell("\"$portgate\" \(line.dropFirst(11))", in: folder.url)
            #expect(outcome.output == block.text[block.text.index(after: end)...], "\(line)")
            #expect(block.after.hasPrefix("\n\nExit code: \(outcome.status)."), "\(line)")
            count += 1
        }
        #expect(count == 9)
    }

    private static func page(_ name: String) throws -> String {
        try String(contentsOf: Portgate.root.appendingPathComponent("docs/\(name)"), encoding: .utf8)
    }

    /// Returns the fenced blocks of a page, each with its label and what follows it.
    private static func blocks(_ page: String) -> [(label: String, text: String, after: String)] {
        let parts = page.components(separatedBy: "```")
        return stride(from: 1, to: parts.count - 1, by: 2).map { index in
            let lines = parts[index].split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(lines[0]), lines.count > 1 ? String(lines[1]) : "", parts[index + 1])
        }
    }
}
