import Gate
import Host
import Policy
import Testing

@Suite struct TrialComparisonTests {
    static let text = """
        version: 1
        name: x
        ports:
          - { name: db, port: 5432, allow: [{ name: r, cidrs: [10.0.0.0/8] }] }
        tests:
          - { name: inside, port: db, from: 10.0.0.1, expect: allow }
          - { name: outside, port: db, from: 11.0.0.1, expect: deny }
        """

    private func comparison(_ verdicts: [TrialOutcome]) throws -> TrialComparison {
        let reader = SourceReader(
            kind: { _ in .success(.file) }, read: { _, _ in .success(Array(Self.text.utf8)) },
            list: { _ in .failure(.notFound) })
        let policy = try #require(
            PolicyLoader(reader: reader, zones: Files.zoneDatabase, limits: .init()).load(paths: ["x.yaml"]).policy)
        let outcomes = PolicyTestRunner.run(policy, now: Instant(seconds: 1_795_000_000))
        return TrialComparison(of: policy, tests: outcomes, kernel: verdicts)
    }

    @Test("agreement says nothing")
    func agreement() throws {
        let comparison = try comparison([.arrived, .refused])
        #expect(comparison.findings.isEmpty && comparison.isComplete)
    }

    @Test("PG250: a kernel that lets through what the policy refuses, or refuses what it allows, is the loudest error")
    func disagreement() throws {
        let comparison = try comparison([.refused, .arrived])
        #expect(comparison.findings.map(\.code) == ["PG250", "PG250"])
        #expect(comparison.findings.allSatisfy { $0.severity == .error && $0.port == "db" })
        #expect(comparison.findings[0].message.contains("refuses tcp 10.0.0.1 -> 5432"))
        #expect(comparison.findings[1].message.contains("lets through tcp 11.0.0.1 -> 5432"))
    }

    @Test("a test that was not tried, or an answer that is missing, is not agreement")
    func incomplete() throws {
        #expect(try !comparison([.cannotBeSent(.martianSource), .refused]).isComplete)
        #expect(try !comparison([.arrived]).isComplete)
    }
}
