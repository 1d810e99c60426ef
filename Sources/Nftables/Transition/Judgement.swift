/// Tells which sets may change their elements in a transaction before the rules change in another, without anybody being
/// judged by a mixture that neither the old table nor the new one is.
///
/// Every packet goes from a base chain through a map to the chain of one port, and on from there. As long as for a port only
/// the sets or only the rules change, each of its packets meets the old judgement or the new one whole. What differs in
/// comments, log lines and counters alone judges the same. So does what differs only in the value of a connection mark, the
/// epoch of a generation: with the sets changed first, connections that the old epoch knows are accepted as before, new ones
/// by the new sets, and nobody is given the new epoch by the old sets.
struct Judgement {
    private let old: [String: Chain]
    private let new: [String: Chain]
    /// What each chain refers to, in the old table or the new one.
    private var mentions: [String: Set<String>] = [:]
    /// Chains that judge otherwise, and maps whose elements are others.
    private var changed: Set<String> = []
    private var isSame: Bool { changed.isEmpty }

    init(from old: Table, to new: Table) {
        self.old = Dictionary(old.chains.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.new = Dictionary(new.chains.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for chain in old.chains + new.chains { mentions[chain.name, default: []].formUnion(Self.names(in: chain)) }
        for name in mentions.keys where self.old[name].map(Self.essence) != self.new[name].map(Self.essence) {
            changed.insert(name)
        }
    }

    /// Returns those of some sets whose elements must change together with the rules.
    func bound(_ sets: Set<String>, oldMaps: [VerdictMap], newMaps: [VerdictMap]) -> Set<String> {
        let moved = Self.movedTargets(oldMaps, newMaps)
        if isSame, moved.isEmpty { return [] }
        let bases = Set((Array(old.values) + Array(new.values)).filter { $0.hook != nil }.map(\.name))
        // What every packet passes.
        let shared = reach(bases)
        if !shared.isDisjoint(with: changed) { return sets }
        var bound: Set<String> = []
        let entries = Set((oldMaps + newMaps).flatMap { $0.elements.compactMap(\.verdict.target) })
        for entry in entries {
            let chains = reach([entry])
            guard moved.contains(entry) || !chains.isDisjoint(with: changed) else { continue }
            for chain in chains.union(shared) { bound.formUnion(sets.intersection(mentions[chain] ?? [])) }
        }
        return bound
    }

    /// Returns the chains that are reached by jumps, not through maps.
    private func reach(_ start: Set<String>) -> Set<String> {
        var found = start
        var rest = Array(start)
        while let name = rest.popLast() {
            for next in mentions[name] ?? [] where mentions[next] != nil && found.insert(next).inserted {
                rest.append(next)
            }
        }
        return found
    }

    /// Returns the chains to which a map leads otherwise than before.
    private static func movedTargets(_ old: [VerdictMap], _ new: [VerdictMap]) -> Set<String> {
        var moved: Set<String> = []
        for (one, other) in [(old, new), (new, old)] {
            for map in one {
                let there = Set(other.first { $0.name == map.name }?.elements ?? [])
                moved.formUnion(map.elements.filter { !there.contains($0) }.compactMap(\.verdict.target))
            }
        }
        return moved
    }

    /// Returns the names of sets, maps and chains in a chain's rules. The text of the rules is read, so that no kind of
    /// statement can be forgotten; a name in a log prefix is one too many, which does no harm.
    private static func names(in chain: Chain) -> Set<String> {
        var writer = TextWriter(reserving: 256)
        writer.chain(chain)
        var found = Set(
            chain.rules.flatMap(\.statements).compactMap { statement in
                if case .verdict(let verdict) = statement { verdict.target } else { nil }
            })
        for part in writer.bytes.split(separator: UInt8(ascii: "@")).dropFirst() {
            found.insert(String(decoding: part.prefix(while: TextBounds.isNameByte), as: UTF8.self))
        }
        return found
    }

    /// A chain without what decides nothing.
    private static func essence(_ chain: Chain) -> Chain {
        var chain = chain
        for index in chain.rules.indices {
            chain.rules[index].comment = nil
            chain.rules[index].statements = chain.rules[index].statements.compactMap { statement in
                switch statement {
                case .log, .counter: nil
                case .connectionMark(let mask, _): .connectionMark(mask: mask, value: 0)
                case .setConnectionMark(let mask, _): .setConnectionMark(mask: mask, value: 0)
                default: statement
                }
            }
        }
        return chain
    }
}

extension Verdict {
    /// The chain that it leads to.
    fileprivate var target: String? {
        switch self {
        case .jump(let chain), .goto(let chain): chain
        case .accept, .drop, .return: nil
        }
    }
}
