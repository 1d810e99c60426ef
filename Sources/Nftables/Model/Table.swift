/// A whole table of family `inet`, as a value. The order of rules in a chain means something; the order of chains, sets,
/// maps and counters does not, and equality ignores it.
public struct Table: Sendable {
    /// The name; `portgate` for the gate.
    public var name: String
    /// The comment, which cannot be changed in place; the gate's table has none. At most 128 bytes of the comment alphabet.
    public var comment: String?
    /// Whether the table is dormant: registered, and judging nothing. Only a foreign hand sets it.
    public var isDormant: Bool = false
    /// Named counters.
    public var counters: [NamedCounter]
    /// Named sets.
    public var sets: [NamedSet]
    /// Named verdict maps.
    public var maps: [VerdictMap]
    /// Chains.
    public var chains: [Chain]
    /// What a listing showed beyond the subset that portgate renders. Only a foreign hand puts it there; a table that has
    /// any never equals a rendered one.
    public var foreign: [ForeignObject] = []

    /// Creates a table.
    public init(
        name: String, comment: String? = nil, counters: [NamedCounter] = [], sets: [NamedSet] = [],
        maps: [VerdictMap] = [], chains: [Chain] = []
    ) {
        self.name = name
        self.comment = comment
        self.counters = counters
        self.sets = sets
        self.maps = maps
        self.chains = chains
    }
}
