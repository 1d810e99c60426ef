import Gate
import Nftables
import TestSupport
import Testing

/// The change of one live table into another, in network namespaces of their own.
@Suite("Transitions in the kernel")
struct NftWorkerTransitionTests {
    private static let worker = NftWorker()

    /// Loads a change and returns what was refused.
    private static func change(to table: Table, upTo count: Int = .max) throws -> NftWorker.Answer {
        for batch in try table.transition(from: worker.list()).prefix(count) {
            let answer = worker.load(batch.text)
            if answer != .ok { return answer }
        }
        return .ok
    }

    /// Names what differs, so that a failure can be read.
    private static func differences(_ live: Table?, _ table: Table) -> String {
        guard let live else { return "there is no table" }
        var lines = live.foreign.map { "foreign: \($0)" }
        for (name, left, right) in zipped(live.chains, table.chains, \.name) {
            lines.append("\(name): \(left) | \(right)")
        }
        for (name, left, right) in zipped(live.sets, table.sets, \.name) { lines.append("\(name): \(left) | \(right)") }
        for (name, left, right) in zipped(live.maps, table.maps, \.name) { lines.append("\(name): \(left) | \(right)") }
        return lines.joined(separator: "\n")
    }

    private static func zipped<Item: Equatable>(
        _ left: [Item], _ right: [Item], _ name: KeyPath<Item, String>
    ) -> [(String, String, String)] {
        let names = Set(left.map { $0[keyPath: name] } + right.map { $0[keyPath: name] })
        return names.compactMap { wanted in
            let one = left.first { $0[keyPath: name] == wanted }
            let other = right.first { $0[keyPath: name] == wanted }
            return one == other ? nil : (wanted, "\(one as Any)", "\(other as Any)")
        }
    }

    @Test("A08, I06: a random table becomes another random one, exactly, and nothing stale stays", arguments: 0..<50)
    func pairs(seed: Int) throws {
        try ScratchNetworkNamespace.run {
            var generator = TableGenerator(seed: UInt64(seed))
            let first = generator.next()
            let second = seed.isMultiple(of: 2) ? generator.next() : generator.variation(of: first)
            for table in [first, second, first] {
                let answer = try Self.change(to: table)
                #expect(answer == .ok, "seed \(seed)")
                let live = try Self.worker.list()
                #expect(live == table, "seed \(seed): \(Self.differences(live, table))")
                let rest = try table.transition(from: live)
                #expect(rest.isEmpty)
            }
        }
    }
}
