import Host

/// One pass over a ledger: what is known so far, and what was found.
struct VerifierRun {
    let folder: LedgerFolder
    let anchor: NoteKey
    let memory: LedgerVerifier.Memory?
    let witnessed: [LedgerVerifier.Witnessed]
    var verdict = LedgerVerdict()

    /// The state behind the last checkpoint, as a writer would have it.
    var state: LedgerTail
    /// The tree with the leaves behind the last checkpoint too.
    var tree = MerkleFrontier()
    /// The key of the epoch.
    var key: NoteKey
    /// Whether the first leaf was read.
    var hasBegun = false
    /// When the log was begun.
    var begun = LedgerTime(microseconds: .min)
    /// What the leaf says that hands on the key, until its checkpoint is read.
    var rotation: (leaf: UInt64, number: UInt64, key: NoteKey, time: LedgerTime, clockWas: LedgerTime?)?
    /// The last checkpoint whose signature stands for those before it, and was not verified yet.
    var unverified: CheckpointFile.Entry?
    /// The manifests of sealed segments, until the log has told of all of them: hash, and the key that signed.
    var manifests: [String: (hash: MerkleHash, signer: [UInt8])] = [:]
    /// The hashes of the compressed lines, as the manifests name them.
    var sealedLines: [String: MerkleHash] = [:]
    /// What the log says of sealed segments.
    var sealed: [String: (hash: String, keys: Int)] = [:]
    /// The names of what was set aside, as the log says.
    var torn: Set<String> = []
    /// What the log says was deleted, until the checkpoint is read that covers it.
    var retentions: [(leaf: RetentionLeaf, time: LedgerTime)] = []
    /// What the log says was deleted, by segment; the same more than once when a deletion was interrupted.
    var retained: [UInt64: RetainedSegment] = [:]
    /// The segments whose records are not there, by the hash of what stays of them.
    var deleted: [UInt64: MerkleHash] = [:]
    /// The names of what was set aside, as records of deleted segments say: such a file is deleted with them.
    var tornAndDeleted: Set<String> = []
    /// Where the segments end that were read, and the latest time of their checkpoints.
    var ends: [UInt64: (end: UInt64, newest: LedgerTime, root: MerkleHash)] = [:]
    /// The latest time of this segment's checkpoints so far.
    var newest = LedgerTime(microseconds: .min)
    /// The last sign of life of a recorder.
    var life: SignOfLife?

    init(
        folder: LedgerFolder, anchor: NoteKey, memory: LedgerVerifier.Memory?,
        witnessed: [LedgerVerifier.Witnessed] = []
    ) {
        self.folder = folder
        self.anchor = anchor
        self.memory = memory
        self.witnessed = witnessed
        key = anchor
        verdict.epochKeys = [anchor]
        verdict.origin = anchor.name
        // Times and the length of an epoch are told by the first leaf.
        let nothing = LedgerTime(microseconds: .min)
        state = LedgerTail(
            segment: 0, tree: MerkleFrontier(), nextNumber: 0, time: nothing, epoch: 0, epochTime: nothing,
            epochSeconds: 1)
        verdict.roots = AskedRoots((memory.map { [$0.size] } ?? []) + witnessed.map(\.state.size))
    }

    /// Notes something that is wrong; false, to be handed on.
    @discardableResult
    mutating func found(
        _ kind: LedgerFinding.Kind, _ file: String, line: Int? = nil, leaves: Range<UInt64>? = nil, _ message: String
    ) -> Bool {
        // Whoever shows them counts them.
        let leaves = leaves?.clamped(to: 0..<MerkleFrontier.greatestSize)
        verdict.findings.append(
            LedgerFinding(kind, file, line: line, leaves: leaves?.isEmpty == true ? nil : leaves, message))
        return false
    }

    /// Reads all segments, up to the first thing behind which nothing can be proven.
    mutating func walk(_ contents: LedgerContents) {
        for name in contents.foreign { found(.foreign, name, "no ledger has such a file") }
        let active = contents.segments.filter { $0.value.contains(.lines) }.keys.max()
        for (segment, parts) in contents.segments.sorted(by: { $0.key < $1.key }) {
            let isLast = segment == contents.segments.keys.max()
            // What a crash left of a segment that was about to begin.
            if isLast, segment == tree.size, segment > 0, parts.isSubset(of: [.start, .checkpoints]) { break }
            guard walk(segment, parts, isActive: segment == active, contents) else { break }
        }
        verifySignature()
    }

    /// Verifies the checkpoint that stands for all before it.
    mutating func verifySignature() {
        guard let entry = unverified else { return }
        unverified = nil
        let checkpoint = entry.checkpoint
        guard isSigned(entry.note, by: [key]) else {
            found(
                .signature, SegmentPart.name(state.segment) + SegmentPart.checkpoints.rawValue,
                leaves: (verdict.provenSize ?? 0)..<checkpoint.size,
                "checkpoint \(checkpoint.number) is not signed by the key of epoch \(checkpoint.epoch)")
            return
        }
        prove(checkpoint)
    }

    mutating func prove(_ checkpoint: LedgerCheckpoint) {
        verdict.provenSize = checkpoint.size
        verdict.checkpoint = checkpoint
    }

    /// Whether a note has the signatures of these keys, in this order, and no others.
    func isSigned(_ note: SignedNote, by keys: [NoteKey]) -> Bool {
        guard note.signatures.count == keys.count else { return false }
        for (signature, key) in zip(note.signatures, keys) {
            guard signature.name == key.name, signature.identifier == key.identifier else { return false }
        }
        return (try? note.verify(by: keys))?.count == keys.count
    }
}

/// When a recorder last said that it is there.
struct SignOfLife {
    let time: LedgerTime
    /// The boot, and microseconds since it: a clock that nobody sets.
    let boot: String
    let uptime: Int64
    /// Whether it goes on.
    let isRecording: Bool
}
