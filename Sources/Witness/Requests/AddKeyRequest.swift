public import Ledger

/// The body of `add-key`, which C2SP does not have: as that of `add-checkpoint`, and between the proof and the checkpoint the record that
/// hands on the key with the proof that it is the last leaf of the checkpoint's tree.
public struct AddKeyRequest: Hashable, Sendable {
    /// The size that the witness signed last, as the client believes.
    public let oldSize: UInt64
    /// The proof of consistency from that size (RFC 6962, section 2.1.2).
    public let proof: [MerkleHash]
    /// The record's line, without its end.
    public let record: [UInt8]
    /// The proof of inclusion of the record (RFC 6962, section 2.1.1).
    public let inclusion: [MerkleHash]
    /// The checkpoint, signed by the key until now and by the next one.
    public let note: SignedNote
    /// What it says.
    public let checkpoint: Checkpoint

    /// Reads a body.
    public init(_ bytes: [UInt8]) throws(RequestFailure) {
        var lines = RequestLines(bytes)
        oldSize = try lines.oldSize()
        proof = try lines.hashes()
        record = Array(try lines.next("the record that hands on the key"))
        inclusion = try lines.hashes()
        (note, checkpoint) = try lines.checkpoint()
    }

    /// Makes the body for a step of a log by which its key is handed on.
    public static func body(_ step: CheckpointStep, _ rotation: CheckpointStep.Rotation) -> [UInt8] {
        let growth = step.growth.hashes.map { RequestLines.line($0) }.joined()
        let inclusion = rotation.inclusion.hashes.map { RequestLines.line($0) }.joined()
        return Array("old \(step.growth.oldSize)\n\(growth)\n".utf8) + rotation.line + [10]
            + Array("\(inclusion)\n".utf8) + step.note.bytes
    }
}
