/// What a rule's counter says, to be compared with the records of its prefix.
///
/// The counter must count what the rule logs and nothing else: one that stands in the same rule as the `log` statement, or
/// `pg_n_PORT` for `pg1 deny PORT `.
public struct RuleCount: Hashable, Sendable {
    /// The prefix, with its last space.
    public let prefix: String
    /// Packets since the counter was made.
    public let packets: UInt64

    /// Takes a counter.
    public init(prefix: String, packets: UInt64) {
        self.prefix = prefix
        self.packets = packets
    }
}
