import CCrypto

/// A hash of a Merkle tree as RFC 6962, section 2.1, defines it: SHA-256, 32 bytes, of a leaf behind a zero byte, of two subtrees
/// behind a one, so that no leaf can pass for a subtree.
public struct MerkleHash: Hashable, Sendable, CustomStringConvertible {
    /// The 32 bytes as they lie in memory: no array for each of millions.
    private typealias Digest = (UInt64, UInt64, UInt64, UInt64)

    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64

    /// How many bytes a hash has.
    public static let byteCount = 32

    /// The hash of the tree without leaves: SHA-256 of nothing.
    public static let empty = MerkleHash(sha256: UnsafeRawBufferPointer(start: nil, count: 0))

    /// Takes 32 bytes; nil of any other number of them.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init { digest in for (place, byte) in bytes.enumerated() { digest[place] = byte } }
    }

    /// Hashes a leaf, which may be empty.
    public init(leaf: [UInt8]) { self = leaf.withUnsafeBytes { MerkleHash(leaf: $0) } }

    /// Hashes a leaf, which may be empty.
    public init(leaf: UnsafeRawBufferPointer) {
        self.init { portgate_prefixed_sha256(0, leaf.baseAddress, leaf.count, $0.baseAddress) }
    }

    /// Hashes the parent of two subtrees.
    public init(_ left: MerkleHash, _ right: MerkleHash) {
        self.init { digest in
            withUnsafeBytes(of: (left, right)) {
                portgate_prefixed_sha256(1, $0.baseAddress, $0.count, digest.baseAddress)
            }
        }
    }

    /// Hashes bytes as they are: no hash of a tree, but one of a file.
    public init(sha256 bytes: UnsafeRawBufferPointer) {
        self.init { portgate_sha256(bytes.baseAddress, bytes.count, $0.baseAddress) }
    }

    /// Hashes bytes as they are.
    public init(sha256 bytes: [UInt8]) { self = bytes.withUnsafeBytes { MerkleHash(sha256: $0) } }

    private init(_ fill: (UnsafeMutableBufferPointer<UInt8>) -> Void) {
        var digest: Digest = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &digest) { fill($0.assumingMemoryBound(to: UInt8.self)) }
        (first, second, third, fourth) = digest
    }

    /// The 32 bytes.
    public var bytes: [UInt8] { withUnsafeBytes(of: self) { Array($0) } }

    /// The 64 lowercase hexadecimal digits.
    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Reads what ``description`` writes; nil for anything else.
    public init?(hexadecimal text: some StringProtocol) {
        var bytes: [UInt8] = []
        var high: UInt8?
        for byte in text.utf8 {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            default: return nil
            }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        guard high == nil else { return nil }
        self.init(bytes: bytes)
    }
}
