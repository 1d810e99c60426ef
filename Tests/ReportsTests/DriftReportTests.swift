import Drift
import Foundation
import Nftables
import Policy
import Testing

@testable import Reports

/// A look at a host in every format.
@Suite("formats of drift")
struct DriftReportTests {
    private static let moment = Instant(seconds: 1_795_262_400)

    private static func address(_ text: String) -> IPAddress {
        (try? IPAddress(parsing: text)) ?? .v4(IPv4Address(bits: 0))
    }

    /// A packet let through by a foreign rule, a listener with a hostile name, something not looked at, a note.
    private static func report(ignores: String = "", complete: Bool = false) -> DriftReport {
        var sources = SourceMap()
        let file = sources.add(
            SourceFile(path: "gate.yaml", bytes: Array("version: 1\nname: x\nports:\n  - name: db\n".utf8)))
        let list = sources.add(SourceFile(path: "ignores.yaml", bytes: Array(ignores.utf8)))
        var findings = [
            DriftFinding(
                Diagnostic(
                    code: "PG320", severity: .warning,
                    message: "<script>\"'&\u{1b}[31m (pid 7) listens on tcp 8080, and no port of the policy is that",
                    span: nil,
                    notes: [Diagnostic.Note("at every IPv4 address")]),
                kind: .undeclaredListener, subject: "tcp 8080 x"),
            DriftFinding(
                Diagnostic(
                    code: "PG310", severity: .error, message: "10.9.3.1 reaches db, and no rule says so",
                    span: SourceSpan(file: file, line: 4, column: 11, length: 2), port: "db"),
                kind: .overPermissive,
                witness: Witness(
                    family: .v4, transport: .tcp, source: address("10.9.3.1"), destination: address("10.0.0.1"),
                    destinationPort: 5432, time: moment, conditions: ["ct state new"], live: "accept", policy: "reject"),
                responsible: Responsible(
                    family: .inet, table: "filter", chain: "input", handle: 42, comment: "by hand"),
                certainty: .conditional(["limit rate 5/second"])),
            DriftFinding(
                Diagnostic(
                    code: "PG322", severity: .note, message: "nobody listens on port db", span: nil, port: "db"),
                kind: .unusedPort),
        ]
        if !complete {
            findings.append(
                DriftFinding(
                    Diagnostic(code: "PG340", severity: .warning, message: "x could not be looked at: y", span: nil),
                    kind: .notLookedAt, subject: "x"))
        }
        var facts = DriftReport.Facts()
        facts.generation = 4
        facts.kernelGeneration = 17
        facts.paths = ["gate.yaml"]
        return DriftReport(
            at: moment, facts: facts, findings: findings,
            ignores: ignores.isEmpty ? DriftIgnores() : DriftIgnores(reading: Array(ignores.utf8), file: list),
            sources: sources)
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private static let ids = report().entries.map(\.id.description)

    @Test("text has the weightiest first, packet and rule in its notes, sums and the next command last")
    func forPeople() {
        let text = Self.text(DriftText.render(Self.report()))
        #expect(
            text.hasPrefix(
                """
                error[PG310]: 10.9.3.1 reaches db, and no rule says so
                 --> gate.yaml:4:11
                  |
                4 |   - name: db
                  |           ^^
                  = note: \(Self.ids[0]) (over-permissive)
                  = note: packet 10.9.3.1 → 10.0.0.1 5432/tcp (at 2026-11-21T12:00:00Z, ct state new): live accept, policy reject
                  = note: decided by inet filter input handle 42, comment 'by hand'
                  = note: holds while limit rate 5/second

                """), "\(text)")
        #expect(
            text.hasSuffix(
                """
                1 error, 2 warnings, 1 note; generation 4, kernel generation 17; not everything could be looked at
                next: portgate drift --repair \(Self.ids[0])

                """), "\(text)")
        #expect(!text.contains("\u{1b}"))
    }

    @Test("JSON carries kind, id, packet and rule, and says whether it is complete")
    func json() throws {
        let ignores = "- { code: PG320, reason: \"known\", until: 2027-01-01 }\n"
        let bytes = DriftJSON.render(Self.report(ignores: ignores))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        #expect(object["command"] as? String == "drift" && object["complete"] as? Bool == false)
        #expect(object["schema_version"] as? Int == 1 && object["kernel_generation"] as? Int == 17)
        let findings = try #require(object["findings"] as? [[String: Any]])
        let first = try #require(findings.first)
        #expect(first["id"] as? String == Self.ids[0] && first["kind"] as? String == "over-permissive")
        #expect(first["code"] as? String == "PG310" && first["line"] as? Int == 4 && first["port"] as? String == "db")
        #expect(first["certainty"] as? String == "conditional")
        #expect(first["conditions"] as? [String] == ["limit rate 5/second"])
        let witness = try #require(first["witness"] as? [String: Any])
        #expect(
            Set(witness.keys).isSuperset(of: [
                "family", "protocol", "source", "destination", "destination_port", "time", "live", "policy",
            ]))
        #expect(witness["family"] as? String == "ipv4" && witness["destination_port"] as? Int == 5432)
        let rule = try #require(first["responsible"] as? [String: Any])
        #expect(rule["family"] as? String == "inet" && rule["handle"] as? Int == 42)
        let ignored = try #require(object["ignored"] as? [[String: Any]])
        #expect(
            ignored.map { $0["reason"] as? String } == ["known"] && ignored.first?["until"] as? String == "2027-01-01")
        #expect((object["summary"] as? [String: Int]) == ["errors": 1, "warnings": 1, "notes": 1, "ignored": 1])
    }

    @Test("a line of a watch is an object of its own")
    func watchLine() throws {
        let report = Self.report()
        let line = DriftJSON.line("appeared", report.entries.first, in: report)
        #expect(line.last == 0x0a && line.count { $0 == 0x0a } == 1)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
        #expect(object["event"] as? String == "appeared")
        #expect((object["finding"] as? [String: Any])?["id"] as? String == Self.ids[0])
        #expect(DriftText.line("+", report.entries[0]).hasPrefix("+ error[PG310] \(Self.ids[0]): "))
    }

    @Test("HTML is one page in which nothing of a host is markup")
    func html() {
        let page = Self.text(
            DriftHTML.render(Self.report(ignores: "- { code: PG322, reason: '<b>', until: 2027-01-01 }")))
        #expect(!page.contains("<script") && !page.contains("<b>") && !page.contains("\u{1b}"))
        #expect(page.contains("&lt;script&gt;&quot;&#39;&amp;\\x1b[31m (pid 7)"))
        #expect(!page.contains("http://") && !page.contains("https://") && !page.contains("src="))
        #expect(page.contains("Not everything could be looked at"))
        #expect(page.contains("id=\"\(Self.ids[0])\"") && page.contains("&lt;b&gt;"))
        #expect(!Self.text(DriftHTML.render(Self.report(complete: true))).contains("Not everything"))
    }

    @Test("metrics count by kind and severity, and stand also at zero")
    func prometheus() {
        let text = Self.text(DriftPrometheus.render(Self.report()))
        let lines = text.split(separator: "\n")
        #expect(lines.contains("portgate_drift_findings{kind=\"over-permissive\",severity=\"error\"} 1"))
        #expect(lines.contains("portgate_drift_findings{kind=\"horizon-near\",severity=\"warning\"} 0"))
        #expect(lines.contains("portgate_drift_complete 0"))
        #expect(lines.contains("portgate_drift_last_run_timestamp_seconds 1795262400"))
        #expect(lines.contains("portgate_drift_generation 4"))
        for line in lines where !line.hasPrefix("#") {
            #expect(line.wholeMatch(of: /portgate_drift_[a-z_]+(\{[a-z_="\-,]+\})? [0-9]+/) != nil, "\(line)")
        }
    }

    @Test("SARIF, JUnit and GitHub carry the ids too, and warnings fail in JUnit")
    func others() {
        let common = Report(drift: Self.report())
        let sarif = Self.text(SARIFReport.render(common, version: "1.0.0"))
        let junit = Self.text(JUnitReport.render(common, failing: .warning))
        let github = Self.text(GitHubReport.render(common))
        for id in Self.ids {
            #expect(sarif.contains(id) && junit.contains(id) && github.contains(id), "\(id)")
        }
        #expect(sarif.contains("\"executionSuccessful\":false"))
        #expect(junit.contains("failures=\"3\""))
        #expect(github.contains("::error file=gate.yaml,line=4,"))
    }

    @Test("what would undo a finding is shown as commands, and nothing is done")
    func repair() throws {
        let report = Self.report()
        let plan = RepairPlan(report.entries[0], in: report)
        let text = Self.text(DriftText.render(plan))
        #expect(text.contains("  $ nft delete rule inet filter input handle 42\n"))
        #expect(text.hasSuffix("nothing was done\n"))
        let bytes = DriftJSON.render(plan, in: report)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        #expect(
            (object["repair"] as? [[String: String]])?.contains([
                "command": "nft delete rule inet filter input handle 42"
            ]) == true)
    }
}
