import Nftables
import PacketSpace
import Policy
import TestSupport

@testable import Drift

/// Makes random packets that lie where rulesets decide: at the bounds of what their rules and sets name.
struct PacketSampler {
    /// The states that packets have, each with its bit.
    static let states: [UInt128] = [1, 2, 4, 8, 0x40]

    private let variables: PacketVariables
    /// Numbers that rules and sets name, by their length in bytes.
    private var numbers: [Int: [UInt128]] = [:]

    /// Prepares packets for rulesets whose demands have been collected and settled.
    init(_ variables: PacketVariables, for rulesets: [LiveRuleset]) {
        self.variables = variables
        var found: [Int: Set<UInt128>] = [:]
        func add(_ bytes: some Collection<UInt8>) {
            guard (1...16).contains(bytes.count) else { return }
            found[bytes.count, default: []].insert(SetContents.number(Array(bytes)[...]))
            found[bytes.count, default: []].insert(SetContents.number(Array(bytes.reversed())[...]))
        }
        for table in rulesets.flatMap(\.tables) {
            for set in table.sets {
                for index in 0..<set.elements.count {
                    for key in [set.elements.key(at: index), set.elements.keyEnd(at: index)] {
                        var offset = 0
                        for length in set.fieldLengths.isEmpty ? [set.keyLength] : set.fieldLengths {
                            add(key.dropFirst(offset).prefix(length))
                            offset += (length + 3) / 4 * 4
                        }
                    }
                }
            }
            for expression in table.chains.flatMap(\.rules).flatMap(\.expressions) {
                switch expression {
                case .compare(_, _, let data), .immediate(_, let data): add(data)
                case .range(_, let from, let to, _):
                    add(from)
                    add(to)
                case .bitwise(_, _, _, .mask(let mask, let xor)):
                    add(mask)
                    add(xor)
                default: break
                }
            }
        }
        numbers = found.mapValues { $0.sorted() }
    }

    /// Makes a packet.
    func packet(_ random: inout SeededGenerator) -> PlainPacket {
        var packet = PlainPacket(context: variables.context)
        for quantity in variables.quantities where variables.context.constants[quantity] == nil {
            let index = variables.index(of: quantity)
            switch variables.representation(index) {
            case .constant(let value): packet.values[quantity] = value
            case .classes(let classes, _):
                let code = UInt32.random(in: 0..<UInt32(classes.count), using: &random)
                let spans = classes.intervals(ofClasses: [code...code])
                guard spans.count > 0 else { continue }
                let span = spans[Int.random(in: 0..<spans.count, using: &random)]
                packet.values[quantity] = random.chance(50) ? span.first : span.last
            case .bits: packet.values[quantity] = number(of: quantity, variables.width(index), &random)
            }
        }
        return packet
    }

    private func number(of quantity: Quantity, _ width: Int, _ random: inout SeededGenerator) -> UInt128 {
        let greatest = UInt128.max >> UInt128(128 - width)
        switch quantity {
        case .connection(0, nil): return random.pick(Self.states)
        case .translation: return random.chance(70) ? 0 : UInt128.random(in: 1...2, using: &random)
        case .transport where random.chance(60): return random.pick([6, 17])
        case .atom: return random.chance(50) ? 1 : 0
        default: break
        }
        if let known = numbers[(width + 7) / 8], random.chance(70) {
            let value = random.pick(known)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: return (value &+ 1) & greatest
            case 1: return (value &- 1) & greatest
            default: return value & greatest
            }
        }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return 0
        case 1: return greatest
        default: return UInt128.random(in: 0...greatest, using: &random)
        }
    }
}

/// What rules did with a packet: all that two rulesets must have in common to be called equal.
struct Observation: Hashable {
    let verdict: String
    let isAccepted: Bool
    /// Logs, counters and sets.
    let effects: Set<String>
    /// What the packet was at the end.
    let packet: PlainPacket

