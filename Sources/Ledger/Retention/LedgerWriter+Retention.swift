import Host
import JSON

/// What came of deleting records whose time was over.
public struct RetentionOutcome: Hashable, Sendable {
    /// The leaves that were deleted.
    public internal(set) var deleted: [Range<UInt64>] = []
    /// Why records stay though their time is over; nil when none do.
    public internal(set) var held: String?
}

extension LedgerWriter {
    /// Deletes the records of sealed segments that are older than so many days, the oldest first, each segment behind a signed record
    /// of it. What stays proves the rest of the log as before: see ``KeptSegment``.
    ///
    /// What a crash interrupts is finished by the next call. The segment that is written to, and those that are not sealed, are never
    /// touched; nor is one whose records do not lead to the signed root, for it is evidence.
    ///
    /// - Parameters:
    ///   - days: After how many days, at least one; counted from the newest checkpoint of the segment.
    ///   - archive: What takes the segment's files away before; when it fails, the segment stays, and the outcome says so.
    ///   - most: How many segments are deleted at most.
    public mutating func retain(
        days: Int, archive: ArchiveCommand? = nil, most: Int = .max
    ) throws(LedgerFailure) -> RetentionOutcome {
        let days = RetentionLeaf.declared(days)
        var outcome = RetentionOutcome()
        let segments = try folder.contents().segments.sorted { $0.key < $1.key }
        for (place, (segment, parts)) in segments.enumerated().dropLast() where outcome.deleted.count < most {
            guard !parts.contains(.lines) else { break }
            if !parts.contains(.sealedLines), parts.contains(.kept) {
                try finishDeleting(segment)
                continue
            }
            guard parts.isSuperset(of: SegmentManifest.sealing) else { break }
            let end = segments[place + 1].key
            let newest = try folder.newest(segment)
            guard RetentionLeaf.isDue(newest, days: days, at: clock()) else { break }
            let result = try KeptSegmentBuilder(folder: folder, segment: segment, end: end).build()
            let files = ArchiveCommand.parts.map { folder.file($0, of: segment) }
            if let reason = archive?.take(files) {
                outcome.held = "records \(segment) to \(end - 1) are not archived and stay: \(reason)"
                break
            }
            let leaf = RetentionLeaf(
                segment: segment, end: end, newest: newest, days: days, manifest: result.manifest,
                kept: MerkleHash(sha256: result.kept.text), root: result.kept.tree.root)
            guard try delete(leaf, result) else { break }
            outcome.deleted.append(segment..<end)
        }
        return outcome
    }

    /// Records the deletion, puts what stays in its place, and removes the records, all under the lock: nobody who looks sees one
    /// without the other. False when the clock went back meanwhile.
    private mutating func delete(
        _ leaf: RetentionLeaf, _ result: KeptSegmentBuilder.Result
    ) throws(LedgerFailure) -> Bool {
        try Self.lock(lockFile, folder, limits)
        defer { lockFile.unlock() }
        try takeUp()
        let time = clock()
        guard leaf.isDue(at: time) else { return false }
        try keepToLimits(at: time)
        try put(leaf.leaf(at: time).bytes, at: time)
        try onDisk { () throws(HostError) in
            try Files.writeAtomically(folder.file(.kept, of: leaf.segment), result.kept.text, mode: 0o600)
        }
        try folder.removeDeleted(leaf.segment, torn: result.torn)
        return true
    }

    /// Removes what an interrupted deletion left.
    private func finishDeleting(_ segment: UInt64) throws(LedgerFailure) {
        let path = folder.file(.kept, of: segment)
        guard let kept = KeptSegment(try folder.read(.kept, of: segment)), kept.segment == segment else {
            throw .damaged(path: path, reason: "does not tell what stays of the segment")
        }
        let leaves = kept.stops.flatMap(\.leaves).compactMap { leaf in
            leaf.line.span.bytes.withUnsafeBytes { LedgerLeaf($0) }
        }
        let torn = leaves.compactMap { $0.action == LedgerAction.tornTail ? $0["file"]?.text : nil }
        try folder.removeDeleted(segment, torn: torn)
    }
}

extension LedgerFolder {
    /// The latest time of a segment's checkpoints.
    func newest(_ segment: UInt64) throws(LedgerFailure) -> LedgerTime {
        let times = CheckpointFile(try read(.checkpoints, of: segment)).entries.map(\.checkpoint.time)
        guard let newest = times.max() else {
            throw .damaged(path: file(.checkpoints, of: segment), reason: "has no checkpoint")
        }
        return newest
    }

    /// Removes the records of a segment, and what belongs to them; what is gone already is passed over. The records first: without
    /// them the segment is a deleted one, whatever else is still there.
    func removeDeleted(_ segment: UInt64, torn names: [String]) throws(LedgerFailure) {
        var paths = [SegmentPart.sealedLines, .frames].map { file($0, of: segment) }
        // A name of this kind leads to no other folder.
        paths += names.filter { $0.utf8.count > 64 && !$0.utf8.contains(UInt8(ascii: "/")) }.map { "\(torn)/\($0)" }
        var isChanged = false
        for path in paths where Files.exists(path) {
            try onDisk { () throws(HostError) in
                try Files.remove(path)
                if !isChanged { try Files.synchronizeFolder(segments) }
            }
            isChanged = true
        }
        guard isChanged else { return }
        try onDisk { () throws(HostError) in
            try Files.synchronizeFolder(segments)
            if Files.exists(torn) { try Files.synchronizeFolder(torn) }
        }
    }
}
