/// A message of a netlink datagram, by its place in it (netlink(7)).
struct NetlinkMessage {
    let type: UInt16
    let flags: UInt16
    let sequence: UInt32
    /// What follows the header.
    let body: ByteRange
}

/// A walk over the messages of a datagram. It keeps places and no bytes, so that it can be kept itself.
struct NetlinkWalk {
    private var place: Int
    private let end: Int
    /// Whether the walk ended at a length that cannot be.
    private(set) var isMalformed = false

    init(over range: ByteRange) { (place, end) = (range.start, range.end) }

    /// Returns the next message; nil at the end, and where no message can be.
    mutating func next(in bytes: RawSpan) -> NetlinkMessage? {
        guard place < end else { return nil }
        guard end <= bytes.byteCount, end - place >= 16 else { return stop() }
        let length = Int(bytes.native32(at: place))
        guard length >= 16, length <= end - place else { return stop() }
        let message = NetlinkMessage(
            type: bytes.native16(at: place + 4), flags: bytes.native16(at: place + 6),
            sequence: bytes.native32(at: place + 8), body: ByteRange(start: place + 16, count: length - 16))
        // The last one needs no padding behind it.
        place = min(place + ((length + 3) & ~3), end)
        return message
    }

    private mutating func stop() -> NetlinkMessage? {
        isMalformed = true
        place = end
        return nil
    }
}