    /// Sends a packet along a path.
    init(_ packet: PlainPacket, along path: HookPath, in ruleset: LiveRuleset) {
        var packet = packet
        let trace = PlainMachine(Program(ruleset, isRuntime: RuntimeKnowledge.gate.isRuntime)).send(
            &packet, along: path)
        verdict = trace.verdict
        isAccepted = trace.isAccepted
        effects = Set(
            trace.steps.map(\.action).filter { action in
                ["log prefix", "counter name", "add @", "update @", "delete @"].contains { action.hasPrefix($0) }
            })
        // What has no value has 0.
        packet.values = packet.values.filter { $0.value != 0 || packet.context.constants[$0.key] != nil }
        for (quantity, value) in packet.context.constants where packet.values[quantity] == value {
            packet.values[quantity] = nil
        }
        self.packet = packet
    }
}

/// Whether two rulesets do the same, by trying packets.
struct BruteForce {
    let base: Declared
    let live: LiveRuleset
    /// How many packets are tried on each way.
    let count: Int

    /// The steps at which a table's chains are held against each other.
    static let steps: [HookPath.Step] = [.ingress] + (0..<5).map { .hook($0) }

    /// Returns a packet that begins a connection to a declared port and that is let in by one only.
    func entering(_ random: inout SeededGenerator) throws -> PlainPacket? {
        for scenario in Scenario.all where base.policy.ports.contains(where: { scenario.concerns($0) }) {
            for ruleset in [live, base.live] {
                let times = PolicySpace.times(of: base.policy, base.options)
                let common = try FamilyRun(
                    scenario.family, Program(ruleset, isRuntime: RuntimeKnowledge.gate.isRuntime),
                    space: PacketSpace(nodeBudget: 8_000_000), times: times
                ) { variables, scenario in
                    _ = try PolicySpace(
                        policy: base.policy, options: base.options, scenario: scenario, variables: variables
                    ).allowances()
                }
                let run = ScenarioRun(scenario, of: common)
                let universe = try scenario.universe(run.variables, times: times)
                let sampler = PacketSampler(run.variables, for: [ruleset])
                let ports = base.policy.ports.filter { scenario.concerns($0) && $0.reach.contains(.host) }
                guard !ports.isEmpty else { continue }
                for _ in 0..<count {
                    var packet = sampler.packet(&random)
                    let port = random.pick(ports)
                    let range = random.pick(Array(port.ports))
                    packet[.destinationPort] = UInt128(UInt16.random(in: range.first...range.last, using: &random))
                    if !scenario.isTCP {
                        packet[.transport] = UInt128(
                            random.pick(port.protocols.map(\.rawValue).filter { $0 != 6 }.sorted()))
                    }
                    guard try run.holds(universe, packet) else { continue }
                    let one = Observation(packet, along: scenario.path, in: base.live)
                    let other = Observation(packet, along: scenario.path, in: live)
                    if one.isAccepted != other.isAccepted { return packet }
                }
            }
        }
        return nil
    }

    /// Returns a packet in any state with which two forms of one table do not do the same.
    func judgedOtherwise(_ random: inout SeededGenerator) throws -> PlainPacket? {
        let (one, other) = (LiveRuleset(tables: [base.live.tables[0]]), LiveRuleset(tables: [live.tables[0]]))
        for family in [AddressFamily.v4, .v6] {
            let context = PacketContext(family: family)
            let programs = [one, other].map { Program($0, isRuntime: RuntimeKnowledge.gate.isRuntime) }
            let written = programs.map { $0.written(to: PacketReading(context: context)) }
            let variables = PacketVariables(
                space: PacketSpace(nodeBudget: 1_000_000), context: context, written: written[0].union(written[1]))
            for program in programs {
                let machine = SymbolicMachine(program, variables: variables, notesEvents: { _ in true })
                let path = HookPath(steps: Self.steps)
                try machine.collect(from: machine.baseChains(of: path))
                machine.collect(path)
            }
            variables.settle()
            let sampler = PacketSampler(variables, for: [one, other])
            for _ in 0..<count {
                let packet = sampler.packet(&random)
                if Self.differ(packet, one, other) { return packet }
            }
        }
        return nil
    }

    /// Tells whether two rulesets do otherwise with a packet at some hook.
    static func differ(_ packet: PlainPacket, _ one: LiveRuleset, _ other: LiveRuleset) -> Bool {
        guard PacketSampler.states.contains(packet[.connection(0, nil)]) else { return false }
        return steps.contains { step in
            let path = HookPath(steps: [step])
            return Observation(packet, along: path, in: one) != Observation(packet, along: path, in: other)
        }
    }
}
