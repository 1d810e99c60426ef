/// The part of the log's tree that a segment's lines tell: the subtrees before them by the frontier at their beginning, those among
/// them by their own hashes. 64 bytes a leaf.
struct SegmentTree {
    /// The first leaf that is told by itself.
    let first: UInt64
    /// The complete subtrees before the first leaf.
    private let before: [Range<UInt64>: MerkleHash]
    /// By level, the complete subtrees that begin at the first leaf or behind it.
    private var levels: [[MerkleHash]] = []

    /// The tree with the leaves so far.
    private(set) var frontier: MerkleFrontier

    /// Begins behind the leaves of a tree.
    init(after frontier: MerkleFrontier) {
        self.frontier = frontier
        first = frontier.size
        before = Dictionary(zip(frontier.peakRanges, frontier.peaks)) { left, _ in left }
    }

    /// Adds a leaf by its hash; false when the tree is as great as a tree may be.
    @discardableResult
    mutating func append(_ leaf: MerkleHash) -> Bool {
        var number = frontier.size
        guard frontier.append(leaf) else { return false }
        var hash = leaf
        var level = 0
        while true {
            if level == levels.count { levels.append([]) }
            levels[level].append(hash)
            let count = levels[level].count
            // A right one whose left one is not all behind the first leaf has no parent that is.
            guard number % 2 == 1, count >= 2 else { return true }
            hash = MerkleHash(levels[level][count - 2], hash)
            number /= 2
            level += 1
        }
    }

    /// The root over leaves that are a node of some size's tree; nil when they are not told by what is known. O(log² n).
    func root(_ range: Range<UInt64>) -> MerkleHash? {
        if let hash = before[range] { return hash }
        guard range.upperBound <= frontier.size, !range.isEmpty else { return nil }
        let count = range.upperBound - range.lowerBound
        if range.lowerBound >= first, count.nonzeroBitCount == 1, range.lowerBound % count == 0 {
            let level = count.trailingZeroBitCount
            let base = (first + (count - 1)) >> UInt64(level)
            return levels[level][Int(clamping: (range.lowerBound >> UInt64(level)) - base)]
        }
        guard count > 1 else { return nil }
        let middle = range.lowerBound + MerkleSubtrees.split(count)
        guard let left = root(range.lowerBound..<middle), let right = root(middle..<range.upperBound) else {
            return nil
        }
        return MerkleHash(left, right)
    }

    /// The roots over ranges of leaves; nil when one is not told.
    func roots(_ ranges: [Range<UInt64>]) -> [MerkleHash]? {
        let roots = ranges.compactMap { root($0) }
        return roots.count == ranges.count ? roots : nil
    }
}
