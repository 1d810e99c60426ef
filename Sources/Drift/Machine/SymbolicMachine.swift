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

    private struct SetKey: Hashable {
        let family: LiveFamily
        let table: String
        let set: String
    }
    private struct ChainKey: Hashable {
        let family: LiveFamily
        let table: String
        let chain: String
        let isBeforeConntrack: Bool
    }
    private var known: [SetKey: SetContents?] = [:]
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
    }

    /// Says of every rule that may be met by packets of the family what it will ask for.
    func collect() throws {
        for table in ruleset.tables where sees(table) {
            // Most tables have nothing before conntrack.
            let isEarly = table.chains.contains { $0.hook.map(table.isBeforeConntrack) ?? false }
            for chain in table.chains {
                for isBeforeConntrack in isEarly ? [false, true] : [false] {
                    let place = RulePlace(
                        table: table, chain: chain.name, isBeforeConntrack: isBeforeConntrack, notesEvents: false)
                    for (index, ordinals) in chain.ordinals.enumerated() {
                        var walk = RuleWalk(self, place, index: index, ordinals: ordinals)
                        _ = try walk.run(chain.rules[index].expressions)
                    }
                }
            }
        }
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
        let key = SetKey(family: table.family, table: table.name, set: set.name)
        if let known = known[key] { return known }
        let contents = SetContents(set)
        known[key] = .some(contents)
        return contents
    }

    /// Returns what becomes of packets in a chain of a rule's table.
    func summary(of chain: String, like place: RulePlace) throws -> Summary {
        guard variables.isSettled else { return .passes }
        guard let found = place.table.chains.first(where: { $0.name == chain }) else {
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
