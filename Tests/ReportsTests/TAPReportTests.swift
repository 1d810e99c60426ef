import Policy
import Testing

@testable import Reports

@Suite struct TAPReportTests {
    @Test("a point per test, with what decided a failed one")
    func golden() {
        let expected = #"""
            TAP version 14
            1..3
            ok 1 - db.yaml: office
            not ok 2 - db.yaml: sunday
              ---
              message: "expected deny, got allow"
              at: "db.yaml:3:5"
              details:
                - "allowed by orders-db/billing (db.yaml:9)"
              ...
            ok 3 - db.yaml: later # SKIP no kernel

            """#
        #expect(Sample.text(TAPReport.render(Sample.tests)) == expected)
    }

    @Test("errors that kept tests from running are failed points")
    func errors() {
        let text = Sample.text(TAPReport.render(Sample.report))
        #expect(text.hasPrefix("TAP version 14\n1..2\nnot ok 1 - policies: PG901\n"))
    }

    @Test("a policy without tests says so")
    func none() {
        let report = Report(command: "test", complete: true, subjects: [])
        #expect(Sample.text(TAPReport.render(report)) == "TAP version 14\n1..0 # SKIP no tests\n")
    }

    @Test("no name can make a directive or a point of its own")
    func hostile() {
        let lines = Sample.text(TAPReport.render(Sample.hostileReport)).split(separator: "\n")
        let points = lines.filter { !$0.hasPrefix("  ") }.dropFirst(2)
        #expect(points.count == 3)
        #expect(points.allSatisfy { $0.hasPrefix("ok ") || $0.hasPrefix("not ok ") })
        #expect(points.count { $0.contains(" # ") } == 1)
    }
}
