/// Something that a ledger would not have if it were as it was written.
public struct LedgerFinding: Hashable, Sendable, CustomStringConvertible {
    /// What kind of thing it is.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// There is no ledger, or nothing in it.
        case absent
        /// A file is missing.
        case missing
        /// A file is there that no ledger has.
        case foreign
        /// Bytes are not what was signed, or are in no form that is written.
        case altered
        /// A signature does not verify, or is not of the key whose turn it is.
        case signature
        /// A checkpoint is not where it should be in the chain.
        case chain
        /// A time is not in its epoch, or goes back where nothing says so.
        case time
        /// The log is an earlier or another one than it was when it was last looked at.
        case rolledBack = "rolled-back"
        /// The recorder was silent and nothing says why.
        case silence
        /// There is something behind the last checkpoint.
        case unfinished
    }

    /// What kind of thing it is.
    public let kind: Kind
    /// The file, as a path below the ledger's folder; empty when it is about no single one.
    public let file: String
    /// The line in the file, from 1, when there is one.
    public let line: Int?
    /// The leaves among which what is wrong lies, when it can be told: from the first on, before the end.
    public let leaves: Range<UInt64>?
    /// What is wrong, in words.
    public let message: String

    /// Creates a finding.
    public init(_ kind: Kind, _ file: String, line: Int? = nil, leaves: Range<UInt64>? = nil, _ message: String) {
        self.kind = kind
        self.file = file
        self.line = line
        self.leaves = leaves
        self.message = message
    }

    /// One line: where, and what.
    public var description: String {
        let place = file + (line.map { ":\($0)" } ?? "")
        return (place.isEmpty ? "" : "\(place): ") + message
    }
}

/// What a verifier found.
public struct LedgerVerdict: Hashable, Sendable {
    /// How many leaves are proven: those before this one, from the first. Nil when not even the beginning is.
    public internal(set) var provenSize: UInt64?
    /// The last checkpoint that is proven.
    public internal(set) var checkpoint: LedgerCheckpoint?
    /// What is wrong; empty when the ledger is as it was written.
    public internal(set) var findings: [LedgerFinding] = []
    /// When nobody was recording, as the log itself says: from the last sign of life to the next start.
    public internal(set) var silences: [ClosedRange<LedgerTime>] = []
    /// Whether a recorder runs, or was stopped, as the log's end says; nil when none ever was.
    public internal(set) var isRecording: Bool?
    /// The name of the log.
    public internal(set) var origin = ""
    /// Leaves whose records were deleted when their time was over, as signed records say; what remains of them is proven.
    public internal(set) var deleted: [Range<UInt64>] = []
    /// The keys of the epochs, as far as they are proven; the anchor first.
    public internal(set) var epochKeys: [NoteKey] = []
    /// The roots that the log had at sizes that were asked for.
    var roots = AskedRoots()

    /// Adds what somebody else found, who looked at what is not in the ledger's folder.
    public mutating func add(_ finding: LedgerFinding) { findings.append(finding) }

    /// Whether everything is proven.
    public var isIntact: Bool { findings.isEmpty && provenSize != nil }
}
