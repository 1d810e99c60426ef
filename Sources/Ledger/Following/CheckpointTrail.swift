import Glibc
import Host

/// Leads somebody who knows a ledger at one size, and one of its keys, to its last checkpoint, in steps that prove themselves.
///
/// A step reads the records of a segment or two, not the whole log: the segment's beginning tells the tree before it. Only what is
/// durable is told, so that a crash of this host takes nothing back that somebody else has signed.
public struct CheckpointTrail {
    /// Where the ledger is.
    public let folder: LedgerFolder
    // Of the segment that was needed last; the next step usually needs it again.
    private var tree: SegmentTree?

    /// Prepares to lead.
    public init(_ folder: LedgerFolder) { self.folder = folder }

    /// What there is now, made durable; nil before the first checkpoint.
    private struct View {
        let contents: LedgerContents
        let active: UInt64?
        let last: CheckpointFile.Entry
        /// The first record that is still there.
        let first: UInt64?

        /// The segments that have checkpoints, in their order.
        var segments: [UInt64] { contents.segments.filter { $0.value.contains(.checkpoints) }.keys.sorted() }

        /// How much of a segment's checkpoints may be looked at.
        func limit(of segment: UInt64) -> Int { segment == active ? contents.checkpointBytes : .max }
    }

    /// The last checkpoint; nil when there is none.
    public func last() throws(LedgerFailure) -> (checkpoint: LedgerCheckpoint, note: SignedNote)? {
        try view().map { ($0.last.checkpoint, $0.last.note) }
    }

    /// The next step for somebody who knows the log at a size and trusts a key; nil when there is nothing behind it.
    ///
    /// It leads to the checkpoint by which the next key is handed on, else to the last one.
    public mutating func step(after size: UInt64, trusting key: NoteKey) throws(LedgerFailure) -> CheckpointStep? {
        guard let view = try view(), view.last.checkpoint.size >= size else { return nil }
        if size > 0, let first = view.first, size < first { return try keptStep(after: size, view) }
        let rotation = try nextRotation(from: size, key, view)
        guard let target = rotation ?? (view.last.checkpoint.size > size ? view.last : nil) else { return nil }
        let growth = try growth(from: size, to: target, isRotation: rotation != nil, view)
        return CheckpointStep(
            note: target.note, checkpoint: target.checkpoint, growth: growth,
            rotation: try rotation.map { entry throws(LedgerFailure) in try self.rotation(by: entry, view) })
    }

    private func view() throws(LedgerFailure) -> View? {
        let contents = try folder.snapshot()
        let active = contents.segments.filter { $0.value.contains(.lines) }.keys.max()
        if let active {
            for part in [SegmentPart.lines, .checkpoints] {
                let path = folder.file(part, of: active)
                try onDisk("make durable", path) { () throws(Errno) in
                    try Descriptor(opening: path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).synchronizeData()
                }
            }
        }
        let first = contents.segments.filter { !$0.value.isDisjoint(with: [.lines, .sealedLines]) }.keys.min()
        // One that was begun has no checkpoint yet.
        for segment in contents.segments.filter({ $0.value.contains(.checkpoints) }).keys.sorted(by: >) {
            let limit = segment == active ? contents.checkpointBytes : .max
            if let last = try folder.lastCheckpoint(of: segment, limit: limit) {
                return View(contents: contents, active: active, last: last, first: first)
            }
        }
        return nil
    }

    // MARK: - Keys

    /// The checkpoint by which a key is followed by the next one, among those from a size on.
    private func nextRotation(
        from size: UInt64, _ key: NoteKey, _ view: View
    ) throws(LedgerFailure) -> CheckpointFile.Entry? {
        var rotations: [CheckpointFile.Entry] = []
        let segments = view.segments
        for (index, segment) in segments.enumerated() {
            if index + 1 < segments.count, segments[index + 1] < size { continue }
            rotations += try folder.checkpoints(of: segment, from: size, limit: view.limit(of: segment))
                // A record stands under it; nobody has verified these files yet.
                .filter { $0.note.signatures.count == 2 && $0.checkpoint.size > 0 }
        }
        // Those up to the one by which the key began are done.
        let done = rotations.lastIndex { $0.note.signatures[1].identifier == key.identifier }
        return rotations.dropFirst(done.map { $0 + 1 } ?? 0).first
    }

