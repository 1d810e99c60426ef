/// A closed interval of 32-bit numbers in host order.
public struct Range32: Hashable, Sendable {
    /// The least member.
    public var first: UInt32
    /// The greatest member.
    public var last: UInt32

    /// Creates an interval.
    public init(_ first: UInt32, _ last: UInt32) {
        self.first = first
        self.last = last
    }
}

/// A closed interval of 128-bit numbers in host order.
public struct Range128: Hashable, Sendable {
    /// The least member.
    public var first: UInt128
    /// The greatest member.
    public var last: UInt128

    /// Creates an interval.
    public init(_ first: UInt128, _ last: UInt128) {
        self.first = first
        self.last = last
    }
}

/// A closed interval of whole seconds since the epoch, in UTC.
///
/// The kernel compares nanoseconds: a listed `last` of T covers up to and including the instant T.000000000, so a window
/// that closes at T is written with `last` T and is open one nanosecond too long, never a second too short.
public struct RangeTime: Hashable, Sendable {
    /// The first second.
    public var first: Int64
    /// The last second.
    public var last: Int64

    /// Creates an interval.
    public init(_ first: Int64, _ last: Int64) {
        self.first = first
        self.last = last
    }
}
