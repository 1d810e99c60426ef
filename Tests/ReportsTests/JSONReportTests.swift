import Foundation
import Policy
import Testing

@testable import Reports

@Suite struct JSONReportTests {
    @Test("a report is one object in the documented schema")
    func golden() {
        let expected = """
            {"schema_version":1,"command":"check","complete":true,"findings":[\
            {"code":"PG903","severity":"note","message":"nothing there","notes":[]},\
            {"code":"PG901","severity":"error","message":"port range 9000-8000 runs backwards",\
            "file":"policies/db.yaml","line":5,"column":11,"end_line":5,"end_column":20,\
            "notes":[{"message":"a range goes from the least to the greatest port"}],\
            "fix":{"file":"policies/db.yaml","line":5,"column":11,"end_line":5,"end_column":20,\
            "replacement":"8000-9000"}},\
            {"code":"PG900","severity":"warning","message":"duplicate name 'orders-db'",\
            "file":"policies/db.yaml","line":7,"column":11,"end_line":7,"end_column":20,\
            "port":"orders-db","rule":"billing","notes":[{"message":"first declared here",\
            "file":"policies/db.yaml","line":4,"column":11,"end_line":4,"end_column":20}]},\
            {"code":"PG902","severity":"error","message":"a tab indents",\
            "file":"policies/tab.yaml","line":1,"column":4,"end_line":1,"end_column":5,"notes":[]}],\
            "policies":[{"path":"policies","errors":2,"warnings":1,"notes":1}],\
            "summary":{"errors":2,"warnings":1,"notes":1}}

            """
        #expect(Sample.text(JSONReport.render(Sample.report)) == expected)
    }

    @Test("tests stand in the object of the test command")
    func tests() throws {
        let object = try Self.object(JSONReport.render(Sample.tests))
        let tests = try #require(object["tests"] as? [[String: Any]])
        #expect(tests.map { $0["outcome"] as? String } == ["passed", "failed", "skipped"])
        let summary = try #require(object["summary"] as? [String: Int])
        #expect(summary == ["errors": 0, "warnings": 0, "notes": 0, "passed": 1, "failed": 1, "skipped": 1])
    }

    @Test("whatever a policy holds, the object is well formed and holds it")
    func hostile() throws {
        let object = try Self.object(JSONReport.render(Sample.hostileReport))
        let findings = try #require(object["findings"] as? [[String: Any]])
        #expect(findings[0]["message"] as? String == Sample.hostile)
        #expect(object["complete"] as? Bool == false)
    }

    @Test("bytes that are not UTF-8 become U+FFFD")
    func broken() {
        var json = JSONWriter()
        json.string(repairing: [0x61, 0xff, 0x22])
        #expect(Sample.text(json.bytes) == "\"a\u{fffd}\\\"\"")
    }

    private static func object(_ bytes: [UInt8]) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }
}
