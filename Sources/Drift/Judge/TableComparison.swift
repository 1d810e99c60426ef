public import Nftables
import PacketSpace

/// Decides over all packets, in every state of their connections, whether a live table does what the applied one does.
public struct TableComparison: Sendable {
    /// A difference of what is done.
    public struct Difference: Sendable {
        /// What kind of deviation it is.
        public let kind: DriftFinding.Kind
        /// In words.
        public let words: String
        /// The family of the packet.
        public let family: AddressFamily
        /// A packet that shows it.
        public let packet: PlainPacket
        /// What live rules do with it.
        public let live: String
        /// What the applied ones do.
        public let applied: String
        /// The live rule, or the chain in which one is missing.
        public let responsible: Responsible?
        /// Whether that rule is none that was applied.
        public let isNewRule: Bool
    }

    /// What was found.
    public struct Outcome: Sendable {
        /// The places that are not as applied, in words, with the chain; of appearance alone, or perhaps of meaning.
        public var places: [(words: String, place: Responsible?, isAppearance: Bool)] = []
        /// What is done otherwise.
        public var differences: [Difference] = []
        /// What stayed undecided, in words.
        public var undecided: [String] = []
    }

    private let live: LiveTable
    private let applied: LiveTable
    private let runtime: RuntimeKnowledge
    /// How many differences are looked for in each base chain.
    public var limit = 10
    /// How many nodes the diagrams of one family may have.
    public var nodeBudget = 8_000_000

    /// Creates a comparison of two forms of one table.
    public init(live: LiveTable, applied: LiveTable, runtime: RuntimeKnowledge = .gate) {
        self.live = live
        self.applied = applied
        self.runtime = runtime
    }

    /// Compares structure first; what differs there is held against each other over all packets.
    public func run() -> Outcome {
        var outcome = Outcome()
        let deviations = TableStructure(live).deviations(
            from: TableStructure(applied), isRuntime: runtime.isRuntime)
        outcome.places = deviations.map { ($0.words, $0.place, $0.weight == .appearance) }
        guard deviations.contains(where: { $0.weight == .meaning }) else { return outcome }
        for family in [AddressFamily.v4, .v6] {
            do {
                try compare(family, &outcome)
            } catch {
                outcome.undecided.append(
                    "table \(live.name), \(family == .v4 ? "IPv4" : "IPv6"): \(Undecided.words(error))")
            }
        }
        return outcome
    }

    private func compare(_ family: AddressFamily, _ outcome: inout Outcome) throws {
        let context = PacketContext(family: family)
        let programs = [applied, live].map { Program(LiveRuleset(tables: [$0]), isRuntime: runtime.isRuntime) }
        let written = programs.map { $0.written(to: PacketReading(context: context)) }
        let variables = PacketVariables(
            space: PacketSpace(nodeBudget: nodeBudget, stepBudget: Undecided.mostSteps), context: context,
            written: written[0].union(written[1]))
        let machines = programs.map { SymbolicMachine($0, variables: variables, notesEvents: { _ in true }) }
        let state = variables.index(of: .connection(ConnectionKeyNumber.state.rawValue, nil))
        let states = IntervalList([(1, 2), (4, 4), (8, 8), (0x40, 0x40)])
        variables.demand(state, states)
        let steps = [HookPath.Step.ingress] + (0..<5).map { .hook($0) }
        for machine in machines {
            let path = HookPath(steps: steps)
            try machine.collect(from: machine.baseChains(of: path))
            machine.collect(path)
        }
        variables.settle()
        let valid = try variables.node(state, in: states)
        for step in steps {
            let meant = machines[0].ruleset.baseChains(at: step, sees: machines[0].sees)
            let found = machines[1].ruleset.baseChains(at: step, sees: machines[1].sees)
            for name in (meant + found).map(\.chain.name).unique {
                let one = try summary(meant.first { $0.chain.name == name }, by: machines[0])
                let other = try summary(found.first { $0.chain.name == name }, by: machines[1])
                try compare(one, other, HookPath(steps: [step]), valid, programs, variables, &outcome)
            }
        }
    }

    /// A chain that is not there lets everything go on.
    private func summary(_ place: BaseChainPlace?, by machine: SymbolicMachine) throws -> Summary {
        try place.map { try machine.summary(of: $0) } ?? .passes
    }

