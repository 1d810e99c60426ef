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

    /// The packets that are asked about, when nothing that tells them from others is written anywhere: what becomes of the others is
    /// left open.
    var relevant = Node.full {
        didSet {
            summaries = [:]
            rules = [:]
        }
    }

    /// Whether the watched rule, or policy, is a chain's.
    func isWatched(_ chain: LiveChain, in table: LiveTable) -> Bool {
        guard let rule = watched?.rule else { return false }
        return rule.family == table.family && rule.table == table.name && rule.chain == chain.name
    }

    private struct ChainKey: Hashable {
        let family: LiveFamily
        let table: String
        let chain: String
        let surroundings: Surroundings
    }
    private var summaries: [ChainKey: Summary] = [:]
    /// Of chains in the table of the watched rule.
    private var watchedSummaries: [ChainKey: Summary] = [:]
    /// What becomes of packets in each rule of a chain, nothing being watched.
    private var rules: [ChainKey: [Summary]] = [:]
    private var unfinished: Set<ChainKey> = []
    /// While variables are collected: the chains that rules lead to.
    private var reached: Set<String> = []
    private struct LoadKey: Hashable {
        let expression: LiveExpression
        let surroundings: Surroundings
    }
    /// What expressions load, which many rules do alike.
    private var loads: [LoadKey: (load: PacketLoad, into: LiveRegister, bits: [SymbolicBit]?)] = [:]

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
                    family: place.table.family, table: place.table.name, chain: name, surroundings: place.surroundings)
                guard seen.insert(key).inserted, let chain = program.chain(name, in: place.table) else { continue }
                reached = []
                try collect(chain, in: place.table, place.surroundings)
                waiting += reached
            }
        }
    }

    /// Notes that packets may get to a chain.
    func note(reached chain: String) { reached.insert(chain) }

    private func collect(_ chain: LiveChain, in table: LiveTable, _ surroundings: Surroundings) throws {
        let place = RulePlace(table: table, chain: chain.name, surroundings: surroundings, notesEvents: false)
        for (index, ordinals) in program.ordinals(of: chain, in: table).enumerated() {
            var walk = RuleWalk(self, place, index: index, ordinals: ordinals)
            _ = try walk.run(chain.rules[index].expressions)
        }
    }

    // MARK: Loads

    /// Returns what an expression loads; nil when it is no load.
    func load(_ expression: LiveExpression, in surroundings: Surroundings) -> (PacketLoad, into: LiveRegister)? {
        switch expression {
        case .payload, .meta, .connection, .route, .socket: break
        default: return variables.reading.load(expression, in: surroundings)
        }
        let key = LoadKey(expression: expression, surroundings: surroundings)
        if let known = loads[key] { return (known.load, known.into) }
        guard let (load, into) = variables.reading.load(expression, in: surroundings) else { return nil }
        loads[key] = (load, into, nil)
        return (load, into)
    }

    /// Returns the bits that an expression loads where nothing was written; nil when they are not known yet.
    func bits(of expression: LiveExpression, in surroundings: Surroundings) -> [SymbolicBit]? {
        loads[LoadKey(expression: expression, surroundings: surroundings)]?.bits
    }

    /// Keeps the bits that an expression loads where nothing was written.
    func keep(_ bits: [SymbolicBit], of expression: LiveExpression, in surroundings: Surroundings) {
        loads[LoadKey(expression: expression, surroundings: surroundings)]?.bits = bits
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
        return try summary(of: found, in: place.table, place.surroundings)
    }

    /// Returns what becomes of packets in a chain; where they leave a base chain is not decided here.
    func summary(of chain: LiveChain, in table: LiveTable, _ surroundings: Surroundings) throws -> Summary {
        let key = ChainKey(family: table.family, table: table.name, chain: chain.name, surroundings: surroundings)
        let isBeside = watched.map { $0.rule.family == table.family && $0.rule.table == table.name } ?? false
        if let known = isBeside ? watchedSummaries[key] : summaries[key] { return known }
        guard unfinished.insert(key).inserted else { throw Undecided.loop(chain: chain.name) }
        defer { unfinished.remove(key) }
        var place = RulePlace(
            table: table, chain: chain.name, surroundings: surroundings, notesEvents: notesEvents(table))
        var all: [Summary]
        if isWatched(chain, in: table), let known = rules[key] {
            // No rule of a chain leads back to it: only the watched one is told otherwise.
            all = known
            if let index = watched?.index, all.indices.contains(index) {
                place.watched = index
                all[index] = try run(chain, in: place, index)
            }
        } else {
            place.watched = isWatched(chain, in: table) ? watched?.index : nil
            all = []
            all.reserveCapacity(chain.rules.count)
            for index in chain.rules.indices { all.append(try run(chain, in: place, index)) }
            if !isBeside { rules[key] = all }
        }
        let summary = try variables.space.sequence(of: all[...])
        if isBeside { watchedSummaries[key] = summary } else { summaries[key] = summary }
        return summary
    }

    private func run(_ chain: LiveChain, in place: RulePlace, _ index: Int) throws -> Summary {
        let ordinals = program.ordinals(of: chain, in: place.table)
        var walk = RuleWalk(self, place, index: index, ordinals: ordinals[index])
        return try walk.run(chain.rules[index].expressions)
    }
}
