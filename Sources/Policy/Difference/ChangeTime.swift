/// When a change holds, in words and in moments.
public struct ChangeTime: Hashable, Sendable {
    /// In words: `always`, `mon-fri 18:00-20:00 Europe/Berlin`, `from 2027-04-01T00:00Z on`.
    public let words: String
    /// Whether it holds at every moment from now on.
    public let isAlways: Bool
    /// The window of the new or of the old policy that the moments are those of, when there is one.
    public let window: Name?
    /// The first moment.
    public let from: Instant
    /// The moment at which it ends for good, when it does before or behind the horizon.
    public let until: Instant?
    /// The first moments at which it begins to hold, at most three.
    public let examples: [Instant]
}
