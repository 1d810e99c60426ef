import Foundation
import Policy
import Testing

@testable import Reports

@Suite struct SARIFReportTests {
    @Test("a run names the tool, its rules, regions, related places and fixes")
    func structure() throws {
        let run = try Self.run(of: Sample.report)
        #expect(run["columnKind"] as? String == "unicodeCodePoints")
        let driver = try #require((run["tool"] as? [String: [String: Any]])?["driver"])
        #expect(driver["semanticVersion"] as? String == "1.2.3")
        let rules = try #require(driver["rules"] as? [[String: Any]]).compactMap { $0["id"] as? String }
        #expect(rules == ["PG900", "PG901", "PG902", "PG903"])
        let results = try #require(run["results"] as? [[String: Any]])
        #expect(results.map { $0["level"] as? String } == ["note", "error", "warning", "error"])
        for result in results {
            let index = try #require(result["ruleIndex"] as? Int)
            #expect(rules[index] == result["ruleId"] as? String)
        }
        #expect(results[0]["locations"] == nil)
        let location = try Self.location(#require((results[1]["locations"] as? [[String: Any]])?.first))
        #expect(location.uri == "policies/db.yaml")
        #expect(location.region == ["startLine": 5, "startColumn": 11, "endLine": 5, "endColumn": 20])
        let related = try Self.location(#require((results[2]["relatedLocations"] as? [[String: Any]])?.first))
        #expect(related.region["startLine"] == 4)
        let fix = try #require((results[1]["fixes"] as? [[String: Any]])?.first)
        let change = try #require((fix["artifactChanges"] as? [[String: Any]])?.first)
        let replacement = try #require((change["replacements"] as? [[String: Any]])?.first)
        #expect((replacement["insertedContent"] as? [String: String])?["text"] == "8000-9000")
        #expect((replacement["deletedRegion"] as? [String: Int])?["endColumn"] == 20)
    }

    @Test("rules carry the catalog's words", arguments: DiagnosticCatalog.entries)
    func catalog(entry: DiagnosticEntry) throws {
        let finding = Diagnostic(code: entry.code, severity: entry.severity, message: "x", span: nil)
        let report = Report(
            command: "check", complete: true,
            subjects: [ReportSubject(path: "p", findings: [finding], sources: SourceMap())])
        let driver = try #require((try Self.run(of: report)["tool"] as? [String: [String: Any]])?["driver"])
        let rule = try #require((driver["rules"] as? [[String: Any]])?.first)
        #expect((rule["shortDescription"] as? [String: String])?["text"] == entry.title)
    }

    @Test("an incomplete look is an unsuccessful execution, and hostile text is well formed")
    func hostile() throws {
        let run = try Self.run(of: Sample.hostileReport)
        let invocation = try #require((run["invocations"] as? [[String: Any]])?.first)
        #expect(invocation["executionSuccessful"] as? Bool == false)
    }

    @Test(
        "a path becomes a URI reference",
        arguments: [
            ("policies/db.yaml", "policies/db.yaml"), ("/etc/a b.yaml", "file:///etc/a%20b.yaml"),
            ("<stdin>", "%3Cstdin%3E"), ("é:x", "%C3%A9%3Ax"), ("\u{1}", "%01"),
        ])
    func uri(path: String, expected: String) { #expect(SARIFReport.uri(path) == expected) }

    private static func run(of report: Report) throws -> [String: Any] {
        let bytes = SARIFReport.render(report, version: "1.2.3")
        let object = try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        #expect(object["version"] as? String == "2.1.0")
        return try #require((object["runs"] as? [[String: Any]])?.first)
    }

    private static func location(_ location: [String: Any]) throws -> (uri: String?, region: [String: Int]) {
        let physical = try #require(location["physicalLocation"] as? [String: [String: Any]])
        return (physical["artifactLocation"]?["uri"] as? String, try #require(physical["region"] as? [String: Int]))
    }
}
