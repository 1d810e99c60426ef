import Nftables

/// How a transition is put in force and read back at a cost that grows with what changes.
///
/// The generation of the ruleset moves by one with every transaction of anybody, and with nothing else. So a table that was
/// read whole at one generation is known at the next when the one transaction between was ours and its effect was seen: what
/// it changed is read again, what it did not touch needs not be.
extension KernelDoor {
    /// Puts one batch in force, when the ruleset is at a generation. Elements are changed only then; text is loaded all the
    /// same, as libnftables cannot tell the kernel a generation.
    func put(_ batch: Batch, expecting generation: UInt32) throws(GateFailure) {
        guard !batch.elements.isEmpty else { return try load(batch.text) }
        try change(batch.elements.compactMap { SetChange($0) }, generation)
    }

    /// The generation that follows another: the kernel leaves 0 out.
    static func generation(after other: UInt32) -> UInt32 { other == .max ? 1 : other + 1 }

    /// Looks again, when nothing moved since an earlier look without reading anything.
    func look(after known: LiveLook) throws(GateFailure) -> LiveLook {
        try generation() == known.generation ? known : look(expecting: known.table)
    }

    /// Looks at what is live after batches that led from an earlier look to a target. `generation` is the one that the last
    /// of them made, each having moved it by one; nil when another hand moved it too. Then, or when the batches made a table
    /// anew, everything is read.
    func look(
        after batches: [Batch], from known: LiveLook, to target: Table?, at generation: UInt32?
    ) throws(GateFailure) -> LiveLook {
        guard let generation, let before = known.table, let target, !batches.contains(where: { $0.step == .replace }),
            let table = try reread(batches, from: before, to: target), try self.generation() == generation
        else { return try look(expecting: target) }
        return LiveLook(table: table, generation: generation)
    }

    /// Reads the rules, the elements that were changed, and the sets that were filled; nil when that does not suffice.
    private func reread(_ batches: [Batch], from before: Table, to target: Table) throws(GateFailure) -> Table? {
        // Texts of others can make a listing without elements doubtful: then the table alone is listed, whole.
        guard var table = try? rules() else { return nil }
        let old = Dictionary(before.sets.map { ($0.name, $0.content) }, uniquingKeysWith: { first, _ in first })
        let new = Dictionary(target.sets.map { ($0.name, $0.content) }, uniquingKeysWith: { first, _ in first })
        let changes = Dictionary(
            batches.flatMap(\.elements).map { ($0.set, $0) }, uniquingKeysWith: { _, last in last })
        for index in table.sets.indices where table.sets[index].hasDeclaredElements {
            let name = table.sets[index].name
            guard let handle = SetHandle(name, table.sets[index].content) else { return nil }
            if let change = changes[name], let content = new[name] {
                guard try isMade(change, in: handle) else { return nil }
                table.sets[index].content = content
            } else if let content = old[name], content == new[name], SetHandle(name, content) == handle {
                table.sets[index].content = content
            } else {
                guard let content = try content(of: handle, like: table.sets[index].content, expecting: new[name])
                else { return nil }
                table.sets[index].content = content
            }
        }
        return table
    }

    /// Whether what came is there, and what went is not.
    private func isMade(_ change: ElementChange, in set: SetHandle) throws(GateFailure) -> Bool {
        let came = try held(set, SetElement.all(change.added))
        let stayed = try held(set, SetElement.all(change.removed))
        return came.allSatisfy(\.self) && !stayed.contains(true)
    }
}
