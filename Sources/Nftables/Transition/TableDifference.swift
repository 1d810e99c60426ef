/// What has to happen to a live table for it to become another one.
struct TableDifference {
    /// An object to be deleted: what nft calls it, and its name.
    struct Stale: Hashable {
        var kind: String
        var name: String
    }

    private let old: Table
    private let new: Table
    /// New objects under names that were free.
    private(set) var newCounters: [NamedCounter] = []
    private(set) var newSets: [NamedSet] = []
    private(set) var newMaps: [VerdictMap] = []
    /// Objects whose names are held by what cannot become them in place.
    private(set) var recreatedCounters: [NamedCounter] = []
    private(set) var recreatedSets: [NamedSet] = []
    private(set) var recreatedMaps: [VerdictMap] = []
    /// Those that hold the names.
    private(set) var displaced: [Stale] = []
    /// Sets whose elements change in place, together with the rules.
    private(set) var refilledSets: [NamedSet] = []
    /// Elements that change in place, before the rules and apart from them.
    private(set) var elementChanges: [ElementChange] = []
    /// Objects that only the old table has.
    private(set) var stale: [Stale] = []
    /// Maps of the old table whose elements go.
    private(set) var flushedMaps: [String] = []
    /// Maps of the new table whose elements come.
    private(set) var filledMaps: [VerdictMap] = []
    /// Chains of the old table whose rules go.
    private(set) var flushedChains: [String] = []
    /// Chains of the old table that go: stale ones, and those that become base chains or cease to be, or change their hook.
    private(set) var deletedChains: [String] = []
    /// Chains of the new table that are written, rules and all.
    private(set) var writtenChains: [Chain] = []

    var wakesTable: Bool { old.isDormant }
    var hasNewObjects: Bool { !newCounters.isEmpty || !newSets.isEmpty || !newMaps.isEmpty }
    var hasStaleObjects: Bool { !stale.isEmpty }
    var changesRules: Bool {
        wakesTable || !displaced.isEmpty || !refilledSets.isEmpty || !flushedMaps.isEmpty || !filledMaps.isEmpty
            || !flushedChains.isEmpty || !deletedChains.isEmpty || !writtenChains.isEmpty
    }

    /// Compares two tables. The names of each have been found to be unique.
    init(from old: Table, to new: Table, byElements: Bool) {
        self.old = old
        self.new = new
        compareCounters()
        compareSetsAndMaps()
        compareChains()
        if byElements { separateElements() }
    }

    /// Finds the sets that need not be filled again by the transaction that switches the rules.
    private mutating func separateElements() {
        guard !refilledSets.isEmpty, displaced.isEmpty, !wakesTable,
            old.foreign.allSatisfy({ $0.kind == "counter" })
        else { return }
        let names = Set(refilledSets.map(\.name))
        let bound = Judgement(from: old, to: new).bound(names, oldMaps: old.maps, newMaps: new.maps)
        let live = Self.byName(old.sets, \.name)
        refilledSets.removeAll { set in
            guard !bound.contains(set.name), let before = live[set.name],
                let change = ElementChange(set: set.name, from: before.content, to: set.content)
            else { return false }
            elementChanges.append(change)
            return true
        }
    }

    private mutating func compareCounters() {
        let live = Self.byName(old.counters, \.name)
        let foreign = foreignNames("counter")
        let wanted = Set(new.counters.map(\.name))
        for counter in new.counters {
            if let same = live[counter.name], same == counter { continue }
            if live[counter.name] == nil, !foreign.contains(counter.name) {
                newCounters.append(counter)
            } else {
                recreatedCounters.append(counter)
                displaced.append(Stale(kind: "counter", name: counter.name))
            }
        }
        let all = old.counters.map(\.name) + foreign.sorted()
        stale += all.filter { !wanted.contains($0) }.map { Stale(kind: "counter", name: $0) }
    }