    private func compare(
        _ meant: Summary, _ found: Summary, _ path: HookPath, _ valid: Node, _ programs: [Program],
        _ variables: PacketVariables, _ outcome: inout Outcome
    ) throws {
        let space = variables.space
        var unlike: [(kind: DriftFinding.Kind, set: Node)] = []
        let passes = (meant: meant[.onward].packets, found: found[.onward].packets)
        unlike.append((.overPermissive, try space.difference(passes.found, passes.meant)))
        unlike.append((.overRestrictive, try space.difference(passes.meant, passes.found)))
        var other = Node.empty
        for exit in Set(meant.exits.keys).union(found.exits.keys) {
            let (one, two) = (meant[exit], found[exit])
            if exit != .onward {
                other = try space.union(other, try space.symmetricDifference(one.packets, two.packets))
            }
            let both = try space.intersection(one.packets, two.packets)
            for level in Set(one.writes.keys).union(two.writes.keys) {
                let first = try one.writes[level] ?? space.variable(level)
                let second = try two.writes[level] ?? space.variable(level)
                other = try space.union(
                    other, try space.intersection(both, try space.symmetricDifference(first, second)))
            }
        }
        unlike.append(
            (.altered, try space.difference(other, try space.symmetricDifference(passes.meant, passes.found))))
        for event in Set(meant.events.keys).union(found.events.keys).sorted(by: { $0.words < $1.words }) {
            let one = meant.events[event] ?? .empty
            let two = found.events[event] ?? .empty
            // What happens to packets that are judged otherwise is told with that.
            var missing = try space.symmetricDifference(one, two)
            for (_, set) in unlike { missing = try space.difference(missing, set) }
            let kind: DriftFinding.Kind =
                switch event.kind {
                case .log: .logMissing
                case .counter: .structure
                default: .altered
                }
            let set = try space.intersection(missing, valid)
            guard !set.isEmpty else { continue }
            let isMissing = try !space.difference(try space.intersection(one, set), two).isEmpty
            try show(
                kind, set, path, programs, variables, &outcome,
                words: "\(isMissing ? "missing" : "added"): \(event.words)",
                once: true)
        }
        for (kind, set) in unlike {
            try show(
                kind, try space.intersection(set, valid), path, programs, variables, &outcome, words: nil,
                once: kind == .altered)
        }
    }

    /// Returns the first rule that acted on a packet and that was not applied.
    private func culprit(_ trace: PlainTrace) -> Responsible? {
        TableStructure(live).firstNew(in: trace, comparedWith: TableStructure(applied))
    }

    /// Shows packets of a set on both sides, one for each pair of rules that decide them.
    private func show(
        _ kind: DriftFinding.Kind, _ set: Node, _ path: HookPath, _ programs: [Program], _ variables: PacketVariables,
        _ outcome: inout Outcome, words: String?, once: Bool
    ) throws {
        var rest = set
        var pairs: Set<String> = []
        var tries = 0
        while !rest.isEmpty, tries < (once ? 1 : limit * 2), pairs.count < limit {
            tries += 1
            guard let found = variables.space.witness(in: rest, preferring: { _ in false }) else { return }
            var packet = PlainPacket(context: variables.context)
            for quantity in variables.quantities {
                packet.values[quantity] = variables.value(variables.index(of: quantity)) { found[$0] ?? false }
            }
            let mine = PlainMachine(programs[1]).judge(packet, on: path)
            let theirs = PlainMachine(programs[0]).judge(packet, on: path)
            if mine.isCut || theirs.isCut {
                outcome.undecided.append("\(mine.isCut ? mine.verdict : theirs.verdict): \(packet.words) was not tried")
                return
            }
            if kind == .overPermissive || kind == .overRestrictive, mine.isAccepted == theirs.isAccepted {
                outcome.undecided.append("the two evaluators disagree on \(packet.words)")
                return
            }
            let pair = "\(mine.responsible.map(\.description) ?? "-") \(theirs.responsible.map(\.description) ?? "-")"
            if pairs.insert(pair).inserted {
                outcome.differences.append(
                    Difference(
                        kind: kind, words: words ?? "live \(mine.verdict), applied \(theirs.verdict)",
                        family: variables.context.family, packet: packet, live: mine.verdict, applied: theirs.verdict,
                        responsible: culprit(mine) ?? mine.responsible ?? theirs.responsible,
                        isNewRule: culprit(mine) != nil))
            }
            // The next packet differs in something that both sides look at: the first bit that was decided is turned.
            var cube = Node.full
            for (level, isSet) in found {
                let variable = try variables.space.variable(level)
                cube = try variables.space.intersection(cube, isSet ? variable : !variable)
            }
            rest = try variables.space.difference(rest, cube)
        }
    }
}

extension [String] {
    /// The strings, each once, in their order.
    fileprivate var unique: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
