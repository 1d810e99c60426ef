import Policy
import Testing

@testable import Reports

@Suite struct TextReportTests {
    @Test("findings stand in order of place with excerpt, caret, notes and help; totals and the next command last")
    func golden() {
        let expected = """
            note[PG903]: nothing there

            error[PG901]: port range 9000-8000 runs backwards
             --> policies/db.yaml:5:11
              |
            5 |     port: 9000-8000
              |           ^^^^^^^^^
              = note: a range goes from the least to the greatest port
              = help: write `8000-9000`

            warning[PG900]: duplicate name 'orders-db'
             --> policies/db.yaml:7:11
              |
            7 |   - name: orders-db
              |           ^^^^^^^^^
            note: first declared here
             --> policies/db.yaml:4:11
              |
            4 |   - name: orders-db
              |           ---------

            error[PG902]: a tab indents
             --> policies/tab.yaml:1:4
              |
            1 | a:    b
              |       ^

            2 errors, 1 warning, 1 note in policies (2 ports)
            next: portgate explain PG901

            """
        #expect(Sample.text(TextReport.render(Sample.report)) == expected)
    }

    @Test("a failed test shows what was expected, its place and what decided it")
    func tests() {
        let expected = """
            failed test 'sunday': expected deny, got allow
             --> db.yaml:3:5
              |
            3 |   - { name: b }
              |     ^^^^^^^^^^^
              = allowed by orders-db/billing (db.yaml:9)

            skipped test 'later': no kernel

            3 tests: 1 passed, 1 failed, 1 skipped in db.yaml

            """
        #expect(Sample.text(TextReport.render(Sample.tests)) == expected)
    }

    @Test("colour is there only when asked for")
    func colour() {
        #expect(!TextReport.render(Sample.report).contains(0x1b))
        #expect(TextReport.render(Sample.report, style: .coloured).contains(0x1b))
    }

    @Test("no control or format character of a policy reaches the terminal")
    func hostile() {
        let text = Sample.text(TextReport.render(Sample.hostileReport))
        for scalar in text.unicodeScalars where scalar != "\n" {
            #expect(scalar.properties.generalCategory != .control, "\(scalar.value)")
            #expect(scalar.properties.generalCategory != .format, "\(scalar.value)")
        }
        #expect(text.contains(#"\xff\xfe\x1b[2J\x00\xc3(    A\u{202e}"#))
        #expect(text.hasSuffix("\n"))
    }

    @Test("the same report renders to the same bytes")
    func deterministic() {
        #expect(TextReport.render(Sample.hostileReport) == TextReport.render(Sample.hostileReport))
    }
}
