extension Table: Hashable {
    /// Tells whether two tables hold the same objects, in whatever order the kernel or the compiler lists them.
    public static func == (left: Table, right: Table) -> Bool {
        left.name == right.name && left.comment == right.comment && left.isDormant == right.isDormant
            && haveSameItems(left.counters, right.counters, by: \.name)
            && haveSameItems(left.chains, right.chains, by: \.name)
            && haveSameItems(left.maps, right.maps, by: \.name)
            && haveSameItems(left.sets, right.sets, by: \.name)
            && haveSameItems(left.foreign, right.foreign, by: \.text)
    }

    /// Hashes what does not depend on the order of objects.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(comment)
        hasher.combine(isDormant)
        hasher.combine(counters.count)
        hasher.combine(sets.count)
        hasher.combine(maps.count)
        hasher.combine(chains.count)
        hasher.combine(foreign.count)
    }

    private static func haveSameItems<Item: Equatable>(
        _ left: [Item], _ right: [Item], by name: KeyPath<Item, String>
    ) -> Bool {
        if left == right { return true }
        guard left.count == right.count else { return false }
        return left.sorted { $0[keyPath: name] < $1[keyPath: name] }
            == right.sorted { $0[keyPath: name] < $1[keyPath: name] }
    }
}
