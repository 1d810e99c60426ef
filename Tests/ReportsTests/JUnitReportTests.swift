import Foundation
import FoundationXML
import Policy
import Testing

@testable import Reports

@Suite struct JUnitReportTests {
    /// Counts elements and keeps their attributes.
    private final class Elements: NSObject, XMLParserDelegate {
        var found: [(name: String, attributes: [String: String])] = []

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            found.append((name, attributes))
        }
    }

    @Test("a suite per policy, a case per finding; errors fail and lighter findings pass with their text")
    func findings() throws {
        let elements = try Self.parse(JUnitReport.render(Sample.report))
        #expect(elements[0].attributes == ["name": "portgate check", "tests": "4", "failures": "2"])
        #expect(elements.count { $0.name == "testcase" } == 4)
        #expect(elements.filter { $0.name == "failure" }.map { $0.attributes["type"] } == ["PG901", "PG902"])
        #expect(elements.count { $0.name == "system-out" } == 2)
    }

    @Test("strict reports count warnings as failures")
    func strict() throws {
        let elements = try Self.parse(JUnitReport.render(Sample.report, failing: .warning))
        #expect(elements.filter { $0.name == "failure" }.map { $0.attributes["type"] } == ["PG901", "PG900", "PG902"])
        #expect(elements[0].attributes["failures"] == "3")
    }

    @Test("tests are cases: failed with what decided, skipped with why")
    func tests() {
        let expected = """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites name="portgate test" tests="3" failures="1">
              <testsuite name="db.yaml" tests="3" failures="1" errors="0" time="0">
                <testcase classname="db.yaml" name="office" time="0" file="db.yaml" line="2"/>
                <testcase classname="db.yaml" name="sunday" time="0" file="db.yaml" line="3">
                  <failure type="test" message="expected deny, got allow">expected deny, got allow
            allowed by orders-db/billing (db.yaml:9)</failure>
                </testcase>
                <testcase classname="db.yaml" name="later" time="0">
                  <skipped message="no kernel"/>
                </testcase>
              </testsuite>
            </testsuites>

            """
        #expect(Sample.text(JUnitReport.render(Sample.tests)) == expected)
    }

    @Test("a policy without findings is one passing case")
    func clean() throws {
        let report = Report(
            command: "check", complete: true,
            subjects: [ReportSubject(path: "p", findings: [], sources: SourceMap())])
        let elements = try Self.parse(JUnitReport.render(report))
        #expect(elements.map(\.name) == ["testsuites", "testsuite", "testcase"])
    }

    @Test("whatever a policy holds, the document is well formed")
    func hostile() throws {
        let elements = try Self.parse(JUnitReport.render(Sample.hostileReport))
        #expect(elements.count { $0.name == "failure" } == 2)
    }

    private static func parse(_ bytes: [UInt8]) throws -> [(name: String, attributes: [String: String])] {
        let parser = XMLParser(data: Data(bytes))
        let elements = Elements()
        parser.delegate = elements
        try #require(parser.parse(), "\(String(describing: parser.parserError))")
        return elements.found
    }
}
