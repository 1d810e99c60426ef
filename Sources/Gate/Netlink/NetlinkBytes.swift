/// A walk over received netlink bytes that copies nothing, for dumps of millions of elements. Lengths are checked as in
/// ``NetlinkReply``; the bytes must outlive the walk.
struct NetlinkBytes {
    private var rest: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

    /// One message.
    struct Message {
        let type: UInt16
        let flags: UInt16
        let sequence: UInt32
        let payload: UnsafeRawBufferPointer
    }

    /// Returns the next message, or nil at the end.
    mutating func nextMessage() throws(NetlinkReply.Malformed) -> Message? {
        if rest.isEmpty { return nil }
        guard rest.count >= 16 else { throw .length }
        let length = Int(rest.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
        guard length >= 16, length <= rest.count else { throw .length }
        let message = Message(
            type: rest.loadUnaligned(fromByteOffset: 4, as: UInt16.self),
            flags: rest.loadUnaligned(fromByteOffset: 6, as: UInt16.self),
            sequence: rest.loadUnaligned(fromByteOffset: 8, as: UInt32.self),
            payload: UnsafeRawBufferPointer(rebasing: rest[16..<length]))
        skip(length)
        return message
    }

    /// Returns the next attribute, its type without the flags for nesting and byte order, or nil at the end.
    mutating func nextAttribute() throws(NetlinkReply.Malformed) -> (type: UInt16, payload: UnsafeRawBufferPointer)? {
        if rest.isEmpty { return nil }
        guard rest.count >= 4 else { throw .length }
        let length = Int(rest.loadUnaligned(fromByteOffset: 0, as: UInt16.self))
        guard length >= 4, length <= rest.count else { throw .length }
        let type = rest.loadUnaligned(fromByteOffset: 2, as: UInt16.self) & 0x3fff
        let payload = UnsafeRawBufferPointer(rebasing: rest[4..<length])
        skip(length)
        return (type, payload)
    }

    private mutating func skip(_ length: Int) {
        let padded = min((length + 3) & ~3, rest.count)
        rest = UnsafeRawBufferPointer(rebasing: rest[padded...])
    }
}
