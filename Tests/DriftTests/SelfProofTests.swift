import Compiler
import Foundation
import Nftables
import Policy
import TestSupport
import Testing

@testable import Drift

/// What the compiler renders lets in exactly what the policy allows: decided over all packets, for every policy here.
@Suite struct SelfProofTests {
    static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("CompilerTests/Fixtures")

    static var cases: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: fixtures.path)) ?? []).sorted()
    }

    @Test("a recorded rendering is its policy", arguments: cases)
    func fixture(name: String) throws {
        let yaml = try String(
            contentsOf: Self.fixtures.appendingPathComponent("\(name)/policy.yaml"), encoding: .utf8)
        let outcome = try Declared(yaml, horizonDays: 400).compared()
        #expect(outcome.undecided == [])
        #expect(outcome.differences.map(\.words) == [])
    }

    @Test("random policies are what they render to", arguments: [false, true])
    func random(isWide: Bool) throws {
        // Without optimization the diagrams are fifty times slower: scripts/property.sh tries the rest.
        for seed in UInt64(1)...(MutationTests.rounds == nil ? 3 : 40) {
            let yaml = PolicyGenerator.yaml(seed: seed, isWide: isWide)
            let declared = try Declared(yaml, markMask: seed % 3 == 0 ? 0x00ff_0000 : nil)
            let outcome = declared.compared()
            #expect(outcome.undecided == [], "seed \(seed)\n\(yaml)")
            #expect(outcome.differences.map(\.words) == [], "seed \(seed)\n\(yaml)")
        }
    }
}

extension PolicyComparison.Difference {
    /// For messages of tests.
    var words: String {
        "\(kind.rawValue) port \(port) rule \(rule.map(String.init) ?? "-") \(isOwn ? "own " : "")\(packet.words) "
            + "by \(trace.responsible.map(\.description) ?? "nobody") [\(trace.steps.map(\.action).joined(separator: "; "))] \(certainty)"
    }
}
