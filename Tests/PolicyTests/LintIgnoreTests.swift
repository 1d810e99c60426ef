import TestSupport
import Testing

@testable import Policy

@Suite("Linter: ignore comments")
struct LintIgnoreTests {
    private static let now = LintTests.now

    /// Findings PG112 on line 5 and PG113 on line 6 of a text, less what its comments ignore.
    static func codes(_ text: String) -> [String] {
        var sources = SourceMap()
        let file = sources.add(SourceFile(path: "policy.yaml", bytes: Array(text.utf8)))
        let found = [
            Diagnostic.unused("network", SamplePolicy.name("stray"), at: SourceSpan(file: file, line: 5, column: 3)),
            Diagnostic(
                code: "PG113", severity: .warning, message: "lacks an owner",
                span: SourceSpan(file: file, line: 6, column: 3)),
        ]
        return Ignores(in: sources, now: now).apply(to: found).map { "\($0.code)@\($0.span?.line ?? 0)" }.sorted()
    }

    @Test(
        "a comment on the line or above it silences a finding",
        arguments: [
            ("1\n2\n3\n4\n5  # portgate:ignore PG112 until=2026-12-01 agreed in NET-7\n6", ["PG113@6"]),
            ("1\n2\n3\n  # portgate:ignore PG112 until=2026-11-21 agreed\n5\n6", ["PG113@6"]),
            ("1\n2\n#portgate:ignore PG112 until=2026-12-01 agreed\n# a word more\n5\n6", ["PG113@6"]),
            (
                "1\n2\n3\n# portgate:ignore PG112 until=2026-12-01 agreed\n5 # portgate:ignore PG113 until=2026-12-01 wrong line\n6",
                ["PG113@6", "PG134@5"]
            ),
            ("1\r\n2\r\n3\r\n4\r\n5 # portgate:ignore PG112 until=2026-12-01 agreed\r\n6", ["PG113@6"]),
        ])
    func silences(text: String, codes: [String]) { #expect(Self.codes(text) == codes) }

    @Test(
        "a comment that is wrong silences nothing and is reported",
        arguments: [
            ("", "PG130"), ("PG112", "PG130"), ("PG112 because", "PG130"), ("PG112 until=2026-12-01", "PG130"),
            ("PG112 until=2026-02-30 why", "PG130"), ("PG112 until=tomorrow why", "PG130"),
            ("112 until=2026-12-01 why", "PG130"),
            ("PG112 why until=2026-12-01", "PG130"), ("PG999 until=2026-12-01 why", "PG131"),
            ("pg112 until=2026-12-01 why", "PG130"),
            ("PG001 until=2026-12-01 why", "PG132"), ("PG130 until=2026-12-01 why", "PG132"),
            ("PG112 until=2026-11-20 why", "PG133"),
            ("PG101 until=2026-12-01 why", "PG134"),
        ])
    func wrong(words: String, code: String) {
        #expect(Self.codes("1\n2\n3\n4\n5  # portgate:ignore \(words)\n6") == ["PG112@5", "PG113@6", "\(code)@5"])
    }

    @Test("an unknown word to portgate is reported")
    func unknownWord() {
        #expect(
            Self.codes("1\n2\n3\n4\n5 # portgate:ignored PG112 until=2026-12-01 why\n6") == [
                "PG112@5", "PG113@6", "PG130@5",
            ])
        #expect(Self.codes("1\n2\n3\n4\n5 # portgate: the gate\n6") == ["PG112@5", "PG113@6"])
        #expect(
            Self.codes(
                "# portgate:ignore PG113 until=2026-12-01 why\n2\n3\n4\n5 # portgate:ignroe PG112 until=2026-12-01 why\n6"
            )
                == ["PG112@5", "PG113@6", "PG130@5", "PG134@1"])
    }

    @Test("the comment's place is reported to the column")
    func column() throws {
        var sources = SourceMap()
        _ = sources.add(SourceFile(path: "p", bytes: Array("é: 1  # portgate:ignore PG999 x".utf8)))
        let found = try #require(Ignores(in: sources, now: Self.now).apply(to: []).first)
        #expect(found.span == SourceSpan(file: 0, line: 1, column: 7, length: 25))
    }

    @Test(
        "comments are told from what only looks like one",
        arguments: [
            ("a: 1 # yes", ["# yes"]), ("a: 1# no", []), ("# yes", ["# yes"]), ("  # yes", ["# yes"]),
            ("a: \"x # no\" # yes", ["# yes"]),
            ("a: 'x # no' # yes", ["# yes"]), ("a: 'it''s # no' # yes", ["# yes"]),
            ("a: \"\\\" # no\" # yes", ["# yes"]),
            ("a: don't # yes", ["# yes"]), ("a: say \"x # yes", ["# yes"]),
            ("a: [\"x # no\", 'y # no'] # yes", ["# yes"]),
            ("a: {b: \"x # no\", c: d} # yes", ["# yes"]), ("a: [it's, # yes\n 'b # no']", ["# yes"]),
            ("a: \"x\n # no\n y\" # yes", ["# yes"]), ("a: 'x\n # no\n y' # yes", ["# yes"]),
            ("a: x, 'y # yes", ["# yes"]),
            ("a: |\n  # no\n  x\n# yes", ["# yes"]),
            ("a: |  # yes\n  # no\n\n  # no\nb: 1 # yes2", ["# yes", "# yes2"]),
            ("a: >-\n  # no\n b: 1 # yes", ["# yes"]), ("- a: |\n    # no\n  b: 1 # yes", ["# yes"]),
            ("- |\n  # no\n- b # yes", ["# yes"]),
            ("- a: |\n  b: 1 # yes", ["# yes"]), ("a: &x \"y # no\" # yes", ["# yes"]),
            ("a: !!str 'y # no' # yes", ["# yes"]),
            ("a: [*x, 'y # no']\nb: |\n  # no\nc: 1 # yes", ["# yes"]),
            ("a: {b: *x}\nc: |\n  # no\nd: 1 # yes", ["# yes"]),
            ("\"k # no\": 1 # yes", ["# yes"]), ("- 'k # no' # yes", ["# yes"]),
            ("a: 5 > 3 # yes\n  # yes2", ["# yes", "# yes2"]),
            ("a: x\ty\t# yes", ["# yes"]), ("", []), ("#", ["#"]), ("a: \"", []), ("a: \"\\", []), ("a: |", []),
        ])
    func comments(text: String, expected: [String]) {
        let bytes = Array(text.utf8)
        let found = CommentScanner.comments(in: bytes).map { String(decoding: bytes[$0.bytes], as: UTF8.self) }
        #expect(found == expected)
    }

    @Test("hostile bytes are scanned without harm")
    func hostile() {
        var generator = SeededGenerator(seed: 130)
        let alphabet = Array("#'\"\\|>[]{},:-? \n\r\t&*!ax\u{fffd}".utf8)
        for _ in 0..<5000 {
            let bytes = (0..<Int.random(in: 0...60, using: &generator)).compactMap { _ in
                alphabet.randomElement(using: &generator)
            }
            for comment in CommentScanner.comments(in: bytes) {
                #expect(bytes[comment.bytes].first == UInt8(ascii: "#"))
            }
        }
    }
}
