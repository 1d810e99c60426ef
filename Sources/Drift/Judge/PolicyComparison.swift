public import Compiler
public import Nftables
import PacketSpace
public import Policy

/// Decides over all packets whether a host lets in exactly those that a policy allows.
public struct PolicyComparison: Sendable {
    /// A deviation, and a packet that shows it.
    public struct Difference: Sendable {
        /// Over-permissive or over-restrictive.
        public let kind: DriftFinding.Kind
        /// The index of the declared port.
        public let port: Int
        /// The index of the rule that allows the packet; nil when none does.
        public let rule: Int?
        /// The family of the packet.
        public let family: AddressFamily
        /// Whether this host asks itself.
        public let isOwn: Bool
        /// The packet.
        public let packet: PlainPacket
        /// What the packet met.
        public let trace: PlainTrace
        /// The sources of all packets that are concerned, as intervals.
        let sources: IntervalList
        /// How sure it is.
        public let certainty: DriftFinding.Certainty
    }

    /// Ports that are translated to another host, or a container, and that nobody declared.
    public struct Published: Sendable {
        /// The protocol's number.
        public let transport: UInt8
        /// The least port.
        public let first: UInt16
        /// The greatest port.
        public let last: UInt16
        /// The rule that translates.
        public let responsible: Responsible?
        /// A packet that gets through.
        public let witness: Witness
    }

    /// What was found.
    public struct Outcome: Sendable {
        /// What is published and not declared.
        public var published: [Published] = []
        /// The differences, one for each declaration and each rule that decides otherwise.
        public var differences: [Difference] = []
        /// What stayed undecided, in words; empty when everything was decided.
        public var undecided: [String] = []
        /// How many nodes the diagrams had.
        public var nodes = 0
        /// Whether the host lets in exactly what the policy allows, for sure.
        public var isEqual: Bool { differences.isEmpty && undecided.isEmpty }
    }

    /// The ruleset.
    public let ruleset: LiveRuleset
    /// The policy.
    public let policy: Policy
    /// What it is compiled with: clock, accounts, horizon.
    public let options: CompileOptions
    private let runtime: RuntimeKnowledge
    /// The addresses that the host has now, where they are known: what cannot get to any of them is not missed. In a family in
    /// which it has none, any may come to be one.
    public var hostAddresses: AddressSet?
    /// How many differences of a kind are looked for on each way.
    public var limit = 20
    /// How many nodes the diagrams of one way may have.
    public var nodeBudget = 8_000_000

    /// Creates a comparison.
    public init(
        _ ruleset: LiveRuleset, policy: Policy, options: CompileOptions, runtime: RuntimeKnowledge = .gate
    ) {
        self.ruleset = ruleset
        self.policy = policy
        self.options = options
        self.runtime = runtime
    }

    /// Compares on every way by which a declared port is reached.
    public func run() -> Outcome {
        var outcome = Outcome()
        let program = Program(ruleset, isRuntime: runtime.isRuntime)
        for family in [AddressFamily.v4, .v6] { compare(family, program, &outcome) }
        return outcome
    }

    private func compare(_ family: AddressFamily, _ program: Program, _ outcome: inout Outcome) {
        let scenarios = Scenario.all.filter { scenario in
            scenario.family == family && policy.ports.contains { scenario.concerns($0) }
        }
        guard !scenarios.isEmpty else { return }
        let known = PolicyIntervals()
        let space = PacketSpace(nodeBudget: nodeBudget, stepBudget: Undecided.mostSteps)
        do {
            let common = try FamilyRun(family, program, space: space, times: times) { variables, scenario in
                _ = try declared(scenario, variables, known).allowances()
                if let own = ownAddresses(family) { variables.demand(variables.index(of: .destination), own) }
            }
            for scenario in scenarios {
                do {
                    try compare(ScenarioRun(scenario, of: common), known, &outcome)
                } catch {
                    outcome.undecided.append("\(scenario.words): \(Undecided.words(error))")
                }
            }
        } catch {
            outcome.undecided.append("\(family == .v4 ? "IPv4" : "IPv6"): \(Undecided.words(error))")
        }
        outcome.nodes += space.nodeCount
    }

