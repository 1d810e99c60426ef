/// Numbers that hashes are keyed with; random in a daemon, fixed in a test.
public struct HashSeed: Hashable, Sendable {
    let first: UInt64
    let second: UInt64

    /// Takes numbers.
    public init(_ first: UInt64, _ second: UInt64) {
        self.first = first
        self.second = second
    }

    /// Draws numbers.
    public init(from generator: inout some RandomNumberGenerator) {
        self.init(generator.next(), generator.next())
    }
}
