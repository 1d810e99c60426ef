import Compiler
import Nftables
import PacketSpace

/// What one ruleset does with the packets of a scenario.
struct LiveJudgement {
    /// Those that get through.
    let accepted: Node
    /// Those of which something else decides: a program in user space, a chain that could not be read.
    let elsewhere: Node
    /// Those that get through and are translated to another host, or a container.
    let translated: Node
    /// Those that are translated there, whether they get through or not.
    let forwarded: Node
}

/// What the ways of one family have in common: all that rules and policy ask for is announced once, and the diagrams of sets are
/// made once.
final class FamilyRun {
    let program: Program
    let family: AddressFamily
    fileprivate let variables: PacketVariables

    /// Announces what a ruleset asks for; `more` announces what is asked beside.
    init(
        _ family: AddressFamily, _ program: Program, space: PacketSpace, times: IntervalList?,
        _ more: (PacketVariables, Scenario) throws -> Void
    ) throws {
        self.program = program
        self.family = family
        let scenarios = Scenario.all.filter { $0.family == family }
        let paths = Set(scenarios.map(\.path))
        let context = Scenario.common(family)
        let written = program.written(to: PacketReading(context: context)).union(paths.flatMap(\.written))
        variables = PacketVariables(space: space, context: context, written: written)
        let machine = SymbolicMachine(program, variables: variables, notesEvents: { _ in false })
        for path in paths { try machine.collect(from: machine.baseChains(of: path)) }
        for path in paths { machine.collect(path) }
        for scenario in scenarios {
            scenario.collect(variables, times: times)
            try more(variables, scenario)
        }
        variables.settle()
    }
}

/// One run of both machines over the packets of a scenario.
final class ScenarioRun {
    let scenario: Scenario
    let variables: PacketVariables
    let machine: SymbolicMachine
    /// The packets that are judged, and what they begin with of what rules may write.
    private var beginning = SymbolicMachine.Beginning()

    init(_ scenario: Scenario, of family: FamilyRun) {
        self.scenario = scenario
        variables = PacketVariables(sharing: family.variables, context: scenario.context)
        machine = SymbolicMachine(family.program, variables: variables, notesEvents: { _ in false })
    }

    var space: PacketSpace { variables.space }

    /// Judges the packets of a set; only those `asked` for, when a packet stays one of them on its whole way.
    func judge(_ universe: Node, asked: Node) throws -> LiveJudgement {
        if !variables.isWritten(.destinationPort), !variables.isWritten(.transport) { machine.relevant = asked }
        beginning = .init(packets: universe, bits: variables.initialValues)
        let summary = try machine.summary(of: scenario.path, from: beginning)
        let isElsewhere = try variables.node(.translation, is: 1)
        var elsewhere: [Node] = []
        for (exit, way) in summary.exits { if case .elsewhere = exit { elsewhere.append(way.packets) } }
        return LiveJudgement(
            accepted: try pin(summary[.onward].packets), elsewhere: try pin(try space.union(of: elsewhere)),
            translated: try pin(try space.before(summary[.onward], isElsewhere)),
            forwarded: try pin(
                try space.union(of: try summary.exits.values.map { try space.before($0, isElsewhere) })))
    }

    /// Returns the packets that a rule, or a base chain's policy, decides.
    func region(of rule: Responsible, index: Int?) throws -> Node {
        machine.watched = (rule, index)
        defer { machine.watched = nil }
        return try pin(try machine.summary(of: scenario.path, from: beginning).events[.watched] ?? .empty)
    }

    func pin(_ node: Node) throws -> Node { beginning.bits.isEmpty ? node : try space.restrict(node, beginning.bits) }

    // MARK: Packets

    /// Returns the most readable packet of a set; nil when it is empty.
    func packet(in set: Node, preferring preferred: [Quantity: UInt128]) throws -> PlainPacket? {
        var wanted: [UInt32: Bool] = [:]
        for (quantity, value) in preferred {
            let index = variables.index(of: quantity)
            wanted.merge(variables.assignment(index, value: value)) { first, _ in first }
        }
        guard let found = space.witness(in: set, preferring: { wanted[$0] ?? false }) else { return nil }
        let bit: (UInt32) -> Bool = { found[$0] ?? self.beginning.bits[$0] ?? wanted[$0] ?? false }
        var packet = PlainPacket(context: variables.context)
        for quantity in variables.quantities {
            let index = variables.index(of: quantity)
            var value = variables.value(index, bit)
            // Of values that nothing tells apart the one that was preferred.
            if let better = preferred[quantity], case .classes(let classes, _) = variables.representation(index),
                classes.code(of: better) == classes.code(of: value)
            {
                value = better
            }
            packet.values[quantity] = value
        }
        return packet
    }

    /// Returns the values of a quantity in a set, as intervals.
    func values(of quantity: Quantity, in set: Node) throws -> IntervalList {
        let index = variables.index(of: quantity)
        switch variables.representation(index) {
        case .constant(let value): return IntervalList(value, value)
        case .bits(let field): return IntervalList(try space.values(of: field, in: set))
        case .classes(let classes, let field):
            let last = UInt128(classes.count - 1)
            let codes = try space.values(of: field, in: set).filter { $0.first <= last }.map {
                UInt32($0.first)...UInt32(min($0.last, last))
            }
            return classes.intervals(ofClasses: codes)
        }
    }
}

extension Atom {
    /// A rate or a table of the gate's own, which while it is kept, or has room, changes no verdict.
    var isKeptByTheGate: Bool { owner == .gate && (kind == .limit || kind == .room) && mentions("@pg_") }

    /// A connection that the gate's sets remember.
    var isRememberedByTheGate: Bool {
        owner == .gate && kind == .member && words.hasPrefix("@pg_") && mentions("ct id")
    }

    private func mentions(_ part: String) -> Bool {
        words.utf8.indices.contains { words[$0...].hasPrefix(part) }
    }
}

/// What is known of sets that are filled while they are used.
public struct RuntimeKnowledge: Sendable {
    /// Tells whether what a set holds now is no part of the meaning.
    let isRuntime: @Sendable (LiveTable, LiveSet) -> Bool

    /// The gate's own runtime sets.
    public static let gate = RuntimeKnowledge { table, set in
        table.family == .inet && table.name == "portgate" && RuntimeSets.contains(set.name)
    }
}