    private func declared(
        _ scenario: Scenario, _ variables: PacketVariables, _ known: PolicyIntervals
    ) -> PolicySpace {
        PolicySpace(policy: policy, options: options, scenario: scenario, variables: variables, known: known)
    }

    /// The addresses of the host in a family; nil when they are not known. A host that has none yet may get any.
    private func ownAddresses(_ family: AddressFamily) -> IntervalList? {
        guard let own = hostAddresses?.intervals(of: family), own.count > 0 else { return nil }
        return own
    }

    private var times: IntervalList? { PolicySpace.times(of: policy, options) }

    private func compare(
        _ run: ScenarioRun, _ known: PolicyIntervals, _ outcome: inout Outcome
    ) throws {
        let scenario = run.scenario
        let space = run.space
        let declared = declared(scenario, run.variables, known)
        let asked = try policy.ports.map { try declared.asked($0) }
        let coming = try scenario.universe(run.variables, times: times)
        let live = try run.judge(coming, asked: try space.union(of: asked))
        let universe = try run.pin(coming)
        // Nobody reaches this host by an address that it does not have.
        var reachable = Node.full
        if !scenario.isOwn, let own = ownAddresses(scenario.family) {
            reachable = try run.variables.node(run.variables.index(of: .destination), in: own)
        }
        for allowance in try declared.allowances() {
            let judged = try space.intersection(
                universe, try reach(of: policy.ports[allowance.port], live, scenario, space))
            let allowed = try run.pin(try space.intersection(allowance.allowed, judged))
            let expected = try space.intersection(allowed, reachable)
            let asked = try run.pin(try space.intersection(allowance.asked, judged))
            let passing = try space.intersection(live.accepted, asked)
            let open = try space.union(passing, try space.intersection(live.elsewhere, asked))
            // Let through for sure; then what something else may let through; then what is not let through.
            try report(
                .overPermissive, try space.difference(passing, allowed), allowance, run, nil, &outcome)
            try report(
                .overPermissive, try space.difference(try space.difference(open, passing), allowed), allowance, run,
                "something else than rules lets it through", &outcome)
            try report(.overRestrictive, try space.difference(expected, open), allowance, run, nil, &outcome)
            try report(
                .overRestrictive, try space.difference(try space.intersection(expected, open), passing), allowance,
                run, "something else than rules keeps it out", &outcome)
        }
        if !scenario.isOwn { try publish(live, universe, declared, run, &outcome) }
    }

    /// The packets from outside for which a port is gated: those for this host's sockets, those that are forwarded to where they are translated, or both.
    private func reach(
        of port: Port, _ live: LiveJudgement, _ scenario: Scenario, _ space: PacketSpace
    ) throws -> Node {
        if scenario.isOwn || port.reach.count == 2 { return .full }
        return port.reach.contains(.host) ? !live.forwarded : live.forwarded
    }

    /// Finds what is published by translation and declared by nobody.
    private func publish(
        _ live: LiveJudgement, _ universe: Node, _ declared: PolicySpace, _ run: ScenarioRun, _ outcome: inout Outcome
    ) throws {
        let space = run.space
        var found = try space.intersection(live.translated, universe)
        for port in policy.ports { found = try space.difference(found, try declared.asked(port)) }
        guard !found.isEmpty else { return }
        let ports = try run.values(of: .destinationPort, in: found)
        for index in 0..<min(ports.count, limit) {
            let range = ports[index]
            let node = try run.variables.node(
                run.variables.index(of: .destinationPort), in: IntervalList(range.first, range.last))
            guard let packet = try run.packet(in: try space.intersection(found, node), preferring: preferences(run))
            else {
                continue
            }
            let trace = PlainMachine(run.machine.program).judge(packet, on: run.scenario.path)
            guard trace.isAccepted else {
                outcome.undecided.append("\(run.scenario.words): the two evaluators disagree on \(packet.words)")
                return
            }
            let transport = UInt8(truncatingIfNeeded: packet[.transport])
            let isKnown = outcome.published.contains {
                $0.transport == transport && $0.first == UInt16(range.first) && $0.last == UInt16(range.last)
            }
            if isKnown { continue }
            outcome.published.append(
                Published(
                    transport: transport, first: UInt16(range.first), last: UInt16(range.last),
                    responsible: trace.steps.last { $0.action == "dnat" || $0.action.hasPrefix("xt target DNAT") }?
                        .rule,
                    witness: MeaningFindings.witness(
                        packet, family: run.scenario.family, isOwn: false, live: trace.verdict, policy: "not declared"))
            )
        }
    }

