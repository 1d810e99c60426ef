import Foundation
import Gate
import Glibc
import Host
import Nftables
import TestSupport
import Testing

/// What hostile input does to libnftables must never reach the worker's parent.
@Suite("NftWorker and hostile input")
struct NftWorkerHostileTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("HostileRulesets")
    private static let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?.sorted() ?? []

    private static func read(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appendingPathComponent(name)))
    }

    private static func isTableOrNone() -> Bool {
        do throws(NftWorkerError) {
            _ = try NftWorker().list()
            return true
        } catch { return false }
    }

    @Test("K01: the parent survives every hostile ruleset and can still look", arguments: files)
    func corpus(name: String) throws {
        let text = try Self.read(name)
        try ScratchNetworkNamespace.run {
            for answer in [NftWorker().check(text), NftWorker().load(text)] {
                switch answer {
                case .ok, .refused, .crashed: break
                case .timedOut, .missing, .failed: Issue.record("\(name): \(answer)")
                }
            }
            #expect(Self.isTableOrNone())
        }
    }

    @Test("K01, G12: a worker that libnftables kills is reported as crashed, and nothing of its text is live")
    func crash() throws {
        #expect(Self.files.count > 60)
        try ScratchNetworkNamespace.run {
            for name in ["log-prefix-300.nft", "reject-icmp-512.nft", "mark-range.nft", "huge-device.nft"] {
                let answer = NftWorker().load(try Self.read(name))
                guard case .crashed = answer else {
                    Issue.record("\(name): \(answer)")
                    continue
                }
            }
            let live = try NftWorker().list()
            #expect(live == nil)
        }
    }

    @Test("K01: garbled rulesets never harm the parent", arguments: 0..<30)
    func garbled(seed: UInt64) throws {
        try ScratchNetworkNamespace.run {
            var random = SeededGenerator(seed: seed)
            var generator = TableGenerator(seed: seed)
            var text = try generator.next().rendered()
            for _ in 0..<3 {
                let start = Int.random(in: 25..<text.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: text.removeSubrange(start..<min(text.count, start + 8))
                case 1: text.insert(contentsOf: text[start..<min(text.count, start + 20)], at: start)
                default: text[start] = UInt8.random(in: 0x20...0x7e, using: &random)
                }
            }
            switch NftWorker().load(text) {
            case .ok, .refused, .crashed: break
            case let answer: Issue.record("seed \(seed): \(answer)")
            }
            #expect(Self.isTableOrNone())
        }
    }

    /// Writes a script that limits itself and then becomes the worker.
    private static func withLimitedWorker(_ limit: String, _ body: @Sendable @escaping (NftWorker) throws -> Void)
        throws
    {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("portgate-nft-\(UUID().uuidString)")
            .path
        try "#!/bin/sh\nulimit \(limit)\nexec '\(NftWorker().path)' \"$1\"\n".write(
            toFile: path, atomically: false, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        chmod(path, 0o755)
        try ScratchNetworkNamespace.run { try body(NftWorker(path: path)) }
    }

    @Test("K02: a worker in which the library exits is told from one that succeeded")
    func exits() throws {
        let table = Array("table inet portgate {\n}\n".utf8)
        // No descriptor is left for netlink: the library calls exit(3).
        try Self.withLimitedWorker("-n 3") { worker in
            guard case .failed = worker.load(table) else {
                Issue.record("the load did not fail")
                return
            }
            #expect(throws: NftWorkerError.self) { try worker.list() }
        }
        // No memory is left.
        let ranges = (0..<200_000).map { Range32($0 * 16, $0 * 16 + 3) }
        let large = try Table(name: "portgate", sets: [NamedSet(name: "pg_s4_x", content: .ipv4(ranges))]).rendered()
        try Self.withLimitedWorker("-v 100000") { worker in
            #expect(worker.load(table) == .ok)
            let answer = worker.load(large)
            #expect(answer != .ok)
            let live = try worker.list()
            #expect(live == Table(name: "portgate"))
        }
    }

    @Test(
        "K05: no file is included, nothing is defined, JSON is not read, and no other table is named",
        arguments: [
            "include \"FILE\"\n", "\tinclude \"FILE\"\n", "table inet portgate {\n\tinclude \"FILE\"\n}\n",
            "table inet portgate {\n\tchain pg_x {\n\t\tinclude \"FILE\"\n\t}\n}\n",
            "table inet portgate {\n\tchain pg_x {include \"FILE\"\n\t}\n}\n",
            "table inet portgate {\n\tchain pg_x { 5include \"FILE\"\n\t}\n}\n",
            "table inet portgate {\n}; include \"FILE\"\n", "table inet portgate {\n} include \"FILE\"\n",
            "table inet portgate {\n\tdefine x = \"FILE\"\n}\n", "table inet portgate {\n\tchain $x {\n\t}\n}\n",
            "{\"nftables\": [{\"add\": {\"table\": {\"family\": \"inet\", \"name\": \"FILE\"}}}]}",
            "[{\"flush\": {\"ruleset\": null}}]", "flush ruleset\n", "delete table inet portgate2\n",
            "table inet portgate2 {\n}\n", "add table inet portgate2\n", "table ip portgate {\n}\n",
            "add table inet portgate; flush ruleset\n", "table inet portgate {\n}\nflush ruleset\n",
            "list ruleset\n", "# FILE\n", "table inet portgate {\n\tchain pg_x {\n\t\taccept comment \"\n\t}\n}\n",
            "add element inet portgate pg_x { 1 }; flush ruleset\n", "table inet portgate {\n}}\n", "\0flush ruleset\n",
            "add table inet portgate\n\\\nflush ruleset\n", "table inet portgate {\n\tchain pg_x {\n",
        ])
    func gate(text: String) throws {
        let secret = "secret-\(UUID().uuidString)"
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(secret + ".nft").path
        try "content of \(secret)\n".write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let input = Array(text.replacing("FILE", with: path).utf8)
        try ScratchNetworkNamespace.run {
            for answer in [NftWorker().load(input), NftWorker().check(input)] {
                guard case .refused(let message) = answer else {
                    Issue.record("\(answer)")
                    continue
                }
                #expect(message.hasPrefix("refused before nft saw it"))
                #expect(!message.contains("content of"))
            }
            let tables = try Subprocess(path: "/usr/sbin/nft", arguments: ["list", "tables"]).run()
            #expect(tables.succeeded && tables.output.isEmpty)
        }
    }

    @Test("K06: an error message is no longer than 8 KiB, however long the input")
    func longError() throws {
        let text = Array(
            ("table inet portgate {\n" + String(repeating: "\tnonsense nonsense\n", count: 20_000) + "}\n").utf8)
        try ScratchNetworkNamespace.run {
            guard case .refused(let message) = NftWorker().load(text) else {
                Issue.record("nonsense is taken")
                return
            }
            #expect((1...8192).contains(message.utf8.count))
        }
    }

    @Test("K12: descriptors beyond 1023 in the parent harm nothing")
    func manyDescriptors() throws {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        if limit.rlim_cur < 4096 {
            limit.rlim_cur = min(4096, limit.rlim_max)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
        // dup2 clears close-on-exec: these would reach the child.
        let high = (1500..<1540).map { dup2(STDERR_FILENO, Int32($0)) }
        defer { for descriptor in high { close(descriptor) } }
        #expect(high.allSatisfy { $0 >= 1500 })
        try ScratchNetworkNamespace.run {
            #expect(NftWorker().load(Array("table inet portgate {\n}\n".utf8)) == .ok)
            let live = try NftWorker().list()
            #expect(live == Table(name: "portgate"))
        }
    }

    @Test("I05: a comment that would pass for rules in the listing makes the table foreign, and repairable")
    func spoofedListing() throws {
        try ScratchNetworkNamespace.run {
            let rules = ["return", "drop"].map { verdict -> Rule in
                Rule([.verdict(verdict == "drop" ? .drop : .return)], comment: verdict)
            }
            let table = Table(name: "portgate", chains: [Chain(name: "pg_x", rules: rules)])
            let spoof = """
                {"nftables": [{"add": {"table": {"family": "inet", "name": "portgate"}}},
                {"add": {"chain": {"family": "inet", "table": "portgate", "name": "pg_x"}}},
                {"add": {"rule": {"family": "inet", "table": "portgate", "chain": "pg_x", "expr": [{"return": null}],
                "comment": "return\\"\\n\\t\\tdrop comment \\"drop"}}}]}
                """
            let nft = "/usr/sbin/nft"
            let loaded = try Subprocess(path: nft, arguments: ["-j", "-f", "-"], input: Array(spoof.utf8)).run()
            #expect(loaded.succeeded)
            // nft itself lists what is not there.
            let listed = try Subprocess(path: nft, arguments: ["-n", "list", "table", "inet", "portgate"]).run()
            #expect(try TableParser.parse(listed.output) == table)
            let live = try NftWorker().list()
            #expect(live != table)
            for batch in try table.transition(from: live) { #expect(NftWorker().load(batch.text) == .ok) }
            let repaired = try NftWorker().list()
            #expect(repaired == table)
        }
    }
}
