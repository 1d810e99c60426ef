import TestSupport
import Testing

@testable import Policy

@Suite("Linter: rules that others make needless")
struct LintRedundancyTests {
    static let now = SamplePolicy.at("2026-11-21T12:00Z")
    static let codes: Set = ["PG103", "PG124", "PG125", "PG126", "PG127"]

    /// The findings on a policy whose one port has these rules.
    static func findings(_ rules: String) throws -> (found: [Diagnostic], expected: [String]) {
        let marked = MarkedText(
            """
            version: 1
            name: p
            identities:
              alice: { session: { user: alice } }
              bob: { session: { user: bob } }
              both: { members: [alice, bob] }
            windows:
              day: { timezone: UTC, days: [daily], hours: ["08:00-20:00"] }
              morning: { timezone: UTC, days: [daily], hours: ["08:00-14:00"] }
              noon: { timezone: UTC, days: [daily], hours: ["13:00-20:00"] }
              sunday: { timezone: UTC, days: [sun], hours: ["08:00-20:00"] }
            ports:
              - name: db
                port: 5432
                protocol: tcp
                allow:

            """
                + rules.split(separator: "\n").map { "      - \($0)\n" }.joined())
        let policy = try PolicyDifferencePropertyTests.load(marked.text)
        return (Linter.lint(policy, now: now).filter { codes.contains($0.code) }, marked.expected)
    }

    @Test(
        "each is reported where it stands",
        arguments: [
            // Together, not alone: blocks, windows, ends, people, and both families of addresses.
            """
            { name: a, cidrs: [10.0.0.0/25] }
            { name: b, cidrs: [10.0.0.128/25] }
            { name: ⟦PG124⟧c, cidrs: [10.0.0.0/24] }
            """,
            """
            { name: a, cidrs: [10.0.0.0/24], windows: [morning] }
            { name: b, cidrs: [10.0.0.0/24], windows: [noon] }
            { name: ⟦PG124⟧c, cidrs: [10.0.0.5], windows: [day] }
            """,
            """
            { name: a, cidrs: [10.0.0.0/24], windows: [morning] }
            { name: c, cidrs: [10.0.0.5], windows: [day] }
            """,
            """
            { name: a, cidrs: [10.0.0.0/24], identities: [alice] }
            { name: b, cidrs: [10.0.0.0/24], identities: [bob] }
            { name: ⟦PG124⟧c, cidrs: [10.0.0.0/25], identities: [both] }
            """,
            """
            { name: a, cidrs: [10.0.0.0/24], requests: [tls] }
            { name: b, cidrs: [10.0.0.0/24], requests: [ssh] }
            { name: ⟦PG124⟧c, cidrs: [10.0.0.0/25], requests: [tls1.2+, ssh] }
            """,
            // A later one alone: PG103 looks at earlier ones.
            """
            { name: ⟦PG124⟧a, cidrs: [10.0.0.0/25], expires: 2027-03-31 }
            { name: b, cidrs: [10.0.0.0/24] }
            """,
            """
            { name: a, cidrs: [10.0.0.0/24], expires: 2030-01-01 }
            { name: b, cidrs: [10.0.0.0/25], expires: 2031-01-01 }
            """,
            // Of two that mean the same, one is enough.
            """
            { name: a, cidrs: [10.0.0.0/25] }
            { name: ⟦PG103⟧b, cidrs: [10.0.0.0/25] }
            """,
            // Observed, while it is let in already; and an observed one makes nothing redundant.
            """
            { name: a, cidrs: [10.0.0.0/25], mode: ⟦PG125⟧observe }
            { name: b, cidrs: [10.0.0.0/24] }
            """,
            """
            { name: a, cidrs: [10.0.0.0/24], mode: observe }
            { name: b, cidrs: [10.0.0.0/25] }
            """,
            // A limit that another rule lifts, in part; and one that holds.
            """
            { name: a, cidrs: [10.0.0.0/24], rate: ⟦PG126⟧5/second per source }
            { name: b, cidrs: [10.0.0.128/25] }
            """,
            """
            { name: a, cidrs: [10.0.0.0/24], rate: ⟦PG126⟧5/second per source }
            { name: b, cidrs: [10.0.0.128/25], rate: 500/minute per source }
            """,
            """
            { name: a, cidrs: [10.0.0.0/24], rate: 5/second per source }
            { name: b, cidrs: [10.0.0.128/25], rate: 300/minute per source, expires: 2027-03-31 }
            { name: c, cidrs: [10.0.1.0/24] }
            """,
            // It ends on a Saturday.
            "{ name: a, cidrs: [10.0.0.0/24], windows: [sunday], expires: ⟦PG127⟧2026-11-21 }",
            "{ name: a, cidrs: [10.0.0.0/24], windows: [sunday, day], expires: 2026-11-21 }",
            "{ name: a, cidrs: [10.0.0.0/24], windows: [sunday], expires: 2026-11-22 }",
        ])
    func marked(rules: String) throws {
        let (found, expected) = try Self.findings(rules)
        let places = found.map { "\($0.span?.line ?? 0):\($0.span?.column ?? 0) \($0.code)" }
        if rules.contains("300/minute") {
            // As fast, and it ends: the second rule is the needless one.
            #expect(found.map(\.code) == ["PG124"] && found.first?.rule == "b")
            return
        }
        #expect(places == expected, "\(found.map(\.message))")
    }

