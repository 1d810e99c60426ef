public import Nftables
import Policy

/// The way of one packet through the hooks of a ruleset: every rule that did something, and the verdict.
public struct PacketPath: Hashable, Sendable {
    /// A rule that did something, or a chain's policy.
    public struct Step: Hashable, Sendable {
        /// The rule.
        public let rule: Responsible
        /// What it did, as nft writes it.
        public let action: String
        /// The whole rule, as the kernel has it; nil for a policy.
        public let text: String?
    }

    /// How it ended.
    public enum End: Hashable, Sendable {
        /// It gets to the socket.
        case accepted
        /// It does not.
        case refused
        /// Something else decides: a program, another device.
        case elsewhere
    }

    /// Something that is not modelled, and was asked on the way.
    public struct Assumption: Hashable, Sendable {
        /// What it is.
        public let words: String
        /// What it was taken for.
        public let holds: Bool
        /// The verdict if it were otherwise; nil when it would be the same.
        public let otherwise: String?
    }

    /// The packet, in words.
    public let packet: String
    /// What did something, in order.
    public let steps: [Step]
    /// `accept`, `drop`, `reject …`, or what decides instead.
    public let verdict: String
    /// The kind of the verdict.
    public let end: End
    /// What nobody said of the packet and was taken to be usual, in words.
    public let usual: [String]
    /// What is not modelled and was assumed.
    public let assumptions: [Assumption]
    /// The verdict for somebody whom no session and no grant lets in, where that differs.
    public let withoutAccess: String?
    /// What of the ruleset could not be read, in words.
    public let unread: [String]

    /// How many assumptions are turned round.
    private static let mostTurned = 16

    /// Sends a packet through a ruleset.
    public init(of first: FirstPacket, through ruleset: LiveRuleset) {
        let made = first.packet(clockOffset: ruleset.clockOffset)
        var packet = made.packet
        let bare = packet
        // Who is let in for the moment stands in the gate's own sets.
        for name in ruleset.accessSets(holding: packet.sourceBytes, for: first) {
            packet.values[.atom(.member(of: name, .gate, "saddr"))] = 1
        }
        for name in ruleset.durableSets(for: first) { packet.values[.atom(.durable(name, first.family))] = 1 }
        let asked = AtomLog()
        let program = Program(ruleset, isRuntime: RuntimeKnowledge.gate.isRuntime)
        let run = { (packet: PlainPacket, turned: Atom?) in
            var machine = PlainMachine(program)
            machine.answers = { atom, packet in asked.answer(atom, packet, turned: turned) }
            return machine.judge(packet, on: first.path)
        }
        let trace = run(packet, nil)
        let atoms = asked.atoms
        verdict = trace.verdict
        end = trace.end
        steps = trace.steps.map { Step(rule: $0.rule, action: $0.action, text: ruleset.rule($0)?.words) }
        usual = made.usual
        unread = ruleset.unread
        self.packet = packet.flow(isOwn: first.attempt.isOwn)
        assumptions = atoms.enumerated().map { place, answer in
            let other = place < Self.mostTurned ? run(packet, answer.atom).verdict : trace.verdict
            return Assumption(
                words: answer.atom.words, holds: answer.holds, otherwise: other == trace.verdict ? nil : other)
        }
        let other = bare == packet ? trace.verdict : run(bare, nil).verdict
        withoutAccess = other == trace.verdict ? nil : other
    }
}

/// Answers for what is not modelled, and remembers what was asked.
private final class AtomLog {
    private(set) var atoms: [(atom: Atom, holds: Bool)] = []
    private var known: Set<Atom> = []

    func answer(_ atom: Atom, _ packet: PlainPacket, turned: Atom?) -> Bool {
        if packet.values[.atom(atom)] != nil || packet.context.constant(of: .atom(atom)) != nil {
            return packet.holds(atom)
        }
        let holds = atom.kind == .limit || atom.kind == .room || packet.holds(atom)
        if !atom.isDeclared, known.insert(atom).inserted { atoms.append((atom, holds)) }
        return atom == turned ? !holds : holds
    }
}

extension PlainTrace {
    fileprivate var end: PacketPath.End {
        if isAccepted { return .accepted }
        return verdict == "drop" || verdict.hasPrefix("reject") || verdict.hasPrefix("xt target REJECT")
            ? .refused : .elsewhere
    }
}

extension PlainPacket {
    /// The source as a register holds it.
    fileprivate var sourceBytes: [UInt8] {
        let count = context.family == .v4 ? 4 : 16
        let number = self[.source]
        return (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt128((count - 1 - $0) * 8)) }
    }
}

extension LiveRuleset {
    fileprivate var gate: LiveTable? { table(.inet, "portgate") }

    /// Seconds by which the gate's instants are shifted: a fact that its table states as a comment.
    fileprivate var clockOffset: Int64 {
        let comments = gate?.chains.first { $0.name == "pg_about" }?.rules.compactMap(\.comment) ?? []
        return comments.lazy.filter { $0.hasPrefix("clock ") }.compactMap { Int64($0.dropFirst(6)) }.first ?? 0
    }

    /// Returns the gate's sets of sessions and grants that hold a source.
    fileprivate func accessSets(holding source: [UInt8], for first: FirstPacket) -> [String] {
        let sets = Dictionary((gate?.sets ?? []).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        return first.accessSets.filter { name in
            guard let set = sets[name], set.unreadElements == nil else { return false }
            return PlainLookup(set)?.find(source)?.index != nil
        }
    }

    /// Returns the gate's sets that say that a durable ledger is there, and do so now.
    fileprivate func durableSets(for first: FirstPacket) -> [String] {
        first.durableSets.filter { name in
            guard let set = gate?.sets.first(where: { $0.name == name }), set.unreadElements == nil else {
                return false
            }
            return PlainLookup(set)?.find([first.family == .v4 ? 2 : 10])?.index != nil
        }
    }

    /// Returns the rule that did a step.
    fileprivate func rule(_ step: PlainTrace.Step) -> LiveRule? {
        guard let index = step.index,
            let chain = table(step.rule.family, step.rule.table)?.chains.first(where: { $0.name == step.rule.chain }),
            chain.rules.indices.contains(index)
        else { return nil }
        return chain.rules[index]
    }
}

extension LiveRule {
    /// Its expressions, one after another.
    fileprivate var words: String { expressions.map(\.description).joined(separator: " ") }
}
