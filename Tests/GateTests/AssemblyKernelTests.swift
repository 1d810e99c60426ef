import Foundation
import Host
import Nftables
import TestSupport
import Testing

/// Assembled tables against what a kernel holds once nft has loaded their text.
@Suite("Assembled tables and the kernel")
struct AssemblyKernelTests {
    static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("CompilerTests/Fixtures")

    static var cases: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: fixtures.path)) ?? []).sorted()
    }

    @Test("there are fixtures") func fixturesExist() { #expect(Self.cases.count >= 7) }

    @Test("every rule and element of what the compiler renders", arguments: cases)
    func fixture(name: String) throws {
        let file = Self.fixtures.appendingPathComponent(name).appendingPathComponent("expected.nft")
        let text = Array(try Data(contentsOf: file))
        let table = try TableParser.parse(text)
        let printed = try ScratchNetworkNamespace.run { try Self.load(text) }
        Self.compare(AssembledListing(of: try table.assembled()), AssembledListing(printed: printed), name)
    }

    @Test("every rule and element of random tables", arguments: [1, 2, 3, 4] as [UInt64])
    func random(seed: UInt64) throws {
        let tables = try ScratchNetworkNamespace.run {
            var generator = TableGenerator(seed: seed)
            return try (0..<40).map { _ in
                let table = generator.next()
                return (table, try Self.load(try table.rendered()))
            }
        }
        for (index, (table, printed)) in tables.enumerated() {
            let label = "seed \(seed), table \(index)"
            Self.compare(AssembledListing(of: try table.assembled()), AssembledListing(printed: printed), label)
        }
    }

    private static func compare(_ assembled: AssembledListing, _ live: AssembledListing, _ label: String) {
        #expect(Set(assembled.rules.keys) == Set(live.rules.keys), "\(label)")
        for (chain, rules) in assembled.rules {
            let others = live.rules[chain] ?? []
            #expect(rules.count == others.count, "\(label), \(chain)")
            for (rule, other) in zip(rules, others) { #expect(rule == other, "\(label), \(chain)") }
        }
        #expect(Set(assembled.elements.keys) == Set(live.elements.keys), "\(label)")
        for (set, elements) in assembled.elements { #expect(elements == live.elements[set], "\(label), \(set)") }
    }

    /// Loads a table in place of the one that is there and returns what nft prints of the kernel's.
    static func load(_ text: [UInt8]) throws -> String {
        _ = try nft(["-f", "-"], input: Array("table inet portgate\ndelete table inet portgate\n".utf8) + text)
        return try nft(["--debug=netlink", "list", "table", "inet", "portgate"])
    }

    private static func nft(_ arguments: [String], input: [UInt8] = []) throws -> String {
        let process = Subprocess(
            path: "/usr/sbin/nft", arguments: arguments, environment: ["TZ=UTC"], input: input, timeout: .seconds(30),
            maxOutputBytes: 4 << 20, maxErrorBytes: 8 << 10)
        let outcome = try process.run()
        guard outcome.succeeded else {
            throw NftTool.Failure(message: String(decoding: outcome.error, as: UTF8.self))
        }
        return String(decoding: outcome.output, as: UTF8.self)
    }
}
