/// The dead-man switch: two generations side by side in one table, of which the new one judges only while elements with a
/// timeout are in a set. When the kernel takes them out, the old one judges again, whoever is left alive to see it.
extension Table {
    /// The set whose elements arm the new generation.
    public static let armedSet = "pg_armed"

    /// The prefix of what the new generation has to be called otherwise: its rest follows.
    static let armedPrefix = "pg_n/"

    /// Combines two tables into one that judges by `new` while ``armedSet`` holds the packet's protocol, else by `old`; where
    /// `old` is nil, by nothing. Sets and counters that are the same in both are there once.
    public static func armed(old: Table?, new: Table) -> Table {
        let old = old ?? Table(name: new.name, comment: new.comment)
        let names = ArmedNames(old: old, new: new)
        var table = old
        table.counters += new.counters.compactMap { names.renamed($0, among: old.counters) }
        table.sets += new.sets.compactMap { names.renamed($0, among: old.sets) }
        table.sets.append(NamedSet(name: armedSet, content: .timedProtocols()))
        table.maps += new.maps.map(names.renamed)

        let newBases = new.chains.filter { $0.hook != nil }
        var answered: Set<String> = []
        for index in table.chains.indices {
            guard let hook = table.chains[index].hook else { continue }
            let twin = newBases.first {
                $0.name == table.chains[index].name && $0.hook?.point == hook.point
                    && $0.hook?.priority == hook.priority
            }
            if let twin, let policy = twin.hook?.policy {
                answered.insert(twin.name)
                let body = names.body(of: twin.name)
                table.chains[index].rules.insert(
                    contentsOf: entry(into: body, policy: policy, elsewhere: hook.policy), at: 0)
            } else {
                // The new generation does not judge here.
                table.chains[index].rules.insert(
                    Rule([.protocolInSet(armedSet), .verdict(.accept)], comment: armedComment), at: 0)
            }
        }
        for base in newBases where !answered.contains(base.name) {
            guard let hook = base.hook else { continue }
            // The old generation does not judge here: when its time comes back, everything goes on.
            table.chains.append(
                Chain(
                    name: names.base(of: base.name),
                    hook: Chain.Hook(point: hook.point, priority: hook.priority, policy: .accept),
                    rules: entry(into: names.body(of: base.name), policy: hook.policy, elsewhere: .accept)))
        }
        table.chains += new.chains.map { chain in
            Chain(name: names.body(of: chain.name), rules: chain.rules.map(names.renamed))
        }
        return table
    }

    /// The command that arms for so many seconds.
    public static func arming(seconds: Int) -> [UInt8] {
        Array("add element inet portgate \(armedSet) { 2 timeout \(seconds)s, 10 timeout \(seconds)s }\n".utf8)
    }

    /// The command that disarms, and fails, and with it its whole transaction, when the kernel has disarmed by itself.
    public static let disarming = Array("delete element inet portgate \(armedSet) { 2, 10 }\n".utf8)

    /// The commands that put both protocols into every set that packets refresh, each for the set's time.
    public var refreshing: [UInt8] {
        sets.flatMap { set in
            guard case .timedProtocols(_?) = set.content else { return [UInt8]() }
            return Array("add element inet \(name) \(set.name) { 2, 10 }\n".utf8)
        }
    }

    /// Whether a base chain asks the switch which generation is to judge.
    public var hasSwitch: Bool {
        chains.contains { chain in
            chain.hook != nil
                && chain.rules.contains { $0.statements.first == .protocolInSet(Self.armedSet) }
        }
    }

    private static let armedComment = "the new generation, until it is confirmed or its time is over"

    /// The rules that lead from a base chain into the body of the new one. What the body leaves undecided meets the policy of
    /// the chain it stands in, which may be another than its own.
    private static func entry(into body: String, policy: Chain.BasePolicy, elsewhere: Chain.BasePolicy) -> [Rule] {
        let asks = Statement.protocolInSet(armedSet)
        if policy == elsewhere { return [Rule([asks, .verdict(.goto(body))], comment: armedComment)] }
        return [
            Rule([asks, .verdict(.jump(body))], comment: armedComment),
            Rule([asks, .verdict(policy == .drop ? .drop : .accept)], comment: armedComment),
        ]
    }
}

/// What the objects of a new generation are called beside those of an old one: as ever where the name is free.
private struct ArmedNames {
    private var counters: [String: String] = [:]
    private var setsAndMaps: [String: String] = [:]
    private var bodies: [String: String] = [:]
    private var bases: [String: String] = [:]

