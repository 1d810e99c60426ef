/// The hashes of all complete subtrees of a tree, by which roots and proofs of every size up to its own are told: 64 bytes a leaf.
public struct MerkleSubtrees: Sendable {
    /// By level: level 0 are the leaves, one of level n stands over 2^n of them.
    private var levels: [[MerkleHash]] = []

    /// Creates the tree without leaves.
    public init() {}

    /// How many leaves there are.
    public var size: UInt64 { UInt64(levels.first?.count ?? 0) }

    /// Adds a leaf by its hash. O(1) amortised.
    public mutating func append(_ leaf: MerkleHash) {
        var hash = leaf
        var level = 0
        while true {
            if level == levels.count { levels.append([]) }
            levels[level].append(hash)
            let count = levels[level].count
            guard count % 2 == 0 else { return }
            hash = MerkleHash(levels[level][count - 2], hash)
            level += 1
        }
    }

    /// Returns the root that the tree had when it had so many leaves; nil when it never had. O(log n).
    public func root(of size: UInt64) -> MerkleHash? {
        guard size <= self.size else { return nil }
        return size == 0 ? .empty : hash(from: 0, to: size)
    }

    /// Proves that a leaf is in the tree of a size; nil when that tree has no such leaf, or there was none of that size. O(log² n).
    public func inclusion(of index: UInt64, in size: UInt64) -> InclusionProof? {
        guard index < size, size <= self.size else { return nil }
        let hashes = Self.inclusionRanges(of: index, in: size).map { hash(from: $0.lowerBound, to: $0.upperBound) }
        return InclusionProof(index: index, size: size, hashes: hashes)
    }

    /// The leaves under each hash of a proof of inclusion, in the proof's order.
    static func inclusionRanges(of index: UInt64, in size: UInt64) -> [Range<UInt64>] {
        var ranges: [Range<UInt64>] = []
        var (first, end) = (UInt64(0), size)
        while end - first > 1 {
            let middle = first + split(end - first)
            if index < middle {
                ranges.append(middle..<end)
                end = middle
            } else {
                ranges.append(first..<middle)
                first = middle
            }
        }
        return ranges.reversed()
    }

    /// Proves that the tree of one size is an earlier one of that of another; nil when there were none of these sizes. O(log² n).
    public func consistency(from old: UInt64, to new: UInt64) -> ConsistencyProof? {
        guard old <= new, new <= size else { return nil }
        let hashes = Self.consistencyRanges(from: old, to: new).map { hash(from: $0.lowerBound, to: $0.upperBound) }
        return ConsistencyProof(oldSize: old, newSize: new, hashes: hashes)
    }

    /// The leaves under each hash of a proof of consistency, in the proof's order.
    static func consistencyRanges(from old: UInt64, to new: UInt64) -> [Range<UInt64>] {
        guard old > 0, old < new else { return [] }
        var ranges: [Range<UInt64>] = []
        var (first, end) = (UInt64(0), new)
        // The old tree's leaves are those before `old`; where they are a whole subtree the way ends.
        while end != old {
            let middle = first + split(end - first)
            if old <= middle {
                ranges.append(middle..<end)
                end = middle
            } else {
                ranges.append(first..<middle)
                first = middle
            }
        }
        if first > 0 { ranges.append(first..<end) }
        return ranges.reversed()
    }

    /// The greatest power of two below a number of leaves, which is at least 2.
    static func split(_ count: UInt64) -> UInt64 { 1 << UInt64(63 - (count - 1).leadingZeroBitCount) }

    /// The hash over leaves that are a node of some size's tree: they begin at a multiple of the power of two that spans them.
    private func hash(from first: UInt64, to end: UInt64) -> MerkleHash {
        var hash: MerkleHash?
        var end = end
        // From the right: the smallest complete subtree first.
        while end > first {
            let level = end.trailingZeroBitCount
            let fits = min(level, 63 - (end - first).leadingZeroBitCount)
            let begin = end - (1 << UInt64(fits))
            let part = levels[fits][Int(begin >> UInt64(fits))]
            hash = hash.map { MerkleHash(part, $0) } ?? part
            end = begin
        }
        return hash ?? .empty
    }
}
