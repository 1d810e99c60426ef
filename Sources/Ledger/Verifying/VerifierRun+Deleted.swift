import Host
import JSON

/// What the log says of a segment whose records were deleted.
struct RetainedSegment {
    let leaf: RetentionLeaf
    /// How many epochs' keys there were.
    let keys: Int
}

extension VerifierRun {
    /// Follows the log through a segment whose records were deleted: by its checkpoints, and by what stays of the records. Whether
    /// they might be deleted shows when the log is read to its end.
    mutating func walkDeleted(_ segment: UInt64, _ entries: [CheckpointFile.Entry]) -> Bool {
        let name = "segments/\(SegmentPart.name(segment))"
        let path = "\(name)\(SegmentPart.kept.rawValue)"
        let file = "\(name)\(SegmentPart.checkpoints.rawValue)"
        guard let bytes = try? Files.readRegular(folder.file(.kept, of: segment), limit: .max - 1),
            let kept = KeptSegment(bytes), kept.segment == segment
        else { return found(.altered, path, "does not tell what stays of the segment") }
        let walk = LineWalk(name: path, entries: [])
        var stops = kept.stops[...]
        // The size and the root that are proven, and the size of the checkpoint before.
        var (size, root, covered) = (tree.size, tree.root, tree.size)
        for entry in entries {
            let checkpoint = entry.checkpoint
            let leaves = covered..<max(checkpoint.size, covered + 1)
            guard follows(checkpoint, file, leaves) else { return false }
            guard checkpoint.size > covered else {
                return found(.chain, file, leaves: leaves, "checkpoint \(checkpoint.number) covers no new record")
            }
            if let stop = stops.first, stop.size == checkpoint.size {
                stops.removeFirst()
                let growth = ConsistencyProof(oldSize: size, newSize: stop.size, hashes: stop.growth)
                guard (try? growth.verify(root, checkpoint.root)) != nil else {
                    return found(
                        .altered, path, leaves: leaves,
                        "does not prove that the tree of checkpoint \(checkpoint.number) grew from the one of \(size) records"
                    )
                }
                (size, root) = (checkpoint.size, checkpoint.root)
                for leaf in stop.leaves {
                    guard take(leaf, in: checkpoint, behind: covered, walk) else { return false }
                }
            }
            verdict.roots.pass(checkpoint.size, checkpoint.root)
            guard accept(entry, file, leaves) else { return false }
            covered = checkpoint.size
        }
        guard stops.isEmpty, size == covered, kept.tree.size == size, kept.tree.root == root, size > segment else {
            return found(
                .altered, path, leaves: segment..<max(covered, segment + 1), "does not tell how the segment ends")
        }
        guard hasBegun, segment > 0 || checkStart(0) else { return false }
        tree = kept.tree
        state.tree = tree
        deleted[segment] = MerkleHash(sha256: bytes)
        ends[segment] = (size, newest, root)
        verdict.deleted.append(segment..<size)
        return true
    }

    /// Takes a record that stays.
    private mutating func take(
        _ leaf: KeptSegment.Leaf, in checkpoint: LedgerCheckpoint, behind covered: UInt64, _ walk: LineWalk
    ) -> Bool {
        let here = leaf.index..<max(leaf.index, leaf.index &+ 1)
        let proof = InclusionProof(index: leaf.index, size: checkpoint.size, hashes: leaf.hashes)
        guard leaf.index >= covered, (try? proof.verify(MerkleHash(leaf: leaf.line), in: checkpoint.root)) != nil else {
            return found(
                .altered, walk.name, leaves: here,
                "does not prove that record \(leaf.index) is in the tree of checkpoint \(checkpoint.number)")
        }
        return leaf.line.withUnsafeBytes { line in
            guard hasBegun else { return begin(line, walk) }
            guard LedgerLeaf.isOwn(line), let own = LedgerLeaf(line) else {
                return found(.altered, walk.name, leaves: here, "keeps a record that the log's chain does not need")
            }
            switch own.action {
            case LedgerAction.started, LedgerAction.heartbeat, LedgerAction.stopped: return keepLife(own, here, walk)
            case LedgerAction.tornTail:
                if let file = own["file"]?.text { tornAndDeleted.insert(file) }
            default: break
            }
            return minded(line, leaf.index, walk)
        }
    }

    /// Checks the records of deletions against the segments that they name, when their checkpoint is read.
    mutating func checkRetention(_ checkpoint: LedgerCheckpoint, _ file: String) -> Bool {
        defer { retentions = [] }
        for (leaf, time) in retentions {
            let name = "segments/\(SegmentPart.name(leaf.segment))"
            guard let segment = ends[leaf.segment], segment.end == leaf.end, segment.newest == leaf.newest,
                segment.root == leaf.root
            else {
                return found(
                    .altered, name,
                    "checkpoint \(checkpoint.number) covers a record of a deletion that is of no segment before it")
            }
            guard time == checkpoint.time, leaf.isDue(at: time) else {
                return found(
                    .time, name, leaves: leaf.segment..<leaf.end,
                    "was deleted at \(checkpoint.time), when its newest records, of \(leaf.newest), were not \(leaf.days) days old"
                )
            }
            if let known = retained[leaf.segment] {
                // A deletion that was interrupted before it removed anything is recorded again.
                guard known.leaf.kept == leaf.kept, known.leaf.manifest == leaf.manifest else {
                    return found(.altered, name, "is said to be deleted twice, as two different ones")
                }
            } else {
                retained[leaf.segment] = RetainedSegment(leaf: leaf, keys: verdict.epochKeys.count)
            }
        }
        return true
    }

    /// Checks that records are missing only where a signed record says so, and that what stays is what it names.
    mutating func checkDeleted(_ contents: LedgerContents, _ leastDays: Int?) {
        for (segment, parts) in contents.segments.sorted(by: { $0.key < $1.key }) where parts.contains(.kept) {
            let name = "segments/\(SegmentPart.name(segment))"
            let retention = retained[segment]
            if let hash = deleted[segment] {
                guard let retention, retention.leaf.kept == hash else {
                    found(
                        .missing, name, leaves: ends[segment].map { segment..<$0.end },
                        "has no lines, and no signed record says that they were deleted")
                    continue
                }
                if let leastDays, retention.leaf.days < Int64(clamping: leastDays) {
                    found(
                        .time, name, leaves: segment..<retention.leaf.end,
                        "was deleted after \(retention.leaf.days) days, and records are kept for \(leastDays)")
                }
                continue
            }
            // The deletion was interrupted: what stays is there already, and the lines are still.
            guard let bytes = try? Files.readRegular(folder.file(.kept, of: segment), limit: .max - 1),
                retention?.leaf.kept == MerkleHash(sha256: bytes)
            else {
                found(
                    .foreign, "\(name)\(SegmentPart.kept.rawValue)",
                    "is not what a signed record says stays of the segment")
                continue
            }
        }
    }
}
