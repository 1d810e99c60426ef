public import Ledger

/// The body of `add-checkpoint` (C2SP tlog-witness): the size that the witness signed last, the proof that the log only grew since, and
/// the checkpoint.
public struct AddCheckpointRequest: Hashable, Sendable {
    /// The most hashes that a proof may have.
    public static let mostProofLines = 63

    /// The size that the witness signed last, as the client believes.
    public let oldSize: UInt64
    /// The proof of consistency from that size (RFC 6962, section 2.1.2).
    public let proof: [MerkleHash]
    /// The checkpoint, with its signatures.
    public let note: SignedNote
    /// What it says.
    public let checkpoint: Checkpoint

    /// Reads a body.
    public init(_ bytes: [UInt8]) throws(RequestFailure) {
        var lines = RequestLines(bytes)
        oldSize = try lines.oldSize()
        proof = try lines.hashes()
        (note, checkpoint) = try lines.checkpoint()
    }

    /// Makes the body for a step of a log.
    public static func body(_ step: CheckpointStep) -> [UInt8] {
        body(oldSize: step.growth.oldSize, step.growth.hashes, step.note)
    }

    /// Makes a body.
    public static func body(oldSize: UInt64, _ proof: [MerkleHash], _ note: SignedNote) -> [UInt8] {
        let head = "old \(oldSize)\n" + proof.map { RequestLines.line($0) }.joined() + "\n"
        return Array(head.utf8) + note.bytes
    }
}