    /// Shows a set of packets that are judged otherwise than declared, packet by packet: the next is one for which another rule
    /// is responsible.
    private func report(
        _ kind: DriftFinding.Kind, _ set: Node, _ allowance: PolicySpace.Allowance, _ run: ScenarioRun,
        _ condition: String?, _ outcome: inout Outcome
    ) throws {
        guard !set.isEmpty else { return }
        let space = run.space
        let opaque = run.opaqueLevels
        // Whatever they are, of all that they may be.
        let impossible = try !run.scenario.plausible(run.variables)
        let certain =
            opaque.isEmpty
            ? set : try space.intersection(set, try space.forAll(try space.union(set, impossible), opaque))
        for (whole, isCertain) in [(certain, true), (try space.difference(set, certain), false)] {
            var rest = whole
            var count = 0
            while !rest.isEmpty {
                count += 1
                guard count <= limit else {
                    outcome.undecided.append(
                        "more than \(limit) deviations of port \(policy.ports[allowance.port].name)")
                    break
                }
                guard let packet = try run.packet(in: rest, preferring: preferences(run)) else { break }
                let trace = PlainMachine(run.machine.program).judge(packet, on: run.scenario.path)
                let rule = try allowance.rules.first { try run.holds($0.allowed, packet) }?.rule
                if let doubt = doubt(kind, packet, trace, condition, run, allowance) {
                    outcome.undecided.append(doubt)
                    break
                }
                var region = rest
                if let responsible = trace.decider {
                    let step = trace.steps.last { $0.rule == responsible }
                    region = try space.intersection(rest, try run.region(of: responsible, index: step?.index))
                    if let rule, let its = allowance.rules.first(where: { $0.rule == rule }) {
                        region = try space.intersection(region, try run.pin(its.allowed))
                    }
                    // At least this packet.
                    if try !run.holds(region, packet) { region = rest }
                }
                var certainty = DriftFinding.Certainty.certain
                if condition != nil || !isCertain {
                    certainty = .conditional((condition.map { [$0] } ?? []) + run.conditions(of: packet, in: rest))
                }
                outcome.differences.append(
                    Difference(
                        kind: kind, port: allowance.port, rule: rule, family: run.scenario.family,
                        isOwn: run.scenario.isOwn, packet: packet, trace: trace,
                        sources: try run.values(of: .source, in: region), certainty: certainty))
                rest = try space.difference(rest, region)
            }
        }
    }

    /// What a packet should look like where it may look like anything.
    private func preferences(_ run: ScenarioRun) -> [Quantity: UInt128] {
        let moment = options.now.seconds.addingReportingOverflow(options.kernelClockOffset).partialValue
        let isV4 = run.scenario.family == .v4
        return [
            .transport: run.scenario.isTCP ? 6 : 17, .sourcePort: 40_000,
            .destination: isV4 ? 0xc000_0201 : 0x2001_0db8 << 96 | 1,
            .source: run.scenario.isOwn ? (isV4 ? 0x7f00_0001 : 1) : isV4 ? 0xc633_6401 : 0x2001_0db8 << 96 | 0x6401,
            .meta(MetaKey.time.rawValue): UInt128(max(0, moment)) * 1_000_000_000,
            .meta(MetaKey.inputInterfaceName.rawValue): HookPath.interfaceName("eth0"),
            .meta(MetaKey.inputInterface.rawValue): 2, .meta(MetaKey.inputInterfaceType.rawValue): 1, .flags: 2,
            .atom(Atom(.presence, PacketReading.linkWords)): 1,
        ]
    }