    private mutating func rotation(
        by entry: CheckpointFile.Entry, _ view: View
    ) throws(LedgerFailure) -> CheckpointStep.Rotation {
        let size = entry.checkpoint.size
        let leaf = size - 1
        if let first = view.first, leaf < first {
            for (_, kept) in try keptSegments(view) {
                for stop in kept.stops where stop.size == size {
                    if let rotation = Self.rotation(by: stop) { return rotation }
                }
            }
            throw .deleted(leaf: leaf, first: first)
        }
        var line: [UInt8] = []
        try LedgerReader(folder).blocks(from: .leaf(leaf)) { block, first in
            var index = first
            block.eachLine {
                if index == leaf { line = Array($0) }
                index += 1
            }
            return false
        }
        let tree = try tree(from: leaf, to: size, view)
        guard let rotation = KeyRotation(line),
            let hashes = tree.roots(MerkleSubtrees.inclusionRanges(of: leaf, in: size))
        else { throw .damaged(path: folder.path, reason: "has no record \(leaf) that hands on a key") }
        return CheckpointStep.Rotation(
            line: line, inclusion: InclusionProof(index: leaf, size: size, hashes: hashes), key: rotation.key)
    }

    // MARK: - Growth

    private mutating func growth(
        from old: UInt64, to target: CheckpointFile.Entry, isRotation: Bool, _ view: View
    ) throws(LedgerFailure) -> ConsistencyProof {
        let new = target.checkpoint.size
        let ranges = MerkleSubtrees.consistencyRanges(from: old, to: new)
        guard !ranges.isEmpty else { return ConsistencyProof(oldSize: old, newSize: new, hashes: []) }
        let tree = try tree(from: isRotation ? min(old, new - 1) : old, to: new, view)
        guard let hashes = tree.roots(ranges), tree.root(0..<new) == target.checkpoint.root else {
            throw .damaged(
                path: folder.path, reason: "does not lead to the root of checkpoint \(target.checkpoint.number)")
        }
        return ConsistencyProof(oldSize: old, newSize: new, hashes: hashes)
    }

    /// The tree from the segment on in which a leaf is, with at least so many leaves.
    private mutating func tree(
        from leaf: UInt64, to size: UInt64, _ view: View
    ) throws(LedgerFailure) -> SegmentTree {
        let segments = view.contents.segments.filter { !$0.value.isDisjoint(with: [.lines, .sealedLines]) }.keys
        guard let segment = segments.filter({ $0 <= leaf }).max() else {
            throw .deleted(leaf: leaf, first: view.first ?? 0)
        }
        var tree: SegmentTree
        if let known = self.tree, known.first <= leaf, known.frontier.size >= size { return known }
        if let known = self.tree, known.first == segment {
            tree = known
        } else {
            guard let start = LedgerTail(try folder.read(.start, of: segment)), start.tree.size == segment else {
                throw .damaged(path: folder.file(.start, of: segment), reason: "does not tell how the segment begins")
            }
            tree = SegmentTree(after: start.tree)
        }
        // Not copied while it grows.
        self.tree = nil
        try LedgerReader(folder).blocks(from: .leaf(tree.frontier.size)) { block, first in
            guard first == tree.frontier.size else { return false }
            block.eachLine { if tree.frontier.size < size { tree.append(MerkleHash(leaf: $0)) } }
            return tree.frontier.size < size
        }
        guard tree.frontier.size >= size else {
            throw .damaged(path: folder.path, reason: "ends before leaf \(size - 1), which a checkpoint covers")
        }
        self.tree = tree
        return tree
    }

    // MARK: - Deleted records

    /// Where records were deleted, what stays of them leads from one of its stops to the next.
    private func keptStep(after size: UInt64, _ view: View) throws(LedgerFailure) -> CheckpointStep? {
        for (segment, kept) in try keptSegments(view) {
            var before = segment
            for stop in kept.stops {
                defer { before = stop.size }
                guard before == size else { continue }
                let entries = try folder.checkpoints(of: segment, from: stop.size)
                guard let entry = entries.first, entry.checkpoint.size == stop.size else { break }
                return CheckpointStep(
                    note: entry.note, checkpoint: entry.checkpoint,
                    growth: ConsistencyProof(oldSize: size, newSize: stop.size, hashes: stop.growth),
                    rotation: entry.note.signatures.count == 2 ? Self.rotation(by: stop) : nil)
            }
        }
        throw .deleted(leaf: size, first: view.first ?? 0)
    }

    private func keptSegments(_ view: View) throws(LedgerFailure) -> [(UInt64, KeptSegment)] {
        var found: [(UInt64, KeptSegment)] = []
        for (segment, parts) in view.contents.segments.sorted(by: { $0.key < $1.key }) where parts.contains(.kept) {
            guard let kept = KeptSegment(try folder.read(.kept, of: segment)), kept.segment == segment else {
                throw .damaged(
                    path: folder.file(.kept, of: segment), reason: "does not tell what stays of the segment")
            }
            found.append((segment, kept))
        }
        return found
    }

    private static func rotation(by stop: KeptSegment.Stop) -> CheckpointStep.Rotation? {
        guard let leaf = stop.leaves.first(where: { $0.index &+ 1 == stop.size }), let next = KeyRotation(leaf.line)
        else {
            return nil
        }
        return CheckpointStep.Rotation(
            line: leaf.line, inclusion: InclusionProof(index: leaf.index, size: stop.size, hashes: leaf.hashes),
            key: next.key)
    }
}
