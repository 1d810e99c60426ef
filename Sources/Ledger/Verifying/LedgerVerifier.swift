import Glibc
import Host

/// Proves that a ledger is what was written, from its first leaf to its last, or says where it is not.
///
/// Everything is computed anew: the hash of each line, the root at each checkpoint, the chain of the checkpoints, the signatures by
/// the keys that the log itself hands on, beginning with the anchor. Nothing in the folder is believed for being there.
public struct LedgerVerifier: Sendable {
    /// What the log was when it was last looked at, or what a witness saw.
    public struct Memory: Hashable, Sendable {
        /// How many leaves it had.
        public let size: UInt64
        /// The root over them.
        public let root: MerkleHash

        /// Creates a memory.
        public init(size: UInt64, root: MerkleHash) {
            self.size = size
            self.root = root
        }
    }

    /// What somebody else knows the log to have been at one moment.
    public struct Witnessed: Hashable, Sendable {
        /// Who knows it, and where that is written, such as "witness.example/w1 in cosigned".
        public let witness: String
        /// How many leaves the log had, and the root over them.
        public let state: Memory

        /// Creates what a witness knows.
        public init(witness: String, state: Memory) {
            self.witness = witness
            self.state = state
        }
    }

    /// Where the ledger is.
    public let folder: LedgerFolder
    /// The key that it begins with, when the one who asks knows it; otherwise the one that lies in the folder is taken.
    public let anchor: NoteKey?
    /// What it was before.
    public let memory: Memory?
    /// The present moment, for telling whether a recorder that should be there is silent; nil when the ledger is a copy.
    public let now: LedgerTime?
    /// The fewest days after which records may be deleted, as the policy says; nil when any number that a record declares will do.
    public var leastRetentionDays: Int?
    /// What witnesses know the log to have been.
    public var witnessed: [Witnessed] = []
    /// How long a recorder may be silent, in seconds: a heartbeat is due every 60.
    public static let longestSilence: Int64 = 120

    /// Prepares to verify.
    public init(_ folder: LedgerFolder, anchor: NoteKey? = nil, memory: Memory? = nil, now: LedgerTime? = nil) {
        self.folder = folder
        self.anchor = anchor
        self.memory = memory
        self.now = now
    }

    /// Verifies. Throws when the ledger could not be looked at; what is wrong with it is in the verdict.
    public func verify() throws(LedgerFailure) -> LedgerVerdict {
        guard Files.exists(folder.path) else {
            return broken(.absent, "", "there is no ledger in \(folder.path)")
        }
        // Nobody writes while sizes are taken; what is appended later is not looked at.
        let key: NoteKey
        do throws(LedgerFailure) { key = try folder.readAnchor() } catch {
            if case .system(let error) = error { throw .system(error) }
            return broken(.missing, "anchor", "the key that the log begins with is missing or no key")
        }
        if let anchor, anchor != key {
            return broken(.signature, "anchor", "the log begins with the key \(key), and not with \(anchor)")
        }
        var attempts = 1
        while true {
            let contents = try folder.snapshot()
            var run = VerifierRun(folder: folder, anchor: key, memory: memory, witnessed: witnessed)
            run.walk(contents)
            run.finish(contents, leastDays: leastRetentionDays, now: now)
            // What was sealed or deleted while it was read is told of by a record that came later.
            if run.verdict.isIntact || attempts == 3 || !folder.hasMoved(since: contents) { return run.verdict }
            attempts += 1
        }
    }

    private func broken(_ kind: LedgerFinding.Kind, _ file: String, _ message: String) -> LedgerVerdict {
        var verdict = LedgerVerdict()
        verdict.findings = [LedgerFinding(kind, file, message)]
        return verdict
    }
}

