import Foundation
import Gate
import Nftables
import TestSupport
import Testing

/// Assembled tables against the bytecode that a kernel dumps, value by value: lengths, orders and types among it that nft's
/// debugging output does not print.
@Suite("Assembled tables and the kernel's bytecode")
struct AssemblyDecodedTests {
    @Test("all of what the compiler renders", arguments: AssemblyKernelTests.cases)
    func fixture(name: String) throws {
        let file = AssemblyKernelTests.fixtures.appendingPathComponent(name).appendingPathComponent("expected.nft")
        let text = Array(try Data(contentsOf: file))
        let live = try ScratchNetworkNamespace.run { try Self.loaded(text) }
        Self.compare(try TableParser.parse(text).assembled(), live, name)
    }

    @Test("all of random tables", arguments: [11, 12] as [UInt64])
    func tables(seed: UInt64) throws {
        let tables = try ScratchNetworkNamespace.run {
            var generator = TableGenerator(seed: seed)
            return try (0..<30).map { _ in
                let table = generator.next()
                return (table, try Self.loaded(try table.rendered()))
            }
        }
        for (index, (table, live)) in tables.enumerated() {
            Self.compare(try table.assembled(), live, "seed \(seed), table \(index)")
        }
    }

    @Test("rules of random statements", arguments: [13, 14] as [UInt64])
    func rules(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var rules: [Rule] = []
        while rules.count < 300 {
            let rule = AssemblyRuleTests.rule(&random)
            do throws(AssemblyError) {
                _ = try AssemblyRuleTests.table([rule]).assembled()
                rules.append(rule)
            } catch { continue }
        }
        let table = AssemblyRuleTests.table(rules)
        let text = try table.rendered()
        let live = try ScratchNetworkNamespace.run { try Self.loaded(text) }
        Self.compare(try table.assembled(), live, "seed \(seed)")
    }

    /// Loads a table with nft and reads it back from the kernel.
    private static func loaded(_ text: [UInt8]) throws -> LiveTable {
        _ = try AssemblyKernelTests.load(text)
        let ruleset = try RulesetReader().read()
        #expect(ruleset.unread == [])
        return try #require(ruleset.table(.inet, "portgate"))
    }

    private static func compare(_ assembled: LiveTable, _ live: LiveTable, _ label: String) {
        let live = live.withoutAccidents
        let assembled = assembled.withoutAccidents
        if assembled == live { return }
        // What differs, and not the whole of both.
        for (chain, other) in zip(assembled.chains, live.chains) {
            for (rule, other) in zip(chain.rules, other.rules) { #expect(rule == other, "\(label), \(chain.name)") }
        }
        for (set, other) in zip(assembled.sets, live.sets) where set != other {
            Issue.record("\(label): the set \(set.name) differs")
        }
        Issue.record("\(label): the table differs")
    }
}

extension LiveTable {
    /// The table without handles, the order of objects and elements, and end marks that close nothing.
    fileprivate var withoutAccidents: LiveTable {
        var table = self
        table.handle = 0
        table.objects.sort { $0.name < $1.name }
        for index in table.chains.indices {
            table.chains[index].handle = 0
            for rule in table.chains[index].rules.indices { table.chains[index].rules[rule].handle = 0 }
        }
        for index in table.sets.indices {
            table.sets[index].handle = 0
            table.sets[index].elements = table.sets[index].elements.withoutAccidents
        }
        return table
    }
}

extension LiveSet.Elements {
    /// The elements in the order of their keys, without an end mark at zero.
    fileprivate var withoutAccidents: LiveSet.Elements {
        var elements = LiveSet.Elements(keyLength: keyLength)
        let order = (0..<count).sorted { key(at: $0).lexicographicallyPrecedes(key(at: $1)) }
        for index in order where flags[index] == 0 || key(at: index).contains(where: { $0 != 0 }) {
            elements.append(
                key: key(at: index), end: keyEnds.isEmpty ? nil : keyEnd(at: index), flags: flags[index],
                detail: details[index])
        }
        return elements
    }
}
