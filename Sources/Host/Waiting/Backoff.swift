/// How long to wait before a receiver is tried again: 1 s, then twice as long each time up to 60 s, each time less by up to a half at
/// random, so that a thousand hosts do not come back to one receiver in the same moment.
public struct Backoff: Hashable, Sendable {
    private static let first: Int64 = 1_000
    private static let longest: Int64 = 60_000
    private var ceiling = Backoff.first

    /// Begins anew.
    public init() {}

    /// The next wait in milliseconds.
    public mutating func next(_ random: inout some RandomNumberGenerator) -> Int64 {
        let wait = Int64.random(in: (ceiling / 2)...ceiling, using: &random)
        ceiling = min(ceiling * 2, Self.longest)
        return wait
    }
}
