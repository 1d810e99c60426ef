/// One comparison of bytes of a packet's payload, counted from the first byte after the TCP or UDP header.
///
/// nft's raw payload expression: `@ih,<offset in bits>,<length in bits> 0x…` when every bit is compared, else
/// `@ih,<offset>,<length> & 0x<mask> == 0x…`. It never holds for a payload that ends before its last byte, nor for a packet of a
/// protocol other than TCP and UDP.
///
/// nft 1.0.6 lists it in one form only, which matters to whoever compares a listing:
/// - numbers lose their leading zeros, by digit and not by byte: `0x00030000` comes back as `0x30000`, zero as `0x0`; the length
///   before them is what says how many bytes there are;
/// - a mask of all ones is not listed;
/// - unmasked comparisons of adjacent bytes in one rule become one while they are 16 bytes together at most, even with other
///   comparisons between them. Comparisons that have been joined beforehand come back as they were written;
/// - more than 128 bits are refused, and older kernels take no offset above 255 bytes.
public struct PayloadMatch: Hashable, Sendable {
    /// The greatest offset that every kernel takes, in bytes.
    public static let greatestOffset = 255
    /// The greatest number of bytes of one comparison: a register of the kernel.
    public static let greatestCount = 16

    /// Bytes from the start of the payload, 0...255.
    public let offset: Int
    /// The bits compared, as many bytes as `bytes`, not all ones; nil compares every bit.
    public let mask: [UInt8]?
    /// The bytes wanted, 1...16 of them, no bit set that the mask leaves out.
    public let bytes: [UInt8]

    /// Creates a comparison.
    public init(offset: Int, mask: [UInt8]? = nil, bytes: [UInt8]) {
        self.offset = offset
        self.mask = mask
        self.bytes = bytes
    }

    /// Whether nft takes it and lists it unchanged.
    var isWithinBounds: Bool {
        guard (0...Self.greatestOffset).contains(offset), (1...Self.greatestCount).contains(bytes.count) else {
            return false
        }
        guard let mask else { return true }
        return mask.count == bytes.count && mask.contains { $0 != 0xff }
            && zip(bytes, mask).allSatisfy { $0 & ~$1 == 0 }
    }

    /// Creates the match that holds for every payload of at least so many bytes, 1...256, whatever they are.
    public init(payloadOfAtLeast length: Int) {
        self.init(offset: length - 1, mask: [0], bytes: [0])
    }

    /// The length that a payload must have for the comparison to hold.
    public var end: Int { offset + bytes.count }

    /// Tells whether the comparison holds for a payload, as the kernel decides.
    public func holds(for payload: some RandomAccessCollection<UInt8>) -> Bool {
        guard payload.count >= end else { return false }
        return bytes.indices.allSatisfy { index in
            let byte = payload[payload.index(payload.startIndex, offsetBy: offset + index)]
            return byte & (mask?[index] ?? 0xff) == bytes[index]
        }
    }
}
