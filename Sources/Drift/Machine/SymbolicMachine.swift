import Nftables
import PacketSpace

/// Executes the rules of a ruleset on all packets at once.
///
/// A chain's summary says what becomes of every packet that enters it, whatever happened before: so it is made once and put
/// together as a balanced tree.
final class SymbolicMachine {
    let variables: PacketVariables
    let program: Program
    /// Tells of which tables events are noted.
    private let notesEvents: (LiveTable) -> Bool

    /// The rule of which is asked whose packets it decides; without an index, a base chain's policy.
    var watched: (rule: Responsible, index: Int?)? {
        didSet { watchedSummaries = [:] }
    }

    /// The packets that are asked about, and get as far as this, told by what is written nowhere: what becomes of the others is left
    /// open.
    var relevant = Node.full

    /// Before a table of so many rules it is found out which packets get there.
    var longTable = 200

    /// Whether the watched rule, or policy, is a chain's.
    func isWatched(_ chain: LiveChain, in table: LiveTable) -> Bool {
        guard let rule = watched?.rule else { return false }
        return rule.family == table.family && rule.table == table.name && rule.chain == chain.name
    }

    private struct ChainKey: Hashable {
        let family: LiveFamily
        let table: String
        let chain: String
        let hookState: HookState
        /// Of which packets it is told.
        let relevant: Node
        var end = ChainEnd.onward
    }
    private var summaries: [ChainKey: Summary] = [:]
    /// Of chains in the table of the watched rule.
    private var watchedSummaries: [ChainKey: Summary] = [:]
    /// What becomes of packets in each rule of a chain, nothing being watched.
    private var rules: [ChainKey: RuleSummaries] = [:]
    private struct RuleSummaries {
        var all: [Summary]
        /// Whether they are put together from the last to the first.
        let isFolded: Bool
    }
    private var unfinished: Set<ChainKey> = []
    /// While variables are collected: the chains that rules lead to.
    private var reached: Set<String> = []
    /// The bits that loads put into registers where nothing was written, by their numbers.
    var loadedBits: [Int: [SymbolicBit]] = [:]

    init(_ program: Program, variables: PacketVariables, notesEvents: @escaping (LiveTable) -> Bool) {
        self.program = program
        self.variables = variables
        self.notesEvents = notesEvents
    }

    var ruleset: LiveRuleset { program.ruleset }

    // MARK: Collecting

    /// Says what the rules will ask for to which base chains lead.
    func collect(from places: [BaseChainPlace]) throws {
        var seen: Set<ChainKey> = []
        for place in places {
            var waiting = [place.chain.name]
            while let name = waiting.popLast() {
                let key = ChainKey(
                    family: place.table.family, table: place.table.name, chain: name, hookState: place.hookState,
                    relevant: relevant)
                guard seen.insert(key).inserted, let chain = program.chain(name, in: place.table) else { continue }
                reached = []
                try collect(chain, in: place.table, place.hookState)
                waiting += reached
            }
        }
    }

    /// Notes that packets may get to a chain.
    func note(reached chain: String) { reached.insert(chain) }

    private func collect(_ chain: LiveChain, in table: LiveTable, _ hookState: HookState) throws {
        let place = RulePlace(table: table, chain: chain.name, hookState: hookState, notesEvents: false)
        let rules = ChainRules(chain, in: table, hookState, self)
        for index in chain.rules.indices {
            var walk = RuleWalk(self, place, rules, index)
            _ = try walk.run()
        }
    }

    // MARK: Summaries

    /// Whether packets of the family meet a table.
    func sees(_ table: LiveTable) -> Bool { table.sees(variables.context.family) }

    /// Returns what becomes of packets in a chain of a rule's table.
    func summary(of chain: String, like place: RulePlace) throws -> Summary {
        guard variables.isSettled else {
            note(reached: chain)
            return .passes
        }
        guard let found = program.chain(chain, in: place.table) else {
            return Summary(exits: [.elsewhere("chain \(chain), which is not there"): .everything])
        }
        return try summary(of: found, in: place.table, place.hookState)
    }

    /// Returns what becomes of packets in a chain.
    func summary(
        of chain: LiveChain, in table: LiveTable, _ hookState: HookState, to end: ChainEnd = .onward
    ) throws -> Summary {
        let chainKey = ChainKey(
            family: table.family, table: table.name, chain: chain.name, hookState: hookState, relevant: relevant)
        var key = chainKey
        key.end = end
        let isBeside = watched.map { $0.rule.family == table.family && $0.rule.table == table.name } ?? false
        if let known = isBeside ? watchedSummaries[key] : summaries[key] { return known }
        guard unfinished.insert(key).inserted else { throw Undecided.loop(chain: chain.name) }
        defer { unfinished.remove(key) }
        let place = RulePlace(
            table: table, chain: chain.name, hookState: hookState, notesEvents: notesEvents(table))
        let rulesOfChain = ChainRules(chain, in: table, hookState, self)
        let summaries: RuleSummaries
        if isWatched(chain, in: table), var known = rules[chainKey] {
            // No rule of a chain leads back to it: only the watched one is told otherwise.
            if let index = watched?.index, known.all.indices.contains(index) {
                place.watched = index
                let watching = try run(rulesOfChain, in: place, index)
                if known.isFolded, let plain = self.summaries[key] {
                    return try variables.space.watching(watching, in: plain, behind: known.all[..<index])
                }
                known.all[index] = watching
            }
            summaries = known
        } else {
            place.watched = isWatched(chain, in: table) ? watched?.index : nil
            var all: [Summary] = []
            all.reserveCapacity(chain.rules.count)
            for index in chain.rules.indices { all.append(try run(rulesOfChain, in: place, index)) }
            summaries = RuleSummaries(all: all, isFolded: isFolded(all, in: place))
            if !isBeside { rules[chainKey] = summaries }
        }
        let space = variables.space
        let all = summaries.all
        let summary = summaries.isFolded ? try space.fold(all, to: end) : try space.sequence(of: all[...])
        if isBeside { watchedSummaries[key] = summary } else { self.summaries[key] = summary }
        return summary
    }

    /// Whether rules are put together from the last to the first: they write nothing, and it is not told what they do beside
    /// deciding, of which each would be taken along by all rules before it.
    private func isFolded(_ rules: [Summary], in place: RulePlace) -> Bool {
        !place.notesEvents && rules.allSatisfy { $0.exits.values.allSatisfy { $0.writes.isEmpty } }
    }

    private func run(_ rules: ChainRules, in place: RulePlace, _ index: Int) throws -> Summary {
        var walk = RuleWalk(self, place, rules, index)
        return try walk.run()
    }
}

/// The rules of a chain, and what is known of their expressions beforehand.
struct ChainRules {
    let rules: [LiveRule]
    let ordinals: [[Int]]
    let loads: [[Int?]]

    init(_ chain: LiveChain, in table: LiveTable, _ hookState: HookState, _ machine: SymbolicMachine) {
        rules = chain.rules
        ordinals = machine.program.ordinals(of: chain, in: table)
        loads = machine.program.loads(of: chain, in: table, hookState, machine.variables.context.family)
    }
}
