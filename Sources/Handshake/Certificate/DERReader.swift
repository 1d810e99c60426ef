/// A walk over elements in the distinguished encoding (X.690, section 10): definite lengths, each in its shortest form, and
/// tags of one byte. What is not so is nil.
struct DERReader {
    /// The tags that certificates are made of.
    enum Tag {
        static let boolean: UInt8 = 0x01
        static let integer: UInt8 = 0x02
        static let octetString: UInt8 = 0x04
        static let objectIdentifier: UInt8 = 0x06
        static let sequence: UInt8 = 0x30
        static let set: UInt8 = 0x31
    }

    /// One element.
    struct Element {
        let tag: UInt8
        let contents: ByteReader
        /// The whole element with its tag and length.
        let encoded: ArraySlice<UInt8>
    }

    private var bytes: ByteReader

    /// Walks over the elements in these bytes.
    init(_ bytes: ByteReader) { self.bytes = bytes }

    var isAtEnd: Bool { bytes.isAtEnd }

    /// Returns the next element; nil at the end as well.
    mutating func next() -> Element? {
        let whole = bytes
        guard let tag = bytes.number8(), tag & 0x1f != 0x1f, let first = bytes.number8() else { return nil }
        var length = Int(first)
        if first >= 0x80 {
            guard (0x81...0x83).contains(first) else { return nil }
            length = 0
            for _ in 0..<(first & 0x7f) {
                guard let byte = bytes.number8() else { return nil }
                length = length << 8 | Int(byte)
            }
            guard length >= (first == 0x81 ? 0x80 : first == 0x82 ? 0x100 : 0x10000) else { return nil }
        }
        guard let contents = bytes.take(length) else { return nil }
        return Element(tag: tag, contents: contents, encoded: whole.rest[..<bytes.position])
    }

    /// Returns the contents of the next element, which must have this tag.
    mutating func next(_ tag: UInt8) -> ByteReader? {
        guard let element = next(), element.tag == tag else { return nil }
        return element.contents
    }

    /// Returns the contents of the next element if it has this tag, and otherwise stays where it is.
    mutating func nextIfAny(_ tag: UInt8) -> ByteReader? {
        var ahead = self
        guard let contents = ahead.next(tag) else { return nil }
        self = ahead
        return contents
    }
}