/// What a ledger's folder holds at one moment, in which nobody wrote.
struct LedgerContents {
    /// The parts of each segment.
    var segments: [UInt64: Set<SegmentPart>]
    /// Files that no ledger has, below the ledger's folder.
    var foreign: [String]
    /// What was set aside.
    var torn: [String]
    /// How long the files of the segment are that is written to.
    var lineBytes: Int
    var checkpointBytes: Int
    /// The epochs of the private keys that are there, and their public halves.
    var privateKeys: [(number: UInt64, key: NoteKey)]
    /// Whether there is a folder for keys: a copy of a ledger has none.
    var hasKeys: Bool
}

extension LedgerFolder {
    /// Whether records that were there at one moment are sealed or deleted by now.
    func hasMoved(since contents: LedgerContents) -> Bool {
        contents.segments.contains { segment, parts in
            func isGone(_ part: SegmentPart, for other: SegmentPart) -> Bool {
                parts.contains(part) && !Files.exists(file(part, of: segment)) && Files.exists(file(other, of: segment))
            }
            return isGone(.lines, for: .manifest) || isGone(.sealedLines, for: .kept)
        }
    }

    private static let ownNames: Set<String> = ["anchor", "keys", "segments", "torn"]

    /// Takes down what there is, with the lock held for reading where there is one.
    func snapshot() throws(LedgerFailure) -> LedgerContents {
        guard Files.exists(path) else { throw .absent(folder: path) }
        let lockFile: Descriptor
        do throws(LedgerFailure) { lockFile = try openLock() } catch { return try unlockedSnapshot() }
        return try snapshot(under: lockFile)
    }

    /// Takes it down with the lock held until all is.
    private func snapshot(under lockFile: borrowing Descriptor) throws(LedgerFailure) -> LedgerContents {
        let limit = LedgerLimits().lockMilliseconds
        let isLocked = try onDisk("lock", lock) { () throws(Errno) in
            try lockFile.lock(.shared, waitingMilliseconds: limit)
        }
        guard isLocked else { throw .locked(path: lock, milliseconds: limit) }
        defer { lockFile.unlock() }
        return try unlockedSnapshot()
    }

    private func unlockedSnapshot() throws(LedgerFailure) -> LedgerContents {
        var foreign = try list(path).filter { !Self.ownNames.contains($0) && !Self.isLeftoverOfAnchor($0) }
        guard Files.exists(segments) else {
            return LedgerContents(
                segments: [:], foreign: foreign, torn: [], lineBytes: 0, checkpointBytes: 0, privateKeys: [],
                hasKeys: false)
        }
        let (parts, others) = try contents()
        foreign += others.filter { !Self.isLeftoverOfSegment($0) }.map { "segments/\($0)" }
        let torn = Files.exists(torn) ? try list(self.torn).filter { !Self.isLeftoverOfTorn($0) } : []
        let active = parts.filter { $0.value.contains(.lines) }.keys.max() ?? 0
        let hasKeys = Files.exists(keys)
        if hasKeys {
            foreign += try list(keys)
                .filter { !["current", "next", "old"].contains($0) && !Self.isLeftoverOfKey($0) }.map { "keys/\($0)" }
        }
        var privateKeys: [(UInt64, NoteKey)] = []
        if hasKeys, let anchor = try? readAnchor() {
            for path in [currentKey, nextKey] {
                guard let key = try? EpochKey(path, origin: anchor.name) else { continue }
                privateKeys.append((key.number, key.signer.key))
            }
        }
        return LedgerContents(
            segments: parts, foreign: foreign, torn: torn, lineBytes: size(.lines, of: active),
            checkpointBytes: size(.checkpoints, of: active), privateKeys: privateKeys,
            hasKeys: hasKeys)
    }

    private func list(_ path: String) throws(LedgerFailure) -> [String] {
        try onDisk { () throws(HostError) in try Files.list(path) }
    }

    private func size(_ part: SegmentPart, of segment: UInt64) -> Int {
        (try? Descriptor(opening: file(part, of: segment), O_RDONLY | O_NOFOLLOW | O_NONBLOCK).size()) ?? 0
    }
}
