import Drift
import Policy
import TestSupport
import Testing

@testable import Gate

/// What a look remembers of the ruleset, and says of steps that were made since.
extension DriftReaderTests {
    @Test("I01: a change made and undone on a live kernel is told until it is accepted")
    func madeAndUndone() throws {
        let reports = try ScratchNetworkNamespace.run {
            let folder = try StateFolder()
            try Self.apply(Self.policy, folder)
            var reports = [Self.read(folder)]
            try NftTool.run("add rule inet portgate pg_about return")
            let last = try NftTool.run("-a", "list", "chain", "inet", "portgate", "pg_about")
                .split(separator: "\n").last { $0.contains("# handle") && !$0.contains("chain") }
            let number = last?.split(separator: " ").last ?? ""
            try NftTool.run("delete rule inet portgate pg_about handle \(number)")
            reports.append(Self.read(folder, remembers: false, after: 120))
            reports.append(Self.read(folder, after: 180))
            reports.append(Self.read(folder, after: 240))
            reports.append(Self.read(folder, accepts: true, after: 300))
            reports.append(Self.read(folder, after: 360))
            return reports
        }
        #expect(reports.map(Self.codes) == [[], ["PG331"], ["PG331"], ["PG331"], [], []])
        #expect(Set(reports[1...3].flatMap { $0.entries.map(\.id) }).count == 1)
        #expect(reports[1].entries.first?.finding.diagnostic.message.contains("the rules are the same") == true)
    }

    @Test("a change of another table is a note that names it, and an apply explains its own steps")
    func otherTable() throws {
        let reports = try ScratchNetworkNamespace.run {
            let folder = try StateFolder()
            try Self.apply(Self.policy, folder)
            _ = Self.read(folder)
            try NftTool.run("add table ip x; add chain ip x y; add rule ip x y counter")
            var reports = [Self.read(folder, after: 120)]
            let edited = GateSample.policy([GateSample.port("db", 5432)])
            try Self.apply(edited, folder)
            reports.append(Self.read(folder, .policy(edited, paths: ["gate.yaml"]), after: 180))
            return reports
        }
        #expect(reports[0].entries.map(\.finding.diagnostic.code) == ["PG332"])
        #expect(reports[0].entries.first?.finding.diagnostic.message.hasSuffix("changed: ip x") == true)
        #expect(reports[1].entries.isEmpty, "\(reports[1].entries)")
    }
}