    @Test("the rules that cover it are shown with their places, and none that is not needed")
    func cover() throws {
        let (found, _) = try Self.findings(
            """
            { name: far, cidrs: [10.9.0.0/24] }
            { name: a, cidrs: [10.0.0.0/25] }
            { name: part, cidrs: [10.0.0.200, 10.8.0.0/24] }
            { name: b, cidrs: [10.0.0.128/25] }
            { name: c, cidrs: [10.0.0.0/24] }
            """)
        let finding = try #require(found.first { $0.rule == "c" })
        #expect(finding.message == "rule c changes nothing: a and b together allow everything that it allows")
        #expect(finding.notes.map(\.message) == ["rule a is here", "rule b is here"])
        #expect(finding.notes.map { $0.span?.line } == [18, 20])
    }

    @Test(
        "each can be ignored in place",
        arguments: [
            ("PG124", "{ name: a, cidrs: [10.0.0.0/25] } # IGNORE\n{ name: b, cidrs: [10.0.0.0/24] }"),
            ("PG125", "{ name: a, cidrs: [10.0.0.0/25], mode: observe } # IGNORE\n{ name: b, cidrs: [10.0.0.0/24] }"),
            (
                "PG126",
                "{ name: a, cidrs: [10.0.0.0/24], rate: 5/second per source } # IGNORE\n{ name: b, cidrs: [10.0.0.9] }"
            ),
            ("PG127", "{ name: a, cidrs: [10.0.0.0/24], windows: [sunday], expires: 2026-11-21 } # IGNORE"),
        ])
    func ignored(code: String, rules: String) throws {
        #expect(try Self.findings(rules).found.map(\.code) == [code])
        let comment = "portgate:ignore \(code) until=2027-01-01 known"
        #expect(try Self.findings(rules.replacing("IGNORE", with: comment)).found.isEmpty)
    }

    @Test("taking every needless rule away changes nothing, on random policies", arguments: [false, true])
    func removal(isWide: Bool) throws {
        var removed = 0
        for seed: UInt64 in 0..<120 {
            let policy = try PolicyDifferencePropertyTests.load(PolicyGenerator.yaml(seed: seed, isWide: isWide))
            let needless = Linter.lint(policy, now: Self.now).filter { ["PG103", "PG124"].contains($0.code) }
            guard !needless.isEmpty else { continue }
            var without = policy
            for finding in needless {
                for index in without.ports.indices where without.ports[index].name.text == finding.port {
                    without.ports[index].rules.removeAll { $0.name.text == finding.rule && $0.mode == .enforce }
                    removed += 1
                }
            }
            let difference = PolicyDifference(from: policy, to: without, at: Self.now)
            #expect(difference.isUnchanged, "seed \(seed): \(needless.map(\.message))")
        }
        #expect(removed > 5)
    }

    @Test("when there is too much to compare, that is said")
    func budget() throws {
        var sample = SamplePolicy()
        sample.port("db", 5432)
        for index in 0..<20 { sample.rule("r\(index)", from: SamplePolicy.set("10.0.0.0/\(8 + index)")) }
        let context = LintContext(sample.policy, now: Self.now)
        #expect(context.needlessRules(besides: [], budget: 50).map(\.code).last == "PG109")
    }
}
