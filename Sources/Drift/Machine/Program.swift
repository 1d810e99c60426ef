import Nftables

/// A ruleset made ready to be run: its chains and sets by name, and what is worked out of them once for all runs.
final class Program {
    let ruleset: LiveRuleset
    let use: SetUse
    /// How many rules single packets have met so far.
    var rulesMet = 0

    private struct NameKey: Hashable {
        let family: LiveFamily
        let table: String
        let name: String
    }
    /// The places of chains and sets in their tables.
    private var chains: [NameKey: Int] = [:]
    private var sets: [NameKey: Int] = [:]
    private var contents: [NameKey: SetContents?] = [:]
    private var ordinals: [NameKey: [[Int]]] = [:]

    /// What an expression loads, and where to; equal ones have the same number.
    struct Load {
        let number: Int
        let bytes: [ByteSource]
        let conditions: [LoadCondition]
        let into: LiveRegister
    }
    private struct LoadKey: Hashable {
        let expression: LiveExpression
        let hookState: HookState
        let packets: AddressFamily
    }
    private struct LoadsKey: Hashable {
        let chain: NameKey
        let hookState: HookState
        let packets: AddressFamily
    }
    private var numbers: [LoadKey: Int] = [:]
    private(set) var loads: [Load] = []
    private var loadsOfChains: [LoadsKey: [[Int?]]] = [:]

    /// Takes a ruleset; `isRuntime` tells of which sets the elements are no part of the meaning.
    init(_ ruleset: LiveRuleset, isRuntime: @escaping (LiveTable, LiveSet) -> Bool) {
        self.ruleset = ruleset
        use = SetUse(ruleset, isRuntime: isRuntime)
        for table in ruleset.tables {
            for (index, chain) in table.chains.enumerated() {
                chains[NameKey(family: table.family, table: table.name, name: chain.name)] = index
            }
            for (index, set) in table.sets.enumerated() {
                sets[NameKey(family: table.family, table: table.name, name: set.name)] = index
            }
        }
    }

    /// Returns the chain of a name.
    func chain(_ name: String, in table: LiveTable) -> LiveChain? {
        chains[NameKey(family: table.family, table: table.name, name: name)].map { table.chains[$0] }
    }

    /// Returns the set of a name.
    func set(_ name: String, in table: LiveTable) -> LiveSet? {
        sets[NameKey(family: table.family, table: table.name, name: name)].map { table.sets[$0] }
    }

    /// Returns a set's elements as lookups see them; nil when its keys are too long to be numbers.
    func contents(of set: LiveSet, in table: LiveTable) -> SetContents? {
        let key = NameKey(family: table.family, table: table.name, name: set.name)
        if let known = contents[key] { return known }
        let made = SetContents(set)
        contents[key] = .some(made)
        return made
    }

    /// Returns for each expression of each rule of a chain how many of its equals stand before it.
    func ordinals(of chain: LiveChain, in table: LiveTable) -> [[Int]] {
        let key = NameKey(family: table.family, table: table.name, name: chain.name)
        if let known = ordinals[key] { return known }
        let made = chain.ordinals
        ordinals[key] = made
        return made
    }

    /// Returns for each expression of each rule of a chain the number of what it loads in packets of a family; nil where it loads
    /// nothing, or what no packet decides.
    func loads(
        of chain: LiveChain, in table: LiveTable, _ hookState: HookState, _ packets: AddressFamily
    ) -> [[Int?]] {
        let name = NameKey(family: table.family, table: table.name, name: chain.name)
        let key = LoadsKey(chain: name, hookState: hookState, packets: packets)
        if let known = loadsOfChains[key] { return known }
        let reading = PacketReading(context: PacketContext(family: packets))
        let made = chain.rules.map { rule in
            rule.expressions.map { number(of: $0, reading, hookState) }
        }
        loadsOfChains[key] = made
        return made
    }

    private func number(of expression: LiveExpression, _ reading: PacketReading, _ hookState: HookState) -> Int? {
        if case .meta(MetaKey.random.rawValue, _) = expression { return nil }
        guard let (load, into) = reading.load(expression, in: hookState) else { return nil }
        let key = LoadKey(expression: expression, hookState: hookState, packets: reading.context.family)
        if let known = numbers[key] { return known }
        let number = loads.count
        loads.append(Load(number: number, bytes: load.bytes, conditions: load.conditions, into: into))
        numbers[key] = number
        return number
    }
}

extension LiveTable {
    /// Whether packets of a family meet the table.
    func sees(_ packets: AddressFamily) -> Bool {
        switch family {
        case .inet, .netdev: true
        case .ip: packets == .v4
        case .ip6: packets == .v6
        default: false
        }
    }
}
