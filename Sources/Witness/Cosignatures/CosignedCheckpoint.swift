public import Ledger

/// A checkpoint with the cosignature of a witness.
public struct CosignedCheckpoint: Hashable, Sendable {
    /// What was signed.
    public let checkpoint: Checkpoint
    /// The statement of the witness.
    public let cosignature: Cosignature
    /// The checkpoint with its signatures.
    public let note: SignedNote

    /// Why a text proves nothing.
    public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// It is no note.
        case note(NoteFailure)
        /// It is no checkpoint.
        case checkpoint
        /// The witness has not signed it.
        case cosignature(CosignatureFailure)

        /// What is wrong, in words.
        public var description: String {
            switch self {
            case .note(let failure): "is no signed checkpoint: \(failure)"
            case .checkpoint: "is no checkpoint: a log's name, its size and its root on a line each"
            case .cosignature(let failure): "proves nothing: \(failure)"
            }
        }
    }

    /// Reads a note, and verifies the cosignature by a key.
    public init(_ bytes: [UInt8], by key: CosignerKey) throws(Failure) {
        do throws(NoteFailure) { note = try SignedNote(bytes) } catch { throw .note(error) }
        guard let checkpoint = Checkpoint(note.text) else { throw .checkpoint }
        self.checkpoint = checkpoint
        do throws(CosignatureFailure) { cosignature = try key.cosignature(of: note) } catch {
            throw .cosignature(error)
        }
    }
}
