public import Ledger

/// What a witness knows of a log: all that it needs to sign only what continues what it has signed.
public struct WitnessedLog: Hashable, Sendable {
    /// The key with which the witness began.
    public let anchor: NoteKey
    /// The key that is trusted now.
    public internal(set) var key: NoteKey
    /// Its epoch; nil before the first key was handed on under the witness's eyes.
    public internal(set) var epoch: UInt64?
    /// The size that was signed last; 0 when none was.
    public internal(set) var size: UInt64 = 0
    /// The root at that size.
    public internal(set) var root = MerkleHash.empty
    /// The checkpoint that was signed last, with its signatures and the witness's; nil when none was.
    public internal(set) var cosigned: SignedNote?

    /// Begins with a key, and nothing seen.
    public init(anchor: NoteKey) {
        self.anchor = anchor
        key = anchor
    }

    /// The log's name.
    public var origin: String { anchor.name }

    /// The state behind a checkpoint, if it may be signed (C2SP tlog-witness).
    func adding(_ request: AddCheckpointRequest) throws(Refusal) -> WitnessedLog {
        try check(request.note, by: key)
        return try grown(request.oldSize, request.proof, request.checkpoint)
    }

    /// The state behind a checkpoint by which the key is handed on, if it may be.
    func adding(_ request: AddKeyRequest) throws(Refusal) -> WitnessedLog {
        try check(request.note, by: key)
        guard let rotation = KeyRotation(request.record), rotation.key.name == origin, rotation.key != key else {
            throw .rotation("the record hands on no key of the log '\(origin)'")
        }
        if let epoch, rotation.epoch != epoch + 1 {
            throw .rotation("the record begins epoch \(rotation.epoch), and the one that follows is \(epoch + 1)")
        }
        try check(request.note, by: rotation.key)
        var next = try grown(request.oldSize, request.proof, request.checkpoint)
        guard next.size > 0 else { throw .rotation("a log without records hands on no key") }
        let inclusion = InclusionProof(index: next.size - 1, size: next.size, hashes: request.inclusion)
        do throws(MerkleProofFailure) {
            try inclusion.verify(MerkleHash(leaf: request.record), in: next.root)
        } catch { throw .rotation("the record is not the last one of the checkpoint's tree: \(error)") }
        next.key = rotation.key
        next.epoch = rotation.epoch
        return next
    }

    private func check(_ note: SignedNote, by key: NoteKey) throws(Refusal) {
        do throws(NoteFailure) { _ = try note.verify(by: [key]) } catch { throw .unsigned(key) }
    }

    private func grown(
        _ oldSize: UInt64, _ proof: [MerkleHash], _ checkpoint: Checkpoint
    ) throws(Refusal) -> WitnessedLog {
        guard oldSize <= checkpoint.size else { throw .backwards(old: oldSize, new: checkpoint.size) }
        guard oldSize == size else { throw .conflict(signed: size) }
        guard oldSize != checkpoint.size || root == checkpoint.root else { throw .fork(size: size) }
        do throws(MerkleProofFailure) {
            try ConsistencyProof(oldSize: size, newSize: checkpoint.size, hashes: proof).verify(root, checkpoint.root)
        } catch { throw .inconsistent(error) }
        var next = self
        next.size = checkpoint.size
        next.root = checkpoint.root
        return next
    }
}
