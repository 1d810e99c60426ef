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
            for chain in table.chains {
                for isBeforeConntrack in [false, true] {
                    let place = RulePlace(
                        table: table, chain: chain.name, isBeforeConntrack: isBeforeConntrack, notesEvents: false)
                    for (rule, ordinals) in zip(chain.rules, chain.ordinals) {
                        var walk = RuleWalk(self, place, ordinals: ordinals)
                        _ = try walk.run(rule.expressions)
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
            table: table, chain: chain.name, isBeforeConntrack: isBeforeConntrack, notesEvents: notesEvents(table))
        var rules: [Summary] = []
        rules.reserveCapacity(chain.rules.count)
        for (rule, ordinals) in zip(chain.rules, chain.ordinals) {
            var walk = RuleWalk(self, place, ordinals: ordinals)
            rules.append(try walk.run(rule.expressions))
        }
        let summary = try variables.space.sequence(of: rules[...])
        summaries[key] = summary
        return summary
    }
}
