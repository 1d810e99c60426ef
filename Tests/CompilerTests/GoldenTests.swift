import Compiler
import Foundation
import Policy
import Testing

/// Whole renderings, byte by byte. `PORTGATE_RECORD=1` rewrites them and fails the run, so that a recording is always read.
@Suite struct GoldenTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures")

    static var cases: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted()
    }

    @Test("there are cases") func casesExist() { #expect(Self.cases.count >= 7) }

    @Test("a policy renders as recorded", arguments: cases)
    func rendersAsRecorded(name: String) throws {
        let folder = Self.folder.appendingPathComponent(name)
        let yaml = try String(contentsOf: folder.appendingPathComponent("policy.yaml"), encoding: .utf8)
        let result = PolicyCompiler.compile(
            try Gates.policy(yaml, path: "policies/\(name).yaml"),
            options: CompileOptions(now: Gates.now, accounts: Gates.accounts))
        try #require(result.table != nil, "\(result.diagnostics.map(\.message))")
        let text = String(decoding: result.text, as: UTF8.self)
        let file = folder.appendingPathComponent("expected.nft")
        if ProcessInfo.processInfo.environment["PORTGATE_RECORD"] == "1" {
            try text.write(to: file, atomically: true, encoding: .utf8)
            Issue.record("recorded \(name): read it, then run without PORTGATE_RECORD")
            return
        }
        #expect(text == (try? String(contentsOf: file, encoding: .utf8)))
    }
}
