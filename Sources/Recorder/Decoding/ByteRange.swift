/// A part of some bytes, told by its place: it says nothing about which bytes, and keeps none.
public struct ByteRange: Hashable, Sendable {
    /// Bytes before it.
    public let start: Int
    /// Bytes in it.
    public let count: Int

    /// Creates a range; a negative count is none.
    public init(start: Int, count: Int) {
        self.start = start
        self.count = max(count, 0)
    }

    /// The range of nothing.
    public static let empty = ByteRange(start: 0, count: 0)

    /// The place behind it.
    public var end: Int { start + count }
}
