/// A checkpoint, and what proves to somebody who knows an earlier one that the log only grew: what a witness is told.
public struct CheckpointStep: Hashable, Sendable {
    /// A record that hands on the key, alone under the checkpoint, and the proof that it is in the tree.
    public struct Rotation: Hashable, Sendable {
        /// The record's line, without its end.
        public let line: [UInt8]
        /// That it is the last leaf of the checkpoint's tree.
        public let inclusion: InclusionProof
        /// The key that signs from here on.
        public let key: NoteKey
    }

    /// The signed checkpoint; by both keys where one follows the other.
    public let note: SignedNote
    /// What it says.
    public let checkpoint: LedgerCheckpoint
    /// That its tree grew from the earlier one.
    public let growth: ConsistencyProof
    /// The key that is handed on with it; nil when none is.
    public let rotation: Rotation?
}
