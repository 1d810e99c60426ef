import Host

/// Makes proofs of a ledger in one pass over its records, with memory for the logarithm of their number.
public struct ProofBuilder: Sendable {
    /// Where the ledger is.
    public let folder: LedgerFolder

    /// Prepares to prove.
    public init(_ folder: LedgerFolder) { self.folder = folder }

    /// A record and the proof that it is in the tree.
    public struct Inclusion: Sendable {
        /// The record's line.
        public let line: [UInt8]
        /// The proof.
        public let proof: InclusionProof
        /// The root that it leads to.
        public let root: MerkleHash
        /// The signed checkpoint with that root.
        public let note: [UInt8]
    }

    /// Proves that a record is in the tree of a checkpoint.
    ///
    /// - Parameter size: The checkpoint's size; nil for the last one.
    /// - Returns: nil when there is no such record, or no checkpoint of that size that covers it.
    public func inclusion(of leaf: UInt64, in size: UInt64? = nil) throws(LedgerFailure) -> Inclusion? {
        guard let entry = try checkpoint(size), leaf < entry.checkpoint.size else { return nil }
        let size = entry.checkpoint.size
        let ranges = MerkleSubtrees.inclusionRanges(of: leaf, in: size)
        var line: [UInt8] = []
        let first = try LedgerReader(folder).firstRecord()
        guard leaf >= first else { throw .deleted(leaf: leaf, first: first) }
        guard let hashes = try roots(of: ranges, from: first, { if $0 == leaf { line = Array($1) } }) else {
            return nil
        }
        return Inclusion(
            line: line, proof: InclusionProof(index: leaf, size: size, hashes: hashes), root: entry.checkpoint.root,
            note: entry.note.bytes)
    }

    /// A proof that the ledger only grew, and the roots that it is about.
    public struct Growth: Sendable {
        /// The proof.
        public let proof: ConsistencyProof
        /// The root of the earlier size.
        public let oldRoot: MerkleHash
        /// The root of the later size.
        public let newRoot: MerkleHash
    }

    /// Proves that the tree of one size is an earlier one of that of another; nil when the log was never so large.
    ///
    /// - Parameter new: The later size; nil for that of the last checkpoint.
    public func consistency(from old: UInt64, to new: UInt64?) throws(LedgerFailure) -> Growth? {
        guard let last = try checkpoint(nil)?.checkpoint.size, old <= new ?? last, new ?? last <= last else {
            return nil
        }
        let new = new ?? last
        let ranges = MerkleSubtrees.consistencyRanges(from: old, to: new)
        let first = try LedgerReader(folder).firstRecord()
        guard old >= first || old == 0 else { throw .deleted(leaf: old, first: first) }
        guard let roots = try roots(of: ranges + [0..<old, 0..<new], from: first, { _, _ in }) else { return nil }
        return Growth(
            proof: ConsistencyProof(oldSize: old, newSize: new, hashes: Array(roots.dropLast(2))),
            oldRoot: roots[ranges.count], newRoot: roots[ranges.count + 1])
    }

    /// The checkpoint of a size, or the last one.
    func checkpoint(_ size: UInt64?) throws(LedgerFailure) -> CheckpointFile.Entry? {
        guard Files.exists(folder.path) else { throw .absent(folder: folder.path) }
        // One that a crash left without them is about to begin.
        let segments = try folder.contents().segments.filter { $0.value.contains(.checkpoints) }
        for segment in segments.keys.sorted(by: >) {
            let file = CheckpointFile(try folder.read(.checkpoints, of: segment))
            guard let last = file.entries.last else { continue }
            guard let size else { return last }
            if let entry = file.entries.first(where: { $0.checkpoint.size == size }) { return entry }
            if last.checkpoint.size < size { return nil }
        }
        return nil
    }

    /// The roots over ranges of leaves, in the order in which they are asked for. What is before the first record that is still there
    /// is told by the tree at the beginning of its segment.
    private func roots(
        of ranges: [Range<UInt64>], from first: UInt64, _ seen: (UInt64, UnsafeRawBufferPointer) -> Void
    ) throws(LedgerFailure) -> [MerkleHash]? {
        var trees = ranges.map { _ in MerkleFrontier() }
        if first > 0 {
            guard let start = LedgerTail(try folder.read(.start, of: first)), start.tree.size == first else {
                throw .damaged(path: folder.file(.start, of: first), reason: "does not tell how the segment begins")
            }
            for index in ranges.indices where ranges[index].lowerBound < first {
                guard let part = start.tree.part(ranges[index].clamped(to: 0..<first)) else { return nil }
                trees[index] = part
            }
        }
        try LedgerReader(folder).blocks { block, first in
            var (leaf, place) = (first, 0)
            while let end = block.lineEnd(from: place) {
                let line = UnsafeRawBufferPointer(rebasing: block[place..<end])
                seen(leaf, line)
                let hash = MerkleHash(leaf: line)
                for index in ranges.indices where ranges[index].contains(leaf) { trees[index].append(hash) }
                place = end + 1
                leaf += 1
            }
            return true
        }
        guard zip(trees, ranges).allSatisfy({ $0.size == UInt64($1.count) }) else { return nil }
        return trees.map(\.root)
    }
}
