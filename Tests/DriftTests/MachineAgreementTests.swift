import Foundation
import Nftables
import PacketSpace
import TestSupport
import Testing

@testable import Drift

/// What the symbolic machine says of all packets is what the plain machine does with each: verdicts, logs, and what was written.
///
/// PORTGATE_PROPERTY_SEEDS says how many rulesets of each kind are tried; a failure names the seed.
@Suite struct MachineAgreementTests {
    static let isLong = MutationTests.rounds != nil
    static let seeds = MutationTests.rounds.map { $0 * 100 } ?? 6

    @Test("on random bytecode both machines agree, packet by packet")
    func bytecode() throws {
        var packets = 0
        for seed in 1...Self.seeds {
            var generator = ProgramGenerator(seed: seed)
            packets += try agree(on: generator.next(), seed)
        }
        print("bytecode: seeds 1...\(Self.seeds), \(packets) packets")
    }

    @Test("on random tables as the kernel takes them both machines agree, packet by packet")
    func tables() throws {
        var packets = 0
        for seed in 1...Self.seeds {
            var generator = TableGenerator(seed: seed)
            packets += try agree(on: LiveRuleset(tables: [try generator.next().assembled()]), seed)
        }
        print("tables: seeds 1...\(Self.seeds), \(packets) packets")
    }

    private func agree(on ruleset: LiveRuleset, _ seed: UInt64) throws -> Int {
        var count = 0
        for family in [AddressFamily.v4, .v6] where Self.isLong || (seed % 2 == 0) == (family == .v4) {
            var contexts = [(PacketContext(family: family), HookPath.asking)]
            let scenario = Scenario(family: family, isOwn: seed % 3 == 0, isTCP: seed % 2 == 0)
            contexts.append((scenario.context, scenario.path))
            for (context, path) in contexts {
                count += try agree(on: ruleset, context, path, seed)
            }
        }
        return count
    }

    private func agree(on ruleset: LiveRuleset, _ context: PacketContext, _ path: HookPath, _ seed: UInt64) throws
        -> Int
    {
        let program = Program(ruleset) { _, _ in false }
        let variables = PacketVariables(
            space: PacketSpace(nodeBudget: 4_000_000), context: context,
            written: program.written(to: PacketReading(context: context)).union(path.written))
        let machine = SymbolicMachine(program, variables: variables, notesEvents: { _ in true })
        try machine.collect(from: machine.baseChains(of: path))
        machine.collect(path)
        variables.settle()
        let space = variables.space
        let sampler = PacketSampler(variables, for: [ruleset])
        let plain = PlainMachine(program)
        var random = SeededGenerator(seed: seed)
        // Asked about some packets only, and not what rules do beside deciding.
        let narrow = SymbolicMachine(program, variables: variables, notesEvents: { _ in false })
        narrow.longTable = 1
        narrow.relevant = try Self.some(variables, sampler.packet(&random), &random)
        let summary: Summary
        let part: Summary
        do {
            summary = try machine.summary(of: path)
            part = try narrow.summary(of: path)
        } catch is NodeBudgetExceeded {
            return 0
        }
        let count = Self.isLong ? 150 : 25
        for number in 0..<count {
            let packet = sampler.packet(&random)
            var after = packet
            let trace = plain.send(&after, along: path)
            var bits: [UInt32: Bool] = [:]
            for quantity in variables.quantities {
                bits.merge(variables.assignment(variables.index(of: quantity), value: packet[quantity])) { first, _ in
                    first
                }
            }
            func holds(_ node: Node) -> Bool { space.holds(node) { bits[$0] ?? false } }
            let about =
                "seed \(seed) packet \(number) \(context.family): \(packet.words), \(trace.verdict) \(trace.steps.map(\.action))"
            let exits = summary.exits.filter { holds($0.value.packets) }.map(\.key)
            #expect(exits == [trace.exit], "\(about)")
            if holds(narrow.relevant) {
                #expect(part.exits.filter { holds($0.value.packets) }.map(\.key) == [trace.exit], "part: \(about)")
            }
            let logs = Set(summary.events.filter { $0.key.kind == .log && holds($0.value) }.map(\.key.words.quoted))
            #expect(logs == Set(trace.logs), "\(about)")
            guard trace.isAccepted, exits == [.onward] else { continue }
            let way = summary[.onward]
            for quantity in variables.quantities {
                let index = variables.index(of: quantity)
                for (level, bit) in variables.assignment(index, value: after[quantity]) {
                    let symbolic = way.writes[level].map(holds) ?? bits[level] ?? false
                    guard symbolic != bit else { continue }
                    Issue.record(
                        "\(quantity.name) is \(after[quantity]) afterwards, the symbolic machine says otherwise; \(about)"
                    )
                    break
                }
            }
        }
        return count
    }

    /// Packets that have two bits in common with one: bits that nothing writes.
    private static func some(
        _ variables: PacketVariables, _ packet: PlainPacket, _ random: inout SeededGenerator
    ) throws -> Node {
        var node = Node.full
        for quantity in [Quantity.source, .destinationPort] where variables.isKnown(quantity) {
            if variables.isWritten(quantity) { continue }
            let bits = variables.assignment(variables.index(of: quantity), value: packet[quantity])
            guard let bit = bits.sorted(by: { $0.key < $1.key }).randomElement(using: &random) else { continue }
            let variable = try variables.space.variable(bit.key)
            node = try variables.space.intersection(node, bit.value ? variable : !variable)
        }
        return node
    }
}

extension PlainTrace {
    /// The exit by which the packet left.
    fileprivate var exit: Exit {
        if isAccepted { return .onward }
        if verdict == "drop" { return .drop }
        return verdict.hasPrefix("reject") ? .reject(verdict) : .elsewhere(verdict)
    }
}

extension String {
    /// What stands between the first two quotation marks.
    fileprivate var quoted: String {
        split(separator: "\"", omittingEmptySubsequences: false).dropFirst().first.map(String.init) ?? self
    }
}
