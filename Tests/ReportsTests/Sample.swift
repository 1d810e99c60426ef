import Policy

@testable import Reports

/// Reports to render: ordinary ones and hostile ones.
enum Sample {
    static let policy = """
        version: 1
        name: payments
        ports:
          - name: orders-db
            port: 9000-8000
            alow:
          - name: orders-db

        """

    /// Two files' worth of findings with notes, a fix, a note without a place and a finding without one.
    static var report: Report {
        var sources = SourceMap()
        let main = sources.add(SourceFile(path: "policies/db.yaml", bytes: Array(policy.utf8)))
        let other = sources.add(SourceFile(path: "policies/tab.yaml", bytes: Array("a:\tb\n".utf8)))
        let range = SourceSpan(file: main, line: 5, column: 11, length: 9)
        let findings = [
            Diagnostic(
                code: "PG900", severity: .warning, message: "duplicate name 'orders-db'",
                span: SourceSpan(file: main, line: 7, column: 11, length: 9),
                notes: [.init("first declared here", span: SourceSpan(file: main, line: 4, column: 11, length: 9))],
                port: "orders-db", rule: "billing"),
            Diagnostic(
                code: "PG901", severity: .error, message: "port range 9000-8000 runs backwards", span: range,
                notes: [.init("a range goes from the least to the greatest port")],
                fix: .init(span: range, replacement: "8000-9000")),
            Diagnostic(
                code: "PG902", severity: .error, message: "a tab indents",
                span: SourceSpan(file: other, line: 1, column: 4, length: 1)),
            Diagnostic(code: "PG903", severity: .note, message: "nothing there", span: nil),
        ]
        return Report(
            command: "check", complete: true,
            subjects: [ReportSubject(path: "policies", findings: findings, sources: sources, description: "2 ports")],
            nextStep: "portgate explain PG901")
    }

    /// A report of tests: one passed, one failed, one skipped.
    static var tests: Report {
        var sources = SourceMap()
        let main = sources.add(
            SourceFile(path: "db.yaml", bytes: Array("tests:\n  - { name: a }\n  - { name: b }\n".utf8)))
        return Report(
            command: "test", complete: true,
            subjects: [
                ReportSubject(
                    path: "db.yaml", findings: [], sources: sources,
                    cases: [
                        CaseResult(name: "office", outcome: .passed, span: SourceSpan(file: main, line: 2, column: 5)),
                        CaseResult(
                            name: "sunday", outcome: .failed, message: "expected deny, got allow",
                            details: ["allowed by orders-db/billing (db.yaml:9)"],
                            span: SourceSpan(file: main, line: 3, column: 5, length: 11)),
                        CaseResult(name: "later", outcome: .skipped, message: "no kernel", span: nil),
                    ])
            ])
    }

    /// What a terminal, a shell of CI, XML and JSON would trip over.
    static let hostile = "\u{1b}[31m\u{0}\u{7}\u{202e}\r\n::error::x ]]> <&\"' %0A,: # \\ \u{fffe} \u{2028}\u{feff}"

    /// Every text of a report hostile, in a file of broken bytes.
    static var hostileReport: Report {
        var sources = SourceMap()
        let bytes: [UInt8] = [0xff, 0xfe, 0x1b, 0x5b, 0x32, 0x4a, 0x00, 0xc3, 0x28, 0x09, 0x41, 0xe2, 0x80, 0xae, 0x0a]
        let file = sources.add(SourceFile(path: "a b/\u{1b}]0;x\u{7}:,%é.yaml", bytes: bytes))
        let span = SourceSpan(file: file, line: 1, column: 3, length: 4)
        let beyond = SourceSpan(file: 99, line: 4_000_000_000, column: .max, length: .max)
        return Report(
            command: "test", complete: false,
            subjects: [
                ReportSubject(
                    path: hostile,
                    findings: [
                        Diagnostic(
                            code: "PG999", severity: .error, message: hostile, span: span,
                            notes: [.init(hostile, span: span), .init(hostile), .init("beyond", span: beyond)],
                            fix: .init(span: span, replacement: hostile), port: hostile, rule: hostile)
                    ], sources: sources,
                    cases: [
                        CaseResult(name: hostile, outcome: .failed, message: hostile, details: [hostile], span: beyond),
                        CaseResult(name: hostile, outcome: .skipped, message: hostile, span: span),
                    ], description: hostile)
            ], nextStep: hostile)
    }

    static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
