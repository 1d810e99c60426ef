import Drift
import Nftables
import Policy
import Testing

/// What names a finding from look to look, and what passes it over.
@Suite("ids and ignores of drift")
struct DriftIgnoresTests {
    private static func finding(
        _ message: String = "something", port: String? = "db", handle: UInt64 = 7, subject: String = "",
        source: String = "10.9.3.1"
    ) -> DriftFinding {
        let diagnostic = Diagnostic(code: "PG320", severity: .warning, message: message, span: nil, port: port)
        let witness = Witness(
            family: .v4, transport: .tcp, source: (try? IPAddress(parsing: source)) ?? .v4(IPv4Address(bits: 0)),
            destinationPort: 8443, time: GateSample.now, live: "accept", policy: "drop")
        return DriftFinding(
            diagnostic, kind: .overPermissive, witness: witness,
            responsible: Responsible(family: .inet, table: "filter", chain: "input", handle: handle), subject: subject)
    }

    private static func report(
        _ findings: [DriftFinding], ignores: String = "", at moment: Instant = GateSample.now
    ) -> DriftReport {
        var sources = SourceMap()
        let bytes = Array(ignores.utf8)
        let file = sources.add(SourceFile(path: "ignores.yaml", bytes: bytes))
        return DriftReport(
            at: moment, facts: DriftReport.Facts(), findings: findings,
            ignores: ignores.isEmpty ? DriftIgnores() : DriftIgnores(reading: bytes, file: file), sources: sources)
    }

    private static func ids(_ findings: [DriftFinding]) -> [String] { report(findings).entries.map(\.id.description) }

    @Test("an id hangs on what a finding is, never on handles, words or counts")
    func stable() {
        let id = Self.ids([Self.finding()])
        #expect(id == Self.ids([Self.finding("other words, 12 of them", handle: 9)]))
        #expect(id == ["D-83286b83"], "an id that changes makes every ignore useless")
        #expect(id != Self.ids([Self.finding(port: "web")]))
        #expect(id != Self.ids([Self.finding(subject: "x")]))
        #expect(id != Self.ids([Self.finding(source: "10.9.3.2")]))
    }

    @Test("findings that are alike in all of it have ids of their own")
    func unique() {
        let ids = Self.ids([Self.finding(), Self.finding(), Self.finding()])
        #expect(Set(ids).count == 3)
        #expect(ids == Self.ids([Self.finding(), Self.finding(), Self.finding()]))
    }

    @Test(
        "an id is read as a user writes it",
        arguments: [
            ("D-0a1b2c3d", true), ("d-0A1B2C3D", true), ("D-0a1b2c3", false), ("0a1b2c3d", false),
            ("D-0a1b2c3g", false),
        ])
    func reading(text: String, isOne: Bool) {
        #expect(FindingID(text)?.description == (isOne ? "D-0a1b2c3d" : nil))
    }

    @Test("an ignore holds through its last day, and is a finding afterwards")
    func until() throws {
        let id = try #require(Self.ids([Self.finding()]).first)
        let text = "- { id: \(id), reason: INC-7, until: 2026-11-21 }\n"
        let report = Self.report([Self.finding()], ignores: text)
        #expect(report.entries.isEmpty && report.ignored.map(\.reason) == ["INC-7"])
        #expect(report.isComplete && !report.hasFindings)
        let later = Self.report([Self.finding()], ignores: text, at: GateSample.now.advanced(byDays: 1))
        #expect(later.entries.map(\.finding.diagnostic.code) == ["PG320", "PG345"])
        #expect(later.entries.map(\.finding.diagnostic.severity) == [.warning, .warning])
    }

    @Test("an ignore by code passes all of the code over; one that matches nothing is a note")
    func codes() {
        let report = Self.report(
            [Self.finding(), Self.finding(port: "web")],
            ignores:
                "- { code: PG320, reason: known, until: 2027-01-01 }\n- { code: PG322, reason: no, until: 2027-01-01 }\n"
        )
        #expect(report.ignored.count == 2)
        #expect(report.entries.map(\.finding.diagnostic.code) == ["PG346"])
        #expect(!report.hasFindings)
    }

