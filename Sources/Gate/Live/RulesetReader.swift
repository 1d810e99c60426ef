import Host
public import Nftables

/// Reads what this kernel runs, all tables of all families in the network namespace of the calling thread, by netlink.
public struct RulesetReader: Sendable {
    /// Whether the elements of a set are wanted. A set of which they are not says so in its `unreadElements`.
    public typealias Filter = (_ family: LiveFamily, _ table: String, _ set: LiveSet) -> Bool

    /// What is said of a set whose elements were not wanted.
    public static let notWanted = "not asked for"

    /// How long others may keep changing the rules before the reading is given up.
    private let patience: Duration

    /// Creates a reader that tries for so long to read a ruleset that nobody changes meanwhile.
    public init(patience: Duration = .seconds(10)) { self.patience = patience }

    /// Reads the ruleset.
    ///
    /// - Throws: PG405 when the rules changed during each reading, PG404 when the kernel refuses it.
    public func read(elementsOf wanted: Filter = { _, _, _ in true }) throws(GateFailure) -> LiveRuleset {
        let end = BootClock.moment(after: patience)
        var tries = 0
        repeat {
            tries += 1
            do throws(NetlinkSocket.Failure) {
                if let ruleset = try readOnce(wanted) { return ruleset }
            } catch {
                // Something changed on the way.
                if error != .interrupted { throw .kernelUnreadable(error.words) }
            }
        } while BootClock.nanoseconds < end
        throw .kernelUnsteady(tries: tries)
    }

    /// Reads once; nil when the generation moved meanwhile.
    private func readOnce(_ wanted: Filter) throws(NetlinkSocket.Failure) -> LiveRuleset? {
        var query = try RulesetDump()
        let generation = try query.generation()
        for kind in RulesetDump.Kind.allCases { try query.take(kind) }
        for table in query.decoder.ruleset.tables {
            for set in table.sets {
                guard wanted(table.family, table.name, set) else {
                    query.leave(set, of: table, because: Self.notWanted)
                    continue
                }
                try query.takeElements(of: set, in: table)
            }
        }
        guard try query.generation() == generation else { return nil }
        return query.finished(at: generation)
    }
}
