/// A walk over bytes that never goes past their end: what is not there is nil. It shares the array and copies nothing.
struct ByteReader {
    private let bytes: [UInt8]
    private(set) var position: Int
    private let end: Int

    /// Walks over a part of the bytes; the range must lie in them.
    init(_ bytes: [UInt8], _ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "a range of the bytes")
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    /// Walks over all the bytes.
    init(_ bytes: [UInt8]) { self.init(bytes, 0..<bytes.count) }

    var count: Int { end - position }
    var isAtEnd: Bool { position == end }

    /// What is left, which shares the array.
    var rest: ArraySlice<UInt8> { bytes[position..<end] }

    mutating func number8() -> UInt8? {
        guard position < end else { return nil }
        position += 1
        return bytes[position - 1]
    }

    mutating func number16() -> UInt16? {
        guard count >= 2 else { return nil }
        position += 2
        return UInt16(bytes[position - 2]) << 8 | UInt16(bytes[position - 1])
    }

    mutating func number24() -> Int? {
        guard count >= 3 else { return nil }
        position += 3
        return Int(bytes[position - 3]) << 16 | Int(bytes[position - 2]) << 8 | Int(bytes[position - 1])
    }

    mutating func number32() -> UInt32? {
        guard let high = number16(), let low = number16() else { return nil }
        return UInt32(high) << 16 | UInt32(low)
    }

    /// Returns the next bytes as a walk of their own.
    mutating func take(_ length: Int) -> ByteReader? {
        guard length >= 0, length <= count else { return nil }
        defer { position += length }
        return ByteReader(bytes, position..<(position + length))
    }

    /// Returns bytes that stand behind their length in one byte.
    mutating func vector8() -> ByteReader? {
        guard let length = number8() else { return nil }
        return take(Int(length))
    }

    /// Returns bytes that stand behind their length in two bytes.
    mutating func vector16() -> ByteReader? {
        guard let length = number16() else { return nil }
        return take(Int(length))
    }

    /// Returns bytes that stand behind their length in three bytes.
    mutating func vector24() -> ByteReader? {
        guard let length = number24() else { return nil }
        return take(length)
    }

    /// Returns the bytes before the next zero byte, and steps over it.
    mutating func zeroTerminated() -> ArraySlice<UInt8>? {
        guard let zero = bytes[position..<end].firstIndex(of: 0) else { return nil }
        defer { position = zero + 1 }
        return bytes[position..<zero]
    }
}
