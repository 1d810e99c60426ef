/// An element of a named set: a closed interval of the set's values, or a single one, as numbers.
public struct SetElement: Hashable, Sendable {
    /// The least value. A `meta time` is in nanoseconds since the epoch.
    public var first: UInt128
    /// The greatest value; the same as the least for a single one.
    public var last: UInt128
    /// After how many milliseconds the kernel removes it; nil when it stays, or takes the set's own timeout.
    public var timeoutMilliseconds: UInt64?
    /// How many of them are left, as a dump says; nil for an element that stays. Not sent.
    public var remainingMilliseconds: UInt64?

    /// Creates an element of an interval.
    public init(
        _ first: UInt128, _ last: UInt128, timeoutMilliseconds: UInt64? = nil, remainingMilliseconds: UInt64? = nil
    ) {
        self.first = first
        self.last = last
        self.timeoutMilliseconds = timeoutMilliseconds
        self.remainingMilliseconds = remainingMilliseconds
    }

    /// Creates an element of a single value.
    public init(_ value: some FixedWidthInteger & UnsignedInteger, timeoutMilliseconds: UInt64? = nil) {
        self.init(UInt128(value), UInt128(value), timeoutMilliseconds: timeoutMilliseconds)
    }
}

/// A named set of table `inet portgate`, with what must be known of it to read or write its elements.
public struct SetHandle: Hashable, Sendable {
    /// What a set's values are, and how they travel.
    public enum Key: String, Hashable, Sendable, CaseIterable {
        /// `type ipv4_addr`: the address in host order.
        case ipv4
        /// `type ipv6_addr`.
        case ipv6
        /// `typeof meta time`, in nanoseconds.
        case time
        /// `type cgroupsv2`: the number of a control group.
        case controlGroup
        /// `type nf_proto`: 2 is IPv4, 10 is IPv6.
        case family

        /// Bytes of a value.
        var size: Int {
            switch self {
            case .ipv4: 4
            case .ipv6: 16
            case .time, .controlGroup: 8
            case .family: 1
            }
        }

        /// The greatest value.
        var greatest: UInt128 { size == 16 ? .max : (1 << UInt128(size * 8)) - 1 }
    }

    /// The name.
    public let name: String
    /// What it holds.
    public let key: Key
    /// Whether it was made with `flags interval`. Without, every element is a single value.
    public let isInterval: Bool

    /// Names a set.
    public init(_ name: String, key: Key, isInterval: Bool) {
        self.name = name
        self.key = key
        self.isInterval = isInterval
    }

    /// Whether values travel in network byte order. The kernel compares an interval's bytes from the left, so all of those
    /// do; a single time or control group travels as the host writes it.
    var isBigEndian: Bool { isInterval || key == .ipv4 || key == .ipv6 }
}

/// The elements of a set at one moment.
public struct SetListing: Hashable, Sendable {
    /// The elements in order.
    public let elements: [SetElement]
    /// The generation of the whole ruleset at which they were read.
    public let generation: UInt32

    /// Creates a listing.
    public init(elements: [SetElement], generation: UInt32) {
        self.elements = elements
        self.generation = generation
    }
}
