/// Why a proof proves nothing.
public enum MerkleProofFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The leaf is not one of a tree of the size.
    case noSuchLeaf(index: UInt64, size: UInt64)
    /// The sizes are not those of an older and a newer tree.
    case sizes(old: UInt64, new: UInt64)
    /// A proof for these sizes has another number of hashes.
    case length(expected: Int, found: Int)
    /// The hashes lead to another root than the one that was given.
    case root(expected: MerkleHash, found: MerkleHash)

    /// What is wrong, in words.
    public var description: String {
        switch self {
        case .noSuchLeaf(let index, let size): "a tree of \(size) leaves has no leaf \(index)"
        case .sizes(let old, let new): "a tree of \(old) leaves is no earlier one of a tree of \(new)"
        case .length(let expected, let found): "the proof has \(found) hashes, and \(expected) are needed"
        case .root(let expected, let found): "the proof leads to the root \(found), not to \(expected)"
        }
    }
}

/// The proof that a leaf is in a tree (RFC 6962, section 2.1.1): the hashes beside the way from the leaf to the root, from below.
public struct InclusionProof: Hashable, Sendable {
    /// The index of the leaf, from 0.
    public let index: UInt64
    /// The size of the tree.
    public let size: UInt64
    /// The hashes.
    public let hashes: [MerkleHash]

    /// Creates a proof, which proves nothing before it is verified.
    public init(index: UInt64, size: UInt64, hashes: [MerkleHash]) {
        self.index = index
        self.size = size
        self.hashes = hashes
    }

    /// Verifies that a leaf, by its hash, is in the tree of a root (RFC 9162, section 2.1.3.2). O(log n).
    public func verify(_ leaf: MerkleHash, in root: MerkleHash) throws(MerkleProofFailure) {
        guard index < size, size <= MerkleFrontier.greatestSize else { throw .noSuchLeaf(index: index, size: size) }
        // Up to where the way to the leaf leaves the right edge each level has a hash; above it only where a subtree stands to the left.
        let inner = UInt64.bitWidth - (index ^ (size - 1)).leadingZeroBitCount
        let border = (index >> UInt64(inner)).nonzeroBitCount
        guard hashes.count == inner + border else { throw .length(expected: inner + border, found: hashes.count) }
        var hash = leaf
        for (level, other) in hashes.prefix(inner).enumerated() {
            hash = index >> UInt64(level) & 1 == 0 ? MerkleHash(hash, other) : MerkleHash(other, hash)
        }
        for other in hashes.dropFirst(inner) { hash = MerkleHash(other, hash) }
        guard hash == root else { throw .root(expected: root, found: hash) }
    }
}

/// The proof that a tree is an earlier one of another, to which only leaves were added (RFC 6962, section 2.1.2).
public struct ConsistencyProof: Hashable, Sendable {
    /// The size of the earlier tree.
    public let oldSize: UInt64
    /// The size of the later tree.
    public let newSize: UInt64
    /// The hashes.
    public let hashes: [MerkleHash]

    /// Creates a proof, which proves nothing before it is verified.
    public init(oldSize: UInt64, newSize: UInt64, hashes: [MerkleHash]) {
        self.oldSize = oldSize
        self.newSize = newSize
        self.hashes = hashes
    }

    /// Verifies that the tree of the new root begins with the leaves of the tree of the old one (RFC 9162, section 2.1.4.2). O(log n).
    ///
    /// The tree without leaves is an earlier one of every tree, if its root is ``MerkleHash/empty``.
    public func verify(_ oldRoot: MerkleHash, _ newRoot: MerkleHash) throws(MerkleProofFailure) {
        guard oldSize <= newSize, newSize <= MerkleFrontier.greatestSize else {
            throw .sizes(old: oldSize, new: newSize)
        }
        if oldSize == 0 || oldSize == newSize {
            guard hashes.isEmpty else { throw .length(expected: 0, found: hashes.count) }
            let expected = oldSize == 0 ? MerkleHash.empty : newRoot
            guard oldRoot == expected else { throw .root(expected: oldRoot, found: expected) }
            return
        }
        // The largest complete subtree on the right edge of the old tree; the proof begins with it, unless it is the old tree.
        let shift = oldSize.trailingZeroBitCount
        let index = (oldSize - 1) >> UInt64(shift)
        let last = (newSize - 1) >> UInt64(shift)
        let inner = UInt64.bitWidth - (index ^ last).leadingZeroBitCount
        let border = (index >> UInt64(inner)).nonzeroBitCount
        let isWhole = oldSize.nonzeroBitCount == 1
        let expected = inner + border + (isWhole ? 0 : 1)
        guard hashes.count == expected else { throw .length(expected: expected, found: hashes.count) }
        var rest = hashes[...]
        let seed = isWhole ? oldRoot : rest.removeFirst()
        var (old, new) = (seed, seed)
        for (level, other) in rest.prefix(inner).enumerated() {
            if index >> UInt64(level) & 1 == 1 {
                old = MerkleHash(other, old)
                new = MerkleHash(other, new)
            } else {
                new = MerkleHash(new, other)
            }
        }
        for other in rest.dropFirst(inner) {
            old = MerkleHash(other, old)
            new = MerkleHash(other, new)
        }
        guard old == oldRoot else { throw .root(expected: oldRoot, found: old) }
        guard new == newRoot else { throw .root(expected: newRoot, found: new) }
    }
}
