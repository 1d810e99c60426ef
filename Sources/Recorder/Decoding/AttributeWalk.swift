/// An attribute of a message, by its place.
struct NetlinkAttribute {
    /// The type, without the marks for nesting and byte order.
    let type: UInt16
    let value: ByteRange
}

/// A walk over attributes, those of a message or those inside another one.
struct AttributeWalk {
    private var place: Int
    private let end: Int
    /// Whether the walk ended at a length that cannot be.
    private(set) var isMalformed = false

    init(over range: ByteRange) { (place, end) = (range.start, range.end) }

    /// Returns the next attribute; nil at the end, and where no attribute can be.
    mutating func next(in bytes: RawSpan) -> NetlinkAttribute? {
        guard place < end else { return nil }
        guard end <= bytes.byteCount, end - place >= 4 else { return stop() }
        let length = Int(bytes.native16(at: place))
        guard length >= 4, length <= end - place else { return stop() }
        let attribute = NetlinkAttribute(
            type: bytes.native16(at: place + 2) & 0x3fff, value: ByteRange(start: place + 4, count: length - 4))
        place = min(place + ((length + 3) & ~3), end)
        return attribute
    }

    private mutating func stop() -> NetlinkAttribute? {
        isMalformed = true
        place = end
        return nil
    }
}
