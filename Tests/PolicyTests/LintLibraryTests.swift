import Foundation
import Host
import Testing

@testable import Policy

@Suite("Linter: the policies of this repository")
struct LintLibraryTests {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The paths of the policy library, one policy each, and of the examples.
    static func paths() throws -> [String] {
        let library = try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "policies").path)
            .filter { $0.hasSuffix(".yaml") }.sorted().map { "policies/" + $0 }
        try #require(library.count >= 10)
        return library + ["examples/company", "examples/demo/before.yaml", "examples/demo/after.yaml"]
    }

    @Test("ready policies have nothing that a reviewer should settle, and pass their own tests", arguments: try paths())
    func library(path: String) throws {
        let loader = PolicyLoader(reader: Files.sourceReader, zones: Files.zoneDatabase)
        let result = loader.load(paths: [Self.root.appending(path: path).path])
        #expect(result.diagnostics.map { "\($0.code) \($0.message)" } == [])
        let policy = try #require(result.policy)
        let now = SamplePolicy.at("2026-11-21T12:00Z")
        let found = Linter.lint(policy, now: now).filter { $0.severity > .note }
        #expect(found.map { "\($0.span?.line ?? 0): \($0.code) \($0.message)" } == [])
        for outcome in PolicyTestRunner.run(policy, now: now) where !outcome.passed {
            Issue.record("\(policy.tests[outcome.test].name): \(outcome.explanation.summary)")
        }
    }
}
