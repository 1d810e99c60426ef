public import Ledger

/// Why a witness does not sign.
public enum Refusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The body is no request.
    case malformed(RequestFailure)
    /// The checkpoint is smaller than what it is said to have grown from.
    case backwards(old: UInt64, new: UInt64)
    /// No log of this name is witnessed.
    case unknownLog(String)
    /// The key that is trusted has not signed the checkpoint.
    case unsigned(NoteKey)
    /// The witness signed another size last.
    case conflict(signed: UInt64)
    /// The witness signed another root for the same size.
    case fork(size: UInt64)
    /// The proof of consistency proves nothing.
    case inconsistent(MerkleProofFailure)
    /// The record is none that hands on this log's key, or is not the last leaf of the tree.
    case rotation(String)

    /// The status of the answer (C2SP tlog-witness; RFC 9110, section 15.5).
    public var status: UInt32 {
        switch self {
        case .malformed, .backwards: 400
        case .unsigned: 403
        case .unknownLog: 404
        case .conflict, .fork: 409
        case .inconsistent, .rotation: 422
        }
    }

    /// The size that the client should go on from, when the answer tells one.
    var conflictingSize: UInt64? {
        switch self {
        case .conflict(let size), .fork(let size): size
        default: nil
        }
    }

    /// One sentence.
    public var description: String {
        switch self {
        case .malformed(let failure): failure.description
        case .backwards(let old, let new): "the old size is \(old), and the checkpoint's only \(new)"
        case .unknownLog(let origin): "the log '\(origin)' is not witnessed here"
        case .unsigned(let key): "the checkpoint is not signed by the key that is trusted for the log now, \(key)"
        case .conflict(let size): "the size that was signed last is \(size)"
        case .fork(let size): "another root was signed for the size \(size)"
        case .inconsistent(let failure): "the log did not grow from what was signed last: \(failure)"
        case .rotation(let reason): reason
        }
    }
}
