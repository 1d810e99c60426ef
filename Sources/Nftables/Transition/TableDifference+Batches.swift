extension TableDifference {
    /// The first batch: what nothing refers to yet.
    func fill(createsTable: Bool) -> Batch {
        var writer = TextWriter(reserving: newSets.reduce(1024) { $0 + $1.estimatedSize })
        writeBlock(counters: newCounters, sets: newSets, maps: newMaps, chains: [], to: &writer)
        let table = createsTable ? ["the table"] : []
        let parts =
            table
            + [
                count(newSets.count, "set", elements: newSets.reduce(0) { $0 + $1.elementCount }),
                count(newMaps.count, "map"), count(newCounters.count, "counter"),
            ].compactMap(\.self)
        return Batch(step: .fill, summary: "add " + parts.joined(separator: ", "), text: writer.bytes)
    }

    /// The batch between: the rules that are there judge by the new sets.
    func elements() -> Batch {
        let counts = elementChanges.map(\.counts)
        let (gone, fresh) = (counts.reduce(0) { $0 + $1.removed }, counts.reduce(0) { $0 + $1.added })
        let sets = count(elementChanges.count, "set") ?? "no set"
        return Batch(
            step: .elements, summary: "in \(sets) remove \(gone) and add \(fresh) elements", text: [],
            elements: elementChanges)
    }

    /// The second batch: from here on the new rules judge.
    func switchOver() -> Batch {
        var writer = TextWriter(reserving: refilledSets.reduce(4096) { $0 + $1.estimatedSize })
        if wakesTable { writer.write("add table inet portgate\n") }
        for name in flushedChains { command("flush chain", name, to: &writer) }
        for name in flushedMaps { command("flush map", name, to: &writer) }
        for name in deletedChains { command("delete chain", name, to: &writer) }
        for object in displaced { command("delete " + object.kind, object.name, to: &writer) }
        if !writtenChains.isEmpty || !displaced.isEmpty {
            writeBlock(
                counters: recreatedCounters, sets: recreatedSets, maps: recreatedMaps, chains: writtenChains,
                to: &writer)
        }
        for set in refilledSets {
            command("flush set", set.name, to: &writer)
            writer.elementCommand(set)
        }
        for map in filledMaps { writer.elementCommand(map) }
        let parts = [
            count(writtenChains.count, "chain").map { "write " + $0 },
            count(deletedChains.count, "chain").map { "delete " + $0 },
            count(refilledSets.count, "set", elements: refilledSets.reduce(0) { $0 + $1.elementCount })
                .map { "refill " + $0 },
            count(filledMaps.count, "map").map { "fill " + $0 },
            count(displaced.count, "object").map { "remake " + $0 },
            wakesTable ? "wake the table" : nil,
        ].compactMap(\.self)
        return Batch(step: .switchOver, summary: parts.joined(separator: ", "), text: writer.bytes)
    }

    /// The third batch: what nothing refers to any more.
    func clean() -> Batch {
        var writer = TextWriter(reserving: stale.count * 96)
        for object in stale { command("delete " + object.kind, object.name, to: &writer) }
        let parts = ["set", "map", "counter"].compactMap { kind in
            count(stale.count { $0.kind == kind }, kind)
        }
        return Batch(step: .clean, summary: "delete stale " + parts.joined(separator: ", "), text: writer.bytes)
    }

    private func command(_ words: String, _ name: String, to writer: inout TextWriter) {
        writer.write(words)
        writer.write(" inet portgate ")
        writer.write(name)
        writer.newline()
    }

    private func writeBlock(
        counters: [NamedCounter], sets: [NamedSet], maps: [VerdictMap], chains: [Chain], to writer: inout TextWriter
    ) {
        writer.write("table inet portgate {\n")
        for counter in counters { writer.counter(counter) }
        for set in sets { writer.set(set) }
        for map in maps { writer.map(map, withElements: false) }
        for chain in chains { writer.chain(chain) }
        writer.write("}\n")
    }

    private func count(_ number: Int, _ noun: String, elements: Int? = nil) -> String? {
        guard number > 0 else { return nil }
        let counted = "\(number) \(noun)\(number == 1 ? "" : "s")"
        return elements.map { counted + " with \($0) element\($0 == 1 ? "" : "s")" } ?? counted
    }
}

extension NamedSet {
    /// How many elements are written.
    fileprivate var elementCount: Int { content.elementCount }
}

extension TextWriter {
    /// Writes the command that adds a set's elements; none when it has none.
    fileprivate mutating func elementCommand(_ set: NamedSet) {
        guard set.elementCount > 0 else { return }
        openCommand(set.name)
        switch set.content {
        case .ipv4(let ranges): elements(ranges)
        case .ipv6(let ranges): elements(ranges)
        case .time(let ranges): elements(ranges)
        case .dynamic, .timed, .cgroups, .connections, .timedProtocols: break
        }
        write(" }\n")
    }

    /// Writes the command that adds a map's elements.
    fileprivate mutating func elementCommand(_ map: VerdictMap) {
        openCommand(map.name)
        elements(map.elements)
        write(" }\n")
    }

    private mutating func openCommand(_ name: String) {
        write("add element inet portgate ")
        write(name)
        write(" { ")
    }
}