    @Test(
        "an entry that is not whole is an error and passes nothing over",
        arguments: [
            "- { code: PG320, until: 2027-01-01 }", "- { code: PG320, reason: '  ', until: 2027-01-01 }",
            "- { code: PG320, reason: x }", "- { reason: x, until: 2027-01-01 }",
            "- { code: PG320, id: D-00000000, reason: x, until: 2027-01-01 }",
            "- { code: PG999, reason: x, until: 2027-01-01 }",
            "- { id: D-1, reason: x, until: 2027-01-01 }", "- { code: PG320, reason: x, until: soon }",
            "- { code: PG320, reason: x, until: 2027-01-01, then: y }", "code: PG320", "- PG320", "- {", "\t- x",
        ])
    func malformed(text: String) {
        let report = Self.report([Self.finding()], ignores: text)
        #expect(report.ignored.isEmpty)
        #expect(report.entries.map(\.finding.diagnostic.code).sorted() == ["PG320", "PG347"], "\(report.entries)")
        #expect(report.hasFindings)
    }

    @Test("a file of comments passes nothing over and is no mistake")
    func empty() {
        #expect(Self.report([], ignores: "# nothing yet\n\n").entries.isEmpty)
    }

    @Test("what could not be looked at keeps a report from being complete, also when it is passed over")
    func incomplete() {
        let hidden = DriftFinding(
            Diagnostic(code: "PG340", severity: .warning, message: "x", span: nil), kind: .notLookedAt, subject: "x")
        let report = Self.report([hidden], ignores: "- { code: PG340, reason: x, until: 2027-01-01 }\n")
        #expect(report.entries.isEmpty && !report.isComplete && !report.hasFindings)
        #expect(!Self.report([hidden]).isComplete)
        #expect(!Self.report([hidden]).hasFindings)
    }

    @Test("A13: a foreign rule is deleted by hand, under the handle and the generation it was seen at, with a warning")
    func repair() throws {
        var facts = DriftReport.Facts()
        facts.kernelGeneration = 17
        let report = DriftReport(at: GateSample.now, facts: facts, findings: [Self.finding()], sources: SourceMap())
        let plan = RepairPlan(try #require(report.entries.first), in: report)
        #expect(plan.steps.contains(.command("nft delete rule inet filter input handle 7")))
        #expect(
            plan.steps.contains {
                if case .words(let words) = $0 { words.contains("at generation 17; handles move") } else { false }
            })
    }

    @Test("what listens is stopped by its unit, or declared")
    func repairListener() throws {
        var finding = Self.finding()
        finding.repair = .listener(
            Repair.Listener(transport: "tcp", port: 8080, process: 12, name: "Web_1", unit: "web.service"))
        let report = Self.report([finding])
        let plan = RepairPlan(try #require(report.entries.first), in: report)
        #expect(plan.steps.first == .command("systemctl stop web.service"))
        #expect(plan.steps.contains(.policy("  - name: web-1-8080")))
    }

    @Test("own differences are settled by the policy, or by the generation that was recorded")
    func repairOwn() throws {
        var finding = Self.finding()
        finding.responsible = Responsible(family: .inet, table: "portgate", chain: "pg_in", handle: 3)
        var facts = DriftReport.Facts()
        facts.generation = 4
        func steps(_ facts: DriftReport.Facts) throws -> [RepairPlan.Step] {
            let report = DriftReport(at: GateSample.now, facts: facts, findings: [finding], sources: SourceMap())
            return RepairPlan(try #require(report.entries.first), in: report).steps
        }
        #expect(try steps(facts) == [.command("portgate rollback --to 4")])
        facts.paths = ["/etc/port gate"]
        #expect(
            try steps(facts) == [
                .command("portgate plan '/etc/port gate'"), .command("portgate apply '/etc/port gate'"),
            ])
    }
}
