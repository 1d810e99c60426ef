import CCrypto

/// A hash of a Merkle tree as RFC 6962, section 2.1, defines it: SHA-256, 32 bytes, of a leaf behind a zero byte, of two subtrees
/// behind a one, so that no leaf can pass for a subtree.
public struct MerkleHash: Hashable, Sendable, CustomStringConvertible {
    // The 32 bytes as four numbers, the first byte the most significant: no array for each of millions.
    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64

    /// How many bytes a hash has.
    public static let byteCount = 32

    /// The hash of the tree without leaves: SHA-256 of nothing.
    public static let empty = MerkleHash { _ in }

    /// Takes 32 bytes; nil of any other number of them.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init(numbers: bytes)
    }

    /// Hashes a leaf, which may be empty.
    public init(leaf: [UInt8]) {
        self.init { context in
            var prefix: UInt8 = 0
            nettle_sha256_update(&context, 1, &prefix)
            leaf.withUnsafeBufferPointer { nettle_sha256_update(&context, $0.count, $0.baseAddress) }
        }
    }

    /// Hashes the parent of two subtrees.
    public init(_ left: MerkleHash, _ right: MerkleHash) {
        self.init { context in
            var prefix: UInt8 = 1
            nettle_sha256_update(&context, 1, &prefix)
            for child in [left, right] {
                for number in [child.first, child.second, child.third, child.fourth] {
                    withUnsafeBytes(of: number.bigEndian) {
                        nettle_sha256_update(&context, $0.count, $0.bindMemory(to: UInt8.self).baseAddress)
                    }
                }
            }
        }
    }

    private init(_ update: (inout sha256_ctx) -> Void) {
        var context = sha256_ctx()
        nettle_sha256_init(&context)
        update(&context)
        self = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.byteCount) { buffer in
            nettle_sha256_digest(&context, buffer.count, buffer.baseAddress)
            return MerkleHash(numbers: buffer)
        }
    }

    private init(numbers bytes: some Collection<UInt8>) {
        var numbers: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        for (place, byte) in bytes.enumerated() {
            switch place / 8 {
            case 0: numbers.0 = numbers.0 << 8 | UInt64(byte)
            case 1: numbers.1 = numbers.1 << 8 | UInt64(byte)
            case 2: numbers.2 = numbers.2 << 8 | UInt64(byte)
            default: numbers.3 = numbers.3 << 8 | UInt64(byte)
            }
        }
        (first, second, third, fourth) = numbers
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        [first, second, third, fourth].flatMap { number in
            (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - $0 * 8)) }
        }
    }

    /// The 64 lowercase hexadecimal digits.
    public var description: String {
        [first, second, third, fourth].map { number in
            let digits = String(number, radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }.joined()
    }
}