    /// Tries a packet plainly; returns what does not agree with the diagrams, in words.
    private func doubt(
        _ kind: DriftFinding.Kind, _ packet: PlainPacket, _ trace: PlainTrace, _ condition: String?, _ run: ScenarioRun,
        _ allowance: PolicySpace.Allowance
    ) -> String? {
        if trace.isCut {
            return "\(run.scenario.words), port \(policy.ports[allowance.port].name): \(trace.verdict), so that "
                + "\(packet.words) was not tried"
        }
        let expected = kind == .overPermissive
        let isElsewhere = condition != nil && !trace.isAccepted
        guard trace.isAccepted == expected || isElsewhere else {
            return
                "\(run.scenario.words), port \(policy.ports[allowance.port].name): the two evaluators disagree on \(packet.words); "
                + "one says \(trace.verdict)"
        }
        return nil
    }
}

extension ScenarioRun {
    /// The levels of what is not modelled. What the gate's own runtime sets hold is known where it matters.
    var opaqueLevels: LevelSet {
        var levels = LevelSet()
        for quantity in variables.quantities {
            switch quantity {
            case .atom(let atom):
                if atom.isDeclared { continue }
                levels = levels.union(variables.levels(variables.index(of: quantity)))
            case .made: levels = levels.union(variables.levels(variables.index(of: quantity)))
            default: continue
            }
        }
        return levels
    }

    /// Returns the predicates that a packet needs to be in a set, in words.
    func conditions(of packet: PlainPacket, in set: Node) -> [String] {
        let support = Set(space.support(of: set))
        var words: [String] = []
        for quantity in variables.quantities {
            let index = variables.index(of: quantity)
            guard case .atom(let atom) = quantity, !atom.isDeclared,
                variables.levels(index).ranges.contains(where: { $0.contains(where: support.contains) })
            else { continue }
            words.append(packet[quantity] == 1 ? atom.words : "not: \(atom.words)")
        }
        return words
    }

    /// Tells whether a packet is in a set.
    func holds(_ set: Node, _ packet: PlainPacket) throws -> Bool {
        var bits: [UInt32: Bool] = [:]
        for quantity in variables.quantities {
            bits.merge(variables.assignment(variables.index(of: quantity), value: packet[quantity])) { first, _ in first
            }
        }
        return space.holds(set) { bits[$0] ?? false }
    }
}

extension Atom {
    /// Whether the policy itself asks for it: sessions, grants, cgroups, security associations, processes.
    var isDeclared: Bool {
        (owner == .gate && words.hasPrefix("@pg_")) || kind == .owner || isKeptByTheGate
            || (owner == nil && (words.hasPrefix("ipsec ") || words == PacketReading.linkWords))
    }
}

extension PlainTrace {
    /// The rule to name. A packet that gets through is let through by the gate's own last word, where it met the gate: unless
    /// another table changed before what the gate goes by.
    public var decider: Responsible? {
        guard isAccepted, let last = steps.last(where: { $0.rule.isOfTheGate && $0.isEnd }) else { return responsible }
        let changes = steps.prefix { $0 != last }.first { !$0.rule.isOfTheGate && $0.isChange }
        return changes?.rule ?? last.rule
    }
}

extension PlainTrace.Step {
    /// Whether it ends a base chain.
    fileprivate var isEnd: Bool { ["accept", "policy accept"].contains(action) }
    /// Whether it changes what other chains go by.
    fileprivate var isChange: Bool { action.hasSuffix(" set") || action == "notrack" }
}

extension Scenario {
    /// Whether it is a way to a port.
    func concerns(_ port: Port) -> Bool {
        port.mode == .enforce && (isTCP ? port.protocols.contains(.tcp) : port.protocols != [.tcp])
    }

    /// In words.
    var words: String {
        (isOwn ? "own connections" : "connections from outside") + (family == .v4 ? ", IPv4" : ", IPv6")
    }
}

extension PlainPacket {
    /// The values that are not 0, in words.
    var words: String {
        values.filter { $0.value != 0 && context.constants[$0.key] == nil }
            .map { "\($0.key.name) 0x\(String($0.value, radix: 16))" }.sorted().joined(separator: ", ")
    }
}
