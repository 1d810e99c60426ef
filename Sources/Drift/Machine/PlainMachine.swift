import Nftables

/// A packet as values, and what is not modelled of it as answers.
public struct PlainPacket: Hashable, Sendable {
    /// What is fixed of it.
    public var context: PacketContext
    /// The values; what is missing is 0.
    public var values: [Quantity: UInt128]

    /// Creates a packet.
    public init(context: PacketContext, values: [Quantity: UInt128] = [:]) {
        self.context = context
        self.values = values
    }

    /// Returns a value.
    public subscript(quantity: Quantity) -> UInt128 {
        get {
            let quantity = context.resolved(quantity)
            return values[quantity] ?? context.constant(of: quantity) ?? 0
        }
        set { values[context.resolved(quantity)] = newValue }
    }

    /// Whether a predicate holds that is not modelled. One whose words nobody gave, because they name computed bits, has the
    /// answer of the first of its kind about the same thing.
    func holds(_ atom: Atom) -> Bool {
        if let value = values[.atom(atom)] ?? context.constant(of: .atom(atom)) { return value == 1 }
        guard let mark = atom.words.utf8.firstIndex(of: UInt8(ascii: "#")) else { return false }
        let start = atom.words[..<mark]
        return values.contains { item in
            guard case .atom(let other) = item.key, other.kind == atom.kind, other.owner == atom.owner, item.value == 1
            else { return false }
            return other.words.hasPrefix(start)
        }
    }
}

/// What a packet met on its way.
public struct PlainTrace: Sendable {
    /// A rule that the packet met and that held, or a chain's policy.
    public struct Step: Hashable, Sendable {
        /// The rule.
        public let rule: Responsible
        /// The place in its chain, from 0; nil for a policy.
        public let index: Int?
        /// What it did, as nft writes it.
        public let action: String
    }

    /// The rules that did something, in order.
    public var steps: [Step] = []
    /// How it ended: `accept`, `drop`, `reject …`, or who decides instead.
    public var verdict = "accept"
    /// Whether it got to the end of the path.
    public var isAccepted = false
    /// The rule that decided last.
    public var responsible: Responsible?
    /// The prefixes of the log statements it met.
    public var logs: [String] = []
    /// How many rules it met.
    var rulesMet = 0
    /// Whether its way was given up before its end: the verdict is none of the rules'.
    var isCut = false
}

/// Executes the rules of a ruleset on one packet, plainly: the second opinion by which every witness is tried before it is shown.
struct PlainMachine {
    let program: Program
    /// Answers for what is not modelled, where the packet itself does not.
    var answers: ((Atom, PlainPacket) -> Bool)?

    /// How many rules one packet may meet, and all packets of a look together: chains can lead to each other many times over.
    static let mostRules = 400_000
    static let mostRulesInAll = 20_000_000

    init(_ program: Program) { self.program = program }

    /// Sends a packet along a path.
    func judge(_ packet: PlainPacket, on path: HookPath) -> PlainTrace {
        var packet = packet
        return send(&packet, along: path)
    }

    /// Sends a packet along a path; afterwards it is as the rules left it.
    func send(_ packet: inout PlainPacket, along path: HookPath) -> PlainTrace {
        var trace = PlainTrace()
        var steps = path.steps[...]
        while let step = steps.popFirst() {
            if step == .delivery {
                steps = (packet[.translation] == 1 ? [.hook(2), .hook(4)] : [.hook(1)]) + steps
                continue
            }
            if case .becomes(let quantity, let value) = step {
                packet[quantity] = value
                continue
            }
            if case .copies(let quantity, let source) = step {
                packet[quantity] = packet[source]
                continue
            }
            let places = program.ruleset.baseChains(at: step) { $0.sees(packet.context.family) }
            for place in places where meets(place, packet) {
                switch run(place.chain, in: place.table, place.hookState, &packet, &trace, depth: 0) {
                case .accept: continue
                case .onward, .back:
                    let policy = Responsible(
                        family: place.table.family, table: place.table.name, chain: place.chain.name)
                    trace.steps.append(
                        .init(
                            rule: policy, index: nil, action: place.hook.policy == 0 ? "policy drop" : "policy accept"))
                    if place.hook.policy != 0 {
                        if trace.responsible == nil { trace.responsible = policy }
                        continue
                    }
                    trace.verdict = "drop"
                    trace.responsible = policy
                    return trace
                case .drop:
                    trace.verdict = "drop"
                    return trace
                case .reject(let words), .elsewhere(let words):
                    trace.verdict = words
                    return trace
                }
            }
        }
        trace.isAccepted = true
        trace.verdict = "accept"
        return trace
    }

    private func meets(_ place: BaseChainPlace, _ packet: PlainPacket) -> Bool {
        if place.hook.type == "nat" {
            let state = packet[.connection(ConnectionKeyNumber.state.rawValue, nil)]
            guard state == 8 || state == 4 else { return false }
            if place.hook.number == 0 || place.hook.number == 3, packet[.translation] != 0 { return false }
        }
        guard !place.hook.devices.isEmpty else { return true }
        let name = packet[.meta(MetaKey.inputInterfaceName.rawValue)]
        return place.hook.devices.contains { HookPath.interfaceName($0) == name }
    }

    /// Runs a chain to its end.
    func run(
        _ chain: LiveChain, in table: LiveTable, _ hookState: HookState, _ packet: inout PlainPacket,
        _ trace: inout PlainTrace, depth: Int
    ) -> Exit {
        guard depth < 64 else {
            trace.isCut = true
            return .elsewhere("a loop of chains")
        }
        var walk = PlainWalk(
            machine: self, table: table, chain: chain, hookState: hookState, depth: depth, packet: packet, trace: trace)
        defer { (packet, trace) = (walk.packet, walk.trace) }
        for index in chain.rules.indices {
            walk.trace.rulesMet += 1
            program.rulesMet += 1
            guard walk.trace.rulesMet <= Self.mostRules, program.rulesMet <= Self.mostRulesInAll else {
                walk.trace.isCut = true
                return .elsewhere("more rules than one look may run")
            }
            let exit = walk.run(index)
            if exit != .onward { return exit }
        }
        return .onward
    }
}
