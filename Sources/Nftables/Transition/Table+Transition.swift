extension Table {
    /// Plans the change of a live table into this one, in an order that loses no packet: first what is new is filled, then
    /// the rules are switched, then what is stale is deleted.
    ///
    /// What is the same is not touched: sets of the same name and content, counters with their values, the elements that the
    /// kernel put into dynamic sets. A change that stopped between two batches is taken up from what is live then.
    ///
    /// - Parameters:
    ///   - live: The table as read from the kernel; nil when there is none.
    ///   - byElements: Whether sets that change apart from the rules do so by a batch of elements; else all is text.
    /// - Returns: The batches in order; none when the live table is this one.
    /// - Throws: ``TableError`` when this table cannot be rendered, or either one is not portgate's.
    public func transition(from live: Table?, byElements: Bool = false) throws(TableError) -> [Batch] {
        let gate = "portgate"
        guard name == gate else { throw .notPortgate(name) }
        if let live, live.name != gate { throw .notPortgate(live.name) }
        try validate()
        if let live {
            if live == self { return [] }
            if live.comment != comment || !live.isChangeableInPlace {
                return [try replacement()]
            }
        }
        let difference = TableDifference(from: live ?? Table(name: gate), to: self, byElements: byElements)
        var batches: [Batch] = []
        if live == nil || difference.hasNewObjects { batches.append(difference.fill(createsTable: live == nil)) }
        if !difference.elementChanges.isEmpty { batches.append(difference.elements()) }
        if difference.changesRules { batches.append(difference.switchOver()) }
        if difference.hasStaleObjects { batches.append(difference.clean()) }
        return batches
    }

    private func replacement() throws(TableError) -> Batch {
        let commands = Array("add table inet portgate\ndelete table inet portgate\n".utf8)
        return Batch(
            step: .replace, summary: "replace the whole table, which a foreign hand has changed beyond repair in place",
            text: commands + (try rendered()))
    }

    /// Whether every object of the live table can be named in a command.
    private var isChangeableInPlace: Bool {
        let setNames = sets.map(\.name) + maps.map(\.name) + foreignNames(["set", "map"])
        let known: Set<String> = ["set", "map", "counter", "chain"]
        return foreign.allSatisfy { known.contains($0.kind) }
            && Self.areNameable(setNames)
            && Self.areNameable(counters.map(\.name) + foreignNames(["counter"]))
            && Self.areNameable(chains.map(\.name) + foreignNames(["chain"]))
    }

    private func foreignNames(_ kinds: Set<String>) -> [String] {
        foreign.filter { kinds.contains($0.kind) }.map(\.name)
    }

    private static func areNameable(_ names: [String]) -> Bool {
        names.allSatisfy(TextBounds.isObjectName) && Set(names).count == names.count
    }
}