    /// Sets and maps share one space of names.
    private mutating func compareSetsAndMaps() {
        let sets = Self.byName(old.sets, \.name)
        let maps = Self.byName(old.maps, \.name)
        var holders: [String: String] = [:]
        for object in old.foreign where object.kind == "set" || object.kind == "map" {
            holders[object.name] = object.kind
        }
        for name in sets.keys { holders[name] = "set" }
        for name in maps.keys { holders[name] = "map" }

        for set in new.sets {
            if let live = sets[set.name], live == set { continue }
            if let live = sets[set.name], live.becomesInPlace(set) {
                refilledSets.append(set)
            } else if let holder = holders[set.name] {
                recreatedSets.append(set)
                displaced.append(Stale(kind: holder, name: set.name))
            } else {
                newSets.append(set)
            }
        }
        // A live map takes other elements, but it takes ranges for ever or never.
        for map in new.maps where maps[map.name]?.takesRanges != map.takesRanges {
            if let holder = holders[map.name] {
                recreatedMaps.append(map)
                displaced.append(Stale(kind: holder, name: map.name))
            } else {
                newMaps.append(map)
            }
        }
        // Maps before sets, by name: the text is the same for the same tables.
        let wanted = Set(new.sets.map(\.name) + new.maps.map(\.name))
        stale += holders.filter { !wanted.contains($0.key) }
            .map { Stale(kind: $0.value, name: $0.key) }
            .sorted { ($0.kind, $0.name) < ($1.kind, $1.name) }
    }

    private mutating func compareChains() {
        let live = Self.byName(old.chains, \.name)
        let foreign = foreignNames("chain")
        let wanted = Set(new.chains.map(\.name))
        let rebuilt = Set(
            new.chains.lazy.filter { chain in
                foreign.contains(chain.name) || live[chain.name].map { !$0.becomesInPlace(chain) } == true
            }.map(\.name))
        // What is deleted and made again has no references in between: then every rule and element is written again.
        let writesAll = !displaced.isEmpty || !rebuilt.isEmpty
        for chain in new.chains where writesAll || live[chain.name] != chain {
            if live[chain.name] != nil || foreign.contains(chain.name) { flushedChains.append(chain.name) }
            writtenChains.append(chain)
        }
        let gone = (old.chains.map(\.name) + foreign.sorted()).filter { !wanted.contains($0) }
        flushedChains += gone
        deletedChains = gone + new.chains.map(\.name).filter(rebuilt.contains)

        let oldMaps = Self.byName(old.maps, \.name)
        let newMaps = Self.byName(new.maps, \.name)
        let displacedMaps = Set(displaced.map(\.name))
        for map in old.maps where !map.elements.isEmpty {
            let isKept = newMaps[map.name] == map && !displacedMaps.contains(map.name)
            if !isKept || writesAll { flushedMaps.append(map.name) }
        }
        flushedMaps += foreignNames("map").sorted()
        for map in new.maps where !map.elements.isEmpty && (writesAll || oldMaps[map.name] != map) {
            filledMaps.append(map)
        }
    }

    private func foreignNames(_ kind: String) -> Set<String> {
        Set(old.foreign.lazy.filter { $0.kind == kind }.map(\.name))
    }

    private static func byName<Item>(_ items: [Item], _ name: KeyPath<Item, String>) -> [String: Item] {
        Dictionary(items.map { ($0[keyPath: name], $0) }, uniquingKeysWith: { first, _ in first })
    }
}

extension NamedSet {
    /// Whether a live set becomes another one by changing its elements.
    fileprivate func becomesInPlace(_ other: NamedSet) -> Bool {
        guard kind == other.kind, comment == other.comment else { return false }
        return hasDeclaredElements || content == other.content
    }
}

extension Chain {
    /// Whether a live chain becomes another one by changing its rules and policy.
    fileprivate func becomesInPlace(_ other: Chain) -> Bool {
        hook?.point == other.hook?.point && hook?.priority == other.hook?.priority
    }
}