    init(old: Table, new: Table) {
        let sharedCounters = Set(new.counters.filter(old.counters.contains).map(\.name))
        var taken = Set((old.counters + new.counters).map(\.name))
        let oldCounters = Set(old.counters.map(\.name))
        for name in new.counters.map(\.name) where oldCounters.contains(name) && !sharedCounters.contains(name) {
            counters[name] = Self.free(name, &taken)
        }

        let oldSets = Dictionary(old.sets.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let oldNames = Set(old.sets.map(\.name) + old.maps.map(\.name) + [Table.armedSet])
        taken = oldNames.union(new.sets.map(\.name)).union(new.maps.map(\.name))
        for set in new.sets where oldNames.contains(set.name) && oldSets[set.name] != set {
            setsAndMaps[set.name] = Self.free(set.name, &taken)
        }
        for map in new.maps where oldNames.contains(map.name) { setsAndMaps[map.name] = Self.free(map.name, &taken) }

        let oldChains = Set(old.chains.map(\.name))
        taken = oldChains.union(new.chains.map(\.name))
        for chain in new.chains where chain.hook != nil || oldChains.contains(chain.name) {
            bodies[chain.name] = Self.free(chain.name, &taken)
            if chain.hook != nil, oldChains.contains(chain.name) { bases[chain.name] = Self.free(chain.name, &taken) }
        }
    }

    /// Returns a name that nothing has, and takes it: the rest of the old name behind the prefix, or a number where that is
    /// taken or too long.
    private static func free(_ name: String, _ taken: inout Set<String>) -> String {
        var candidate = Table.armedPrefix + name.dropFirst(TextBounds.namePrefix.utf8.count)
        var number = 0
        while taken.contains(candidate) || !TextBounds.isObjectName(candidate) {
            number += 1
            candidate = Table.armedPrefix + String(number)
        }
        taken.insert(candidate)
        return candidate
    }

    func body(of chain: String) -> String { bodies[chain] ?? chain }
    func base(of chain: String) -> String { bases[chain] ?? chain }
    private func object(_ name: String) -> String { setsAndMaps[name] ?? name }

    /// Returns a counter as it is called, or nil when it is there already.
    func renamed(_ counter: NamedCounter, among old: [NamedCounter]) -> NamedCounter? {
        if let name = counters[counter.name] { return NamedCounter(name: name, comment: counter.comment) }
        return old.contains(counter) ? nil : counter
    }

    /// Returns a set as it is called, or nil when it is there already.
    func renamed(_ set: NamedSet, among old: [NamedSet]) -> NamedSet? {
        if let name = setsAndMaps[set.name] { return NamedSet(name: name, comment: set.comment, content: set.content) }
        return old.contains { $0.name == set.name } ? nil : set
    }

    func renamed(_ map: VerdictMap) -> VerdictMap {
        VerdictMap(
            name: object(map.name),
            elements: map.elements.map { element in
                var element = element
                element.verdict = renamed(element.verdict)
                return element
            }, takesRanges: map.takesRanges)
    }

    func renamed(_ rule: Rule) -> Rule { Rule(rule.statements.map(renamed), comment: rule.comment) }

    private func renamed(_ verdict: Verdict) -> Verdict {
        switch verdict {
        case .accept, .drop, .return: verdict
        case .jump(let chain): .jump(body(of: chain))
        case .goto(let chain): .goto(body(of: chain))
        }
    }

    /// Every statement that names an object has a case of its own here: none may go by under its old name.
    private func renamed(_ statement: Statement) -> Statement {
        switch statement {
        case .sourceInSet(let family, let set): .sourceInSet(family: family, set: object(set))
        case .destinationInSet(let family, let set): .destinationInSet(family: family, set: object(set))
        case .originalSourceInSet(let family, let set): .originalSourceInSet(family: family, set: object(set))
        case .protocolInSet(let set): .protocolInSet(object(set))
        case .timeInSet(let set): .timeInSet(object(set))
        case .cgroupInSet(let level, let set): .cgroupInSet(level: level, set: object(set))
        case .connectionKnown(let key, let set, let negated):
            .connectionKnown(key, set: object(set), negated: negated)
        case .remember(let key, let set, let timeout, let refreshes):
            .remember(key, set: object(set), timeoutSeconds: timeout, refreshes: refreshes)
        case .refreshProtocol(let set, let timeout): .refreshProtocol(set: object(set), timeoutSeconds: timeout)
        case .counter(let name): .counter(counters[name] ?? name)
        case .meter(let set, let family, let limit): .meter(set: object(set), family: family, limit: limit)
        case .verdict(let verdict): .verdict(renamed(verdict))
        case .dispatch(let map): .dispatch(map: object(map))
        case .dispatchSource(let map): .dispatchSource(map: object(map))
        case .dispatchAsked(let map): .dispatchAsked(map: object(map))
        case .family, .timeBefore, .socketUser, .socketGroup, .socketHasOwner, .connectionState, .connectionUnconfirmed,
            .connectionDirection, .destinationTranslated, .connectionPacketsOutside, .connectionMark, .hasPayload,
            .payload, .tcpFlags,
            .noRouteBack,
            .linkAddress, .securityRequest, .securityIndex, .transport, .inputInterface, .outputInterface,
            .destinationIsLoopbackV4, .destinationIsLoopbackV6, .destinationType, .sourceType, .log, .setConnectionMark,
            .setReset, .stripMultipath, .rejectReset, .rejectProhibited, .unknown:
            statement
        }
    }
}
