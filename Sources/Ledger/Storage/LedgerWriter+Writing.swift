import Host
import JSON

extension LedgerWriter {
    /// Writes lines, makes them durable, and signs the tree with them. On a failure the files are cut back to what they were.
    mutating func write(
        _ bytes: UnsafeRawBufferPointer, _ leaves: [MerkleHash], at time: LedgerTime, signedBy signers: [NoteSigner],
        entering epoch: UInt64? = nil
    ) throws(LedgerFailure) -> LedgerCheckpoint {
        var next = tail
        for leaf in leaves {
            guard next.tree.append(leaf) else { throw .line(reason: "the log has as many leaves as a log may have") }
        }
        next.time = time
        next.nextNumber += 1
        if next.lineBytes == 0 { next.segmentTime = time }
        next.lineBytes += bytes.count
        let checkpoint = LedgerCheckpoint(
            origin: anchor.name, size: next.tree.size, root: next.tree.root, time: time, number: tail.nextNumber,
            epoch: tail.epoch, previous: tail.lastCheckpoint)
        guard let text = checkpoint.text, let note = SignedNote(text, signedBy: signers) else {
            throw .origin(anchor.name)
        }
        let entry = CheckpointFile.bytes(of: note)
        next.checkpointBytes += entry.count
        next.lastCheckpoint = MerkleHash(sha256: entry)
        // The next writer learns of a new epoch with the checkpoint that begins it: no crash comes between the two.
        if let epoch { (next.epoch, next.epochTime) = (epoch, time) }
        do throws(LedgerFailure) {
            try put(bytes, in: files.lines, at: tail.lineBytes, named: .lines)
            try entry.span.bytes.withUnsafeBytes { entry throws(LedgerFailure) in
                try put(entry, in: files.checkpoints, at: tail.checkpointBytes, named: .checkpoints)
            }
        } catch {
            // Not acknowledged, and still waiting: nothing is lost by taking it back. When that fails too, the next writer sets it aside.
            try? files.lines.truncate(to: tail.lineBytes)
            try? files.checkpoints.truncate(to: tail.checkpointBytes)
            throw error
        }
        tail = next
        writeTip()
        return checkpoint
    }

    private borrowing func put(
        _ bytes: UnsafeRawBufferPointer, in file: borrowing Descriptor, at place: Int, named part: SegmentPart
    ) throws(LedgerFailure) {
        let path = folder.file(part, of: tail.segment)
        do throws(Errno) {
            try file.write(bytes, at: place)
            try file.synchronizeData()
        } catch { throw .system(HostError("write", path, error)) }
    }

    /// Writes one line and signs it.
    mutating func put(
        _ line: [UInt8], at time: LedgerTime, signedBy signers: [NoteSigner]? = nil, entering epoch: UInt64? = nil
    ) throws(LedgerFailure) {
        let bytes = line + [10]
        _ = try bytes.span.bytes.withUnsafeBytes { bytes throws(LedgerFailure) in
            try write(bytes, [MerkleHash(leaf: line)], at: time, signedBy: signers ?? [key.signer], entering: epoch)
        }
    }

    /// Tells the next writer where this one stopped. What it says is checked against the signed root, so that a failure to write
    /// it costs time and nothing else.
    private borrowing func writeTip() {
        let text = tail.text
        text.withUnsafeBytes { bytes in
            do throws(Errno) {
                try tip.write(bytes, at: 0)
                try tip.truncate(to: bytes.count)
            } catch { return }
        }
    }

    /// Begins the next epoch: its public key goes into the log, both keys sign that size, and the old private key is erased.
    mutating func rotateKey(at time: LedgerTime) throws(LedgerFailure) {
        // One that was handed on and could not be put in its place would be lost.
        if let left = try EpochKey(folder.nextKey, origin: anchor.name), left.number == tail.epoch {
            try EpochKey.promote(in: folder)
        }
        let next = try EpochKey(number: tail.epoch + 1, origin: anchor.name)
        try next.write(folder.nextKey)
        let step = time < tail.time ? JSONValue.string(tail.time.description) : nil
        let leaf = LedgerLeaf(
            time, LedgerAction.keyRotation,
            [
                "epoch": .number(Int64(clamping: next.number)), "key": .string(next.signer.key.description),
                // The clock went back: what follows is earlier than what was before.
                "clock_was": step,
            ])
        try put(leaf.bytes, at: time, signedBy: [key.signer, next.signer], entering: next.number)
        key = next
        try EpochKey.promote(in: folder)
    }

    /// Closes the segment and begins another.
    mutating func beginSegment() throws(LedgerFailure) {
        guard tail.tree.size > tail.segment else { return }
        var next = tail
        next.segment = tail.tree.size
        next.segmentTime = tail.time
        next.lineBytes = 0
        next.checkpointBytes = 0
        try folder.makeSegment(next)
        files = try OpenSegment(folder, next.segment)
        tail = next
        writeTip()
    }
}

extension LedgerFolder {
    /// Makes the files of a segment; the one of the lines last, by which it exists.
    func makeSegment(_ tail: LedgerTail) throws(LedgerFailure) {
        try onDisk { () throws(HostError) in
            try Files.writeAtomically(file(.start, of: tail.segment), tail.text, mode: 0o600)
            for part in [SegmentPart.checkpoints, .lines] {
                try Files.writeAtomically(file(part, of: tail.segment), [], mode: 0o600)
            }
        }
    }
}
