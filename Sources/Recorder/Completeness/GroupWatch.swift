/// What is known of a group.
struct GroupWatch {
    /// More groups than a gate has; of others no numbers are kept.
    static let most = 64

    let group: UInt16
    var sequence = SequenceWatch()
    /// The last heartbeat, on the clock that nobody sets.
    var heartbeat = Int64.min

    init(_ group: UInt16) { self.group = group }
}
