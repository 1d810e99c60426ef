import Nftables
import PacketSpace

/// Executes the rules of a ruleset on all packets at once.
///
/// A chain's summary says what becomes of every packet that enters it, whatever happened before: so it is made once and put
/// together as a balanced tree.
final class SymbolicMachine {
    let variables: PacketVariables
    let ruleset: LiveRuleset
    /// Tells which sets are filled while they are used, so that what they hold now is no part of the meaning.
    private let runtimeSets: (LiveTable, LiveSet) -> Bool
    /// Tells of which tables events are noted.
    private let notesEvents: (LiveTable) -> Bool

    /// The rule of which is asked whose packets it decides; without an index, a base chain's policy.
    var watched: (rule: Responsible, index: Int?)? {
        didSet { summaries = [:] }
    }

    /// Whether the watched rule, or policy, is a chain's.
    func isWatched(_ chain: LiveChain, in table: LiveTable) -> Bool {
        guard let rule = watched?.rule else { return false }
        return rule.family == table.family && rule.table == table.name && rule.chain == chain.name
    }

    private struct NameKey: Hashable {
        let family: LiveFamily
        let table: String
        let name: String
    }
    private struct ChainKey: Hashable {
        let family: LiveFamily
        let table: String
        let chain: String
        let isBeforeConntrack: Bool
    }
    /// The places of chains and sets in their tables.
    private var chains: [NameKey: Int] = [:]
    private var sets: [NameKey: Int] = [:]
    private var known: [NameKey: SetContents?] = [:]
    private var summaries: [ChainKey: Summary] = [:]
    private var unfinished: Set<ChainKey> = []

    init(
        _ ruleset: LiveRuleset, variables: PacketVariables, runtimeSets: @escaping (LiveTable, LiveSet) -> Bool,
        notesEvents: @escaping (LiveTable) -> Bool
    ) {
        self.ruleset = ruleset
        self.variables = variables
        self.runtimeSets = runtimeSets
        self.notesEvents = notesEvents
        for table in ruleset.tables {
            for (index, chain) in table.chains.enumerated() {
                chains[NameKey(family: table.family, table: table.name, name: chain.name)] = index
            }
            for (index, set) in table.sets.enumerated() {
                sets[NameKey(family: table.family, table: table.name, name: set.name)] = index
            }
        }
    }

    /// Says of every rule that may be met by packets of the family what it will ask for.
    func collect() throws {
        for table in ruleset.tables where sees(table) {
            // Most tables have nothing before conntrack.
            let isEarly = table.chains.contains { $0.hook.map(table.isBeforeConntrack) ?? false }
            for chain in table.chains {
                for isBeforeConntrack in isEarly ? [false, true] : [false] {
                    try collect(chain, in: table, isBeforeConntrack: isBeforeConntrack)
                }
            }
        }
    }

    /// Says what the rules will ask for to which base chains lead.
    func collect(from places: [BaseChainPlace]) throws {
        var seen: Set<ChainKey> = []
        for place in places {
            var waiting = [place.chain]
            while let chain = waiting.popLast() {
                let key = ChainKey(
                    family: place.table.family, table: place.table.name, chain: chain.name,
                    isBeforeConntrack: place.isBeforeConntrack)
                guard seen.insert(key).inserted else { continue }
                try collect(chain, in: place.table, isBeforeConntrack: place.isBeforeConntrack)
                for name in targets(of: chain, in: place.table) {
                    if let next = self.chain(name, in: place.table) { waiting.append(next) }
                }
            }
        }
    }

    private func collect(_ chain: LiveChain, in table: LiveTable, isBeforeConntrack: Bool) throws {
        let place = RulePlace(
            table: table, chain: chain.name, isBeforeConntrack: isBeforeConntrack, notesEvents: false)
        for (index, ordinals) in chain.ordinals.enumerated() {
            var walk = RuleWalk(self, place, index: index, ordinals: ordinals)
            _ = try walk.run(chain.rules[index].expressions)
        }
    }

    /// The chains that a chain's rules lead to, by jumps and by verdict maps.
    private func targets(of chain: LiveChain, in table: LiveTable) -> Set<String> {
        var found: Set<String> = []
        func take(_ verdict: LiveVerdict?) {
            if case .jump(let name)? = verdict { found.insert(name) }
            if case .goto(let name)? = verdict { found.insert(name) }
        }
        for expression in chain.rules.lazy.flatMap(\.expressions) {
            switch expression {
            case .verdict(let verdict): take(verdict)
            case .lookup(let name, _, nil, _):
                guard let set = set(name, in: table), set.isVerdictMap else { continue }
                for detail in set.elements.details.values { take(detail.verdict) }
            default: continue
            }
        }
        return found
    }

    // MARK: Names

    /// Returns the chain of a name.
    func chain(_ name: String, in table: LiveTable) -> LiveChain? {
        chains[NameKey(family: table.family, table: table.name, name: name)].map { table.chains[$0] }
    }

    /// Returns the set of a name.
    func set(_ name: String, in table: LiveTable) -> LiveSet? {
        sets[NameKey(family: table.family, table: table.name, name: name)].map { table.sets[$0] }
    }

    /// Whether packets of the family meet a table.
    func sees(_ table: LiveTable) -> Bool {
        switch table.family {
        case .inet, .netdev: true
        case .ip: variables.context.family == .v4
        case .ip6: variables.context.family == .v6
        default: false
        }
    }

    func isRuntime(_ set: LiveSet, in table: LiveTable) -> Bool {
        set.flags.contains(.dynamic) || runtimeSets(table, set)
    }

    func contents(of set: LiveSet, in table: LiveTable) -> SetContents? {
        let key = NameKey(family: table.family, table: table.name, name: set.name)
        if let known = known[key] { return known }
        let contents = SetContents(set)
        known[key] = .some(contents)
        return contents
    }

    /// Returns what becomes of packets in a chain of a rule's table.
    func summary(of chain: String, like place: RulePlace) throws -> Summary {
        guard variables.isSettled else { return .passes }
        guard let found = self.chain(chain, in: place.table) else {
            return Summary(exits: [.elsewhere("chain \(chain), which is not there"): .everything])
        }
        return try summary(of: found, in: place.table, isBeforeConntrack: place.isBeforeConntrack)
    }

    /// Returns what becomes of packets in a chain; where they leave a base chain is not decided here.
    func summary(of chain: LiveChain, in table: LiveTable, isBeforeConntrack: Bool) throws -> Summary {
        let key = ChainKey(
            family: table.family, table: table.name, chain: chain.name, isBeforeConntrack: isBeforeConntrack)
        if let known = summaries[key] { return known }
        guard unfinished.insert(key).inserted else { throw Undecided.loop(chain: chain.name) }
        defer { unfinished.remove(key) }
        let place = RulePlace(
            table: table, chain: chain.name, isBeforeConntrack: isBeforeConntrack, notesEvents: notesEvents(table),
            watched: isWatched(chain, in: table) ? watched?.index : nil)
        var rules: [Summary] = []
        rules.reserveCapacity(chain.rules.count)
        for (index, ordinals) in chain.ordinals.enumerated() {
            var walk = RuleWalk(self, place, index: index, ordinals: ordinals)
            rules.append(try walk.run(chain.rules[index].expressions))
        }
        let summary = try variables.space.sequence(of: rules[...])
        summaries[key] = summary
        return summary
    }
}
