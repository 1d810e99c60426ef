import Nftables

/// Which sets rules fill while they run, and which of those rules ask: what such a set holds now is no part of the meaning, and
/// it may change within one packet's way.
struct SetUse {
    private struct Key: Hashable {
        let family: LiveFamily
        let table: String
        let set: String
    }

    private var filled: Set<Key> = []
    private var asked: Set<Key> = []
    private let isRuntime: (LiveTable, LiveSet) -> Bool

    /// Looks through a ruleset; `isRuntime` tells of more sets whose elements are no part of the meaning.
    init(_ ruleset: LiveRuleset, isRuntime: @escaping (LiveTable, LiveSet) -> Bool) {
        self.isRuntime = isRuntime
        for table in ruleset.tables {
            for expression in table.chains.lazy.flatMap(\.rules).flatMap(\.expressions) {
                switch expression {
                case .dynamicSet(let set, _, _, _, _, _, _):
                    filled.insert(Key(family: table.family, table: table.name, set: set))
                case .lookup(let set, _, _, _), .objectOf(let set, _):
                    asked.insert(Key(family: table.family, table: table.name, set: set))
                default: continue
                }
            }
        }
    }

    /// Whether what a set holds now is no part of the meaning.
    func isRuntime(_ set: LiveSet, in table: LiveTable) -> Bool {
        set.flags.contains(.dynamic) || isRuntime(table, set)
            || filled.contains(Key(family: table.family, table: table.name, set: set.name))
    }

    /// Whether rules ask a set that others fill.
    func isAsked(_ set: String, in table: LiveTable) -> Bool {
        asked.contains(Key(family: table.family, table: table.name, set: set))
    }
}
