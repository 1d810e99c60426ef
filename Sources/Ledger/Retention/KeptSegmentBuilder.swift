import Host
import JSON

/// Makes what stays of a sealed segment, from its records; they are proven on the way, for what is altered is evidence, and is not
/// deleted.
struct KeptSegmentBuilder {
    let folder: LedgerFolder
    let segment: UInt64
    /// The first leaf behind it.
    let end: UInt64

    /// What stays, and what the record of the deletion says.
    struct Result {
        let kept: KeptSegment
        /// SHA-256 of the manifest.
        let manifest: MerkleHash
        /// The files that a crash left among its records, which go with them.
        let torn: [String]
    }

    func build() throws(LedgerFailure) -> Result {
        let checkpointPath = folder.file(.checkpoints, of: segment)
        let bytes = try folder.read(.checkpoints, of: segment)
        let checkpoints = CheckpointFile(bytes)
        guard checkpoints.end == bytes.count, let last = checkpoints.entries.last?.checkpoint, last.size == end else {
            throw .damaged(path: checkpointPath, reason: "does not end with leaf \(end), where the next segment begins")
        }
        guard let start = LedgerTail(try folder.read(.start, of: segment)), start.tree.size == segment else {
            throw .damaged(
                path: folder.file(.start, of: segment), reason: "does not tell how the segment begins")
        }
        let manifestBytes = try folder.read(.manifest, of: segment)
        guard let manifest = SegmentManifest(manifestBytes, of: segment),
            let signature = SSHSignature(try folder.read(.signature, of: segment)), signature.verifies(manifestBytes)
        else {
            throw .damaged(
                path: folder.file(.manifest, of: segment), reason: "is no manifest of the segment, or is not signed")
        }
        for (part, hash) in zip(SegmentManifest.parts, manifest.hashes) where part != .sealedLines {
            guard MerkleHash(sha256: try folder.read(part, of: segment)) == hash else {
                throw .damaged(
                    path: folder.file(part, of: segment),
                    reason: "is not what the manifest names, and is kept as evidence")
            }
        }
        var tree = SegmentTree(after: start.tree)
        let own = try read(into: &tree, naming: manifest)
        guard tree.frontier.size == end, tree.frontier.root == last.root else {
            throw .damaged(
                path: folder.file(.sealedLines, of: segment),
                reason: "does not lead to the root of the last checkpoint, and is kept as evidence")
        }
        guard let stops = stops(own, checkpoints.entries.map(\.checkpoint.size), tree) else {
            throw .damaged(path: checkpointPath, reason: "does not cover the records of the segment in their order")
        }
        return Result(
            kept: KeptSegment(segment: segment, tree: tree.frontier, stops: stops),
            manifest: MerkleHash(sha256: manifestBytes),
            torn: own.compactMap { $0.leaf.action == LedgerAction.tornTail ? $0.leaf["file"]?.text : nil })
    }

    private typealias Own = (index: UInt64, line: [UInt8], leaf: LedgerLeaf)

    /// Reads all records; returns those that stay.
    private func read(into tree: inout SegmentTree, naming manifest: SegmentManifest) throws(LedgerFailure) -> [Own] {
        let path = folder.file(.sealedLines, of: segment)
        var own: [Own] = []
        var life: Own?
        do throws(SegmentLines.Failure) {
            var lines = try SegmentLines(folder, segment, isSealed: true)
            guard lines.compressedHash == manifest.hashes.first else {
                throw .malformed("it is not what the manifest names")
            }
            var isMore = true
            while isMore {
                isMore = try lines.next { block in
                    block.eachLine { line in
                        let index = tree.frontier.size
                        tree.append(MerkleHash(leaf: line))
                        guard LedgerLeaf.isOwn(line), let leaf = LedgerLeaf(line) else { return }
                        switch leaf.action {
                        case LedgerAction.created, LedgerAction.keyRotation, LedgerAction.tornTail,
                            LedgerAction.retention:
                            own.append((index, Array(line), leaf))
                        // The last one only: from it on the recorder is followed.
                        case LedgerAction.started, LedgerAction.heartbeat, LedgerAction.stopped:
                            life = (index, Array(line), leaf)
                        // What was sealed before the segment is deleted before it.
                        default: break
                        }
                    }
                }
            }
        } catch {
            switch error {
            case .system(let error): throw .system(error)
            case .malformed(let reason): throw .damaged(path: path, reason: "cannot be read: \(reason)")
            }
        }
        if let life { own.append(life) }
        return own.sorted { $0.index < $1.index }
    }

    /// Proves the records, each by the first checkpoint that covers it, and that the trees of these grew from one another.
    private func stops(_ own: [Own], _ sizes: [UInt64], _ tree: SegmentTree) -> [KeptSegment.Stop]? {
        var stops: [KeptSegment.Stop] = []
        var rest = own[...]
        var before = segment
        for (place, size) in sizes.enumerated() {
            var leaves: [KeptSegment.Leaf] = []
            while let next = rest.first, next.index < size {
                guard let hashes = tree.roots(MerkleSubtrees.inclusionRanges(of: next.index, in: size)) else {
                    return nil
                }
                leaves.append(KeptSegment.Leaf(index: next.index, line: next.line, hashes: hashes))
                rest.removeFirst()
            }
            guard !leaves.isEmpty || place == sizes.count - 1 else { continue }
            guard size > before, let growth = tree.roots(MerkleSubtrees.consistencyRanges(from: before, to: size))
            else { return nil }
            stops.append(KeptSegment.Stop(size: size, growth: growth, leaves: leaves))
            before = size
        }
        return rest.isEmpty ? stops : nil
    }
}
