/// A walk over received netlink bytes that copies nothing, for dumps of millions of elements. Every length is checked: what
/// does not fit ends the walk with an error. The bytes must outlive it.
@safe
package struct NetlinkBytes {
    /// Why bytes are no netlink message.
    package enum Malformed: Error, Hashable {
        /// A length reaches past the end, or is shorter than its own header.
        case length
    }

    private var rest: UnsafeRawBufferPointer

    /// Creates a walk over bytes that outlive it.
    package init(_ bytes: UnsafeRawBufferPointer) { unsafe rest = bytes }

    /// One message.
    @safe
    package struct Message {
        /// The message type.
        package let type: UInt16
        /// The flags of the header.
        package let flags: UInt16
        /// The sequence number of the request that it answers.
        package let sequence: UInt32
        /// What follows the header.
        package let payload: UnsafeRawBufferPointer
    }

    /// Returns the next message, or nil at the end.
    package mutating func nextMessage() throws(Malformed) -> Message? {
        if unsafe rest.isEmpty { return nil }
        guard unsafe rest.count >= 16 else { throw .length }
        let length = unsafe Int(rest.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
        guard length >= 16, unsafe length <= rest.count else { throw .length }
        let message = unsafe Message(
            type: rest.loadUnaligned(fromByteOffset: 4, as: UInt16.self),
            flags: rest.loadUnaligned(fromByteOffset: 6, as: UInt16.self),
            sequence: rest.loadUnaligned(fromByteOffset: 8, as: UInt32.self),
            payload: UnsafeRawBufferPointer(rebasing: rest[16..<length]))
        skip(length)
        return message
    }

    /// Returns the next attribute, its type without the flags for nesting and byte order, or nil at the end.
    package mutating func nextAttribute() throws(Malformed) -> (type: UInt16, payload: UnsafeRawBufferPointer)? {
        guard let (type, value) = try next() else { return nil }
        return unsafe (type, value.rest)
    }

    /// Returns the next attribute as ``nextAttribute()`` does, its payload as checked bytes.
    package mutating func next() throws(Malformed) -> (type: UInt16, value: NetlinkBytes)? {
        if unsafe rest.isEmpty { return nil }
        guard unsafe rest.count >= 4 else { throw .length }
        let length = unsafe Int(rest.loadUnaligned(fromByteOffset: 0, as: UInt16.self))
        guard length >= 4, unsafe length <= rest.count else { throw .length }
        let type = unsafe rest.loadUnaligned(fromByteOffset: 2, as: UInt16.self) & 0x3fff
        let value = unsafe NetlinkBytes(UnsafeRawBufferPointer(rebasing: rest[4..<length]))
        skip(length)
        return (type, value)
    }

    private mutating func skip(_ length: Int) {
        let padded = unsafe min((length + 3) & ~3, rest.count)
        unsafe rest = UnsafeRawBufferPointer(rebasing: rest[padded...])
    }

    /// How many bytes there are.
    var count: Int { unsafe rest.count }

    /// The bytes, copied.
    var copied: [UInt8] { unsafe Array(rest) }

    /// Appends the bytes to an array.
    func append(to array: inout [UInt8]) { unsafe array.append(contentsOf: rest) }

    /// Returns the bytes without the first ones; nil when there are not so many.
    func dropping(_ count: Int) -> NetlinkBytes? {
        guard unsafe count <= rest.count else { return nil }
        return unsafe NetlinkBytes(UnsafeRawBufferPointer(rebasing: rest[count...]))
    }

    /// Returns the first bytes; nil when there are not so many.
    func first(_ count: Int) -> NetlinkBytes? {
        guard unsafe count <= rest.count else { return nil }
        return unsafe NetlinkBytes(UnsafeRawBufferPointer(rebasing: rest[..<count]))
    }

    /// Returns a byte; nil past the end.
    subscript(index: Int) -> UInt8? {
        guard index >= 0, unsafe index < rest.count else { return nil }
        return unsafe rest[index]
    }

    /// Reads a number in network byte order that fills the bytes.
    func number<Number: FixedWidthInteger & BitwiseCopyable>(_ type: Number.Type) throws(Malformed) -> Number {
        guard unsafe rest.count == MemoryLayout<Number>.size else { throw .length }
        return unsafe Number(bigEndian: rest.loadUnaligned(as: Number.self))
    }

    /// Whether these are the bytes of a text, which may end with a zero byte.
    func isText(_ text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        guard unsafe rest.count == length || (rest.count == length + 1 && rest[length] == 0) else { return false }
        for index in 0..<length where unsafe rest[index] != text.utf8Start[index] { return false }
        return true
    }

    /// Text up to its zero byte; bytes that are not UTF-8 are replaced.
    var text: String { unsafe String(decoding: rest.prefix { $0 != 0 }, as: UTF8.self) }

    /// Text up to its zero byte as a name: different bytes never make equal names. What is not ASCII is told in hexadecimal
    /// behind a mark, as two texts that Unicode takes for the same are two names to the kernel.
    var name: String { unsafe NetlinkName.text(of: rest.prefix { $0 != 0 }) }
}

/// Names as the kernel has them, bytes without a zero, as text, and back.
package enum NetlinkName {
    /// What a name that is not ASCII begins with.
    private static let mark: Character = "\u{fffd}"

    /// Returns the text of a name.
    static func text(of bytes: some Collection<UInt8>) -> String {
        if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
        let digits = Array("0123456789abcdef".utf8)
        var text = Array(String(mark).utf8)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Returns the bytes of a name that was read.
    package static func bytes(of text: String) -> [UInt8] {
        guard text.first == mark else { return Array(text.utf8) }
        let digits = text.utf8.dropFirst(3).map { $0 <= UInt8(ascii: "9") ? $0 &- UInt8(ascii: "0") : $0 &- 87 }
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
