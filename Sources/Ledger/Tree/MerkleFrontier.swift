/// What a Merkle tree needs to grow and to tell its root: the hashes of the complete subtrees of its right edge, at most 64, whatever
/// the number of its leaves.
public struct MerkleFrontier: Hashable, Sendable {
    /// How many leaves the tree has, at most ``greatestSize``.
    public private(set) var size: UInt64 = 0
    /// The roots of the complete subtrees into which the leaves fall, the largest, and leftmost, first: one for each bit set in the
    /// size.
    public private(set) var peaks: [MerkleHash] = []

    /// The greatest size of a tree: 2^62 leaves, so that no sum of sizes overflows.
    public static let greatestSize: UInt64 = 1 << 62

    /// Creates the tree without leaves.
    public init() {}

    /// Takes up a tree where it was left; nil when the number of hashes is not the number of bits set in the size, or the size is
    /// too great.
    public init?(size: UInt64, peaks: [MerkleHash]) {
        guard size <= Self.greatestSize, peaks.count == size.nonzeroBitCount else { return nil }
        self.size = size
        self.peaks = peaks
    }

    /// Adds a leaf by its hash; false when the tree is as great as a tree may be. O(1) amortised.
    @discardableResult
    public mutating func append(_ leaf: MerkleHash) -> Bool {
        guard size < Self.greatestSize else { return false }
        var hash = leaf
        // Each bit that carries is a pair of subtrees that becomes one.
        for _ in 0..<(~size).trailingZeroBitCount {
            guard let left = peaks.popLast() else { break }
            hash = MerkleHash(left, hash)
        }
        peaks.append(hash)
        size += 1
        return true
    }

    /// The leaves under each of the ``peaks``.
    var peakRanges: [Range<UInt64>] {
        var ranges: [Range<UInt64>] = []
        var first: UInt64 = 0
        for bit in (0..<UInt64(UInt64.bitWidth)).reversed() where size >> bit & 1 == 1 {
            ranges.append(first..<(first + (1 << bit)))
            first += 1 << bit
        }
        return ranges
    }

    /// The tree of its own over some of the leaves; nil when they are not whole subtrees of this one.
    func part(_ range: Range<UInt64>) -> MerkleFrontier? {
        let peaks = zip(peakRanges, peaks).filter { range.contains($0.0.lowerBound) }
        guard peaks.first?.0.lowerBound == range.lowerBound, peaks.last?.0.upperBound == range.upperBound else {
            return nil
        }
        return MerkleFrontier(size: range.upperBound - range.lowerBound, peaks: peaks.map(\.1))
    }

    /// The root of the tree. O(log n).
    public var root: MerkleHash {
        guard var hash = peaks.last else { return .empty }
        for left in peaks.dropLast().reversed() { hash = MerkleHash(left, hash) }
        return hash
    }
}
