/// A rate limit.
public struct Limit: Hashable, Sendable {
    /// Whether it matches what is above the rate instead of what is below.
    public var over: Bool
    /// Events per unit.
    public var count: UInt32
    /// `second`, `minute`, `hour`, `day`.
    public var unit: String
    /// Packets admitted at once.
    public var burst: UInt32

    /// Creates a limit.
    public init(over: Bool, count: UInt32, unit: String, burst: UInt32) {
        self.over = over
        self.count = count
        self.unit = unit
        self.burst = burst
    }
}

extension Limit {
    /// The burst that nft means, and lists, when none is written.
    static let defaultBurst: UInt32 = 5

    /// The seconds of a unit that nft knows.
    static func seconds(of unit: String) -> UInt64? {
        switch unit {
        case "second": 1
        case "minute": 60
        case "hour": 3600
        case "day": 86400
        case "week": 604_800
        default: nil
        }
    }
}
