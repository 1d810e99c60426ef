import Foundation
import TestSupport
import Testing

@testable import Drift

@Suite struct ScratchTests {
    @Test func timing() throws {
        for wide in [true] {
            for seed in UInt64(1)...20 {
                let yaml = PolicyGenerator.yaml(seed: seed, isWide: wide)
                let start = Date()
                let declared = try Declared(yaml, markMask: seed % 3 == 0 ? 0x00ff_0000 : nil)
                let mid = Date()
                let outcome = declared.compared()
                print("SEED", wide, seed, mid.timeIntervalSince(start), Date().timeIntervalSince(mid), outcome.nodes, outcome.undecided.count, outcome.differences.count)
                for d in outcome.differences.prefix(2) {
                    print("DIFF", d.words.suffix(700))
                    let values = d.packet.values.filter { if case .atom = $0.key { false } else { $0.value != 0 } }
                    print("DIFFV", values.map { "\($0.key.name)=\(String($0.value, radix: 16))" }.sorted().joined(separator: " "))
                }
                for d in outcome.undecided.prefix(2) { print("UNDEC", d.prefix(300), d.suffix(200)) }
            }
        }
    }
}
