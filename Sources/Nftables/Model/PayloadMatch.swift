/// A comparison of payload bytes behind the transport header (`@ih`).
public struct PayloadMatch: Hashable, Sendable {
    /// Bytes from the start of the payload; with the bytes compared within 255, which is as far as older kernels look.
    public let offset: Int
    /// The bits compared, as many bytes as `bytes`; nil compares all.
    public let mask: [UInt8]?
    /// The bytes wanted, 1...16 of them; within the mask.
    public let bytes: [UInt8]

    /// Creates a comparison.
    public init(offset: Int, mask: [UInt8]? = nil, bytes: [UInt8]) {
        self.offset = offset
        self.mask = mask
        self.bytes = bytes
    }

    /// Whether nft takes it and lists it unchanged: a mask of only ones is listed as none, one of only zeros compares nothing.
    var isWithinBounds: Bool {
        guard offset >= 0, (1...16).contains(bytes.count), offset <= 255 - bytes.count + 1 else { return false }
        guard let mask else { return true }
        return mask.count == bytes.count && mask.contains { $0 != 0 } && mask.contains { $0 != 0xff }
            && zip(bytes, mask).allSatisfy { $0 & ~$1 == 0 }
    }
}
