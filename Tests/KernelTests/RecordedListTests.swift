import Foundation
import TestSupport
import Testing

/// Policies with list files after they were applied: what is known of them without looking at the files again.
@Suite("recorded lists on a host", .serialized)
struct RecordedListTests {
    private static let policy = DriftBench.policy(
        "cidrs: [10.0.0.0/8], identities: [staff]", identities: "staff: { addresses: [office] }, ",
        networks: "office: { file: office.netset }")

    private static func bench() throws -> DriftBench {
        try DriftBench(policy, files: ["office.netset": "10.1.0.0/16\n10.3.0.0/16\n"])
    }

    /// What `portgate drift` says, without a policy unless one is named. What the machine around the tests does not let it see
    /// (PG475) is not counted.
    private static func look(
        _ bench: DriftBench, _ path: String...
    ) throws -> (isComplete: Bool, codes: Set<String>) {
        let result = try bench.host.run(bench.command(["drift", "-o", "json"] + path))
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        let found = try #require(object?["findings"] as? [[String: Any]], "\(result)")
        let codes = Set(found.compactMap { $0["code"] as? String })
        let unseen = Set(found.filter { $0["kind"] as? String == "not-looked-at" }.compactMap { $0["code"] as? String })
        return (unseen.subtracting(["PG475"]).isEmpty, codes)
    }

    private static func stored(_ bench: DriftBench) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: bench.folder.path + "/state/lists")
    }

    @Test("after an edit of a list `diff live` shows just that edit, and `drift` without a policy looks at everything")
    func edited() throws {
        let bench = try Self.bench()
        let first = try Self.look(bench)
        #expect(first.isComplete && first.codes.contains("PG313"), "\(first)")
        #expect(try first.codes.subtracting(["PG313"]) == Self.look(bench, "gate.yaml").codes)
        #expect(try bench.portgate("diff", "live", "gate.yaml").output == "no change in what is allowed\n")
        try bench.write("office.netset", "10.1.0.0/16\n10.2.0.0/16\n")
        let result = try bench.portgate("diff", "live", "gate.yaml", "-o", "json")
        #expect(result.status == 0, "\(result)")
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        let changes = try #require(object?["changes"] as? [[String: Any]], "\(result)")
        let words = changes.map { "\($0["change"] ?? "") \(($0["cidrs"] as? [String] ?? []).joined(separator: " "))" }
        #expect(Set(words) == ["widened 10.2.0.0/16", "narrowed 10.3.0.0/16"], "\(result)")
        // What is in force is the list of before, which an address of it shows.
        let again = try Self.look(bench)
        #expect(again == first, "\(first) and then \(again)")
        try bench.host.loadForeign("add element inet portgate \(try Self.set(bench)) { 10.9.0.0/16 }\n")
        let tampered = try Self.look(bench)
        #expect(tampered.isComplete && tampered.codes.contains("PG301"), "\(tampered)")
    }

    /// The set that holds the list's addresses.
    private static func set(_ bench: DriftBench) throws -> String {
        let listing = try bench.host.check("/usr/sbin/nft", "list", "sets", "table", "inet", "portgate")
        var name = ""
        for line in listing.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count > 1, words[0].hasSuffix("set") { name = String(words[1]) }
            if line.contains("10.3.0.0/16") { return name }
        }
        throw NetworkLab.Failure(description: "no set holds 10.3.0.0/16: \(listing)")
    }

    @Test("without the list file, grants go on; a stored list that is gone is told, and written again by an apply")
    func damaged() throws {
        let bench = try Self.bench()
        try FileManager.default.removeItem(at: bench.folder.appendingPathComponent("office.netset"))
        let given = try bench.portgate(
            "grant", "alice", "--port", "ssh", "--from", "10.7.0.1", "--for", "30m", "--reason", "x")
        #expect(given.status == 0, "\(given)")
        let digest = try #require(try Self.stored(bench).first)
        let file = bench.folder.path + "/state/lists/" + digest
        try FileManager.default.removeItem(atPath: file)
        let look = try bench.portgate("drift")
        #expect(look.output.contains("\(file) is damaged: it is not there"), "\(look)")
        #expect(try !Self.look(bench).isComplete)
        #expect(try bench.portgate("diff", "live", "gate.yaml").status == 3)
        try bench.write("office.netset", "10.1.0.0/16\n10.3.0.0/16\n")
        let again = try bench.portgate("apply", "--yes", "gate.yaml")
        #expect(again.status == 0 && again.output.hasSuffix("generation 1 stays in force\n"), "\(again)")
        #expect(try Self.look(bench).isComplete)
        #expect(try bench.portgate("diff", "live", "gate.yaml").status == 0)
    }

    @Test("the way back restores the list of the generation it leads to, whatever the file holds by now")
    func rolledBack() throws {
        let bench = try Self.bench()
        try bench.write("office.netset", "10.2.0.0/16\n")
        #expect(try bench.portgate("apply", "--yes", "gate.yaml").status == 0)
        #expect(try Self.stored(bench).count == 2)
        #expect(try bench.portgate("rollback", "--yes").status == 0)
        #expect(try Self.look(bench).isComplete)
        let result = try bench.portgate("diff", "live", "gate.yaml")
        #expect(result.output.contains("widened  10.2.0.0/16"), "\(result)")
        #expect(result.output.contains("1 widened, 2 narrowed") || result.output.contains("1 widened, 1 narrowed"))
        #expect(try Self.stored(bench).count == 2)
    }
}
