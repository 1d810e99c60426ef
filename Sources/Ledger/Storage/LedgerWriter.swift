import Glibc
import Host

/// What a ledger keeps to.
public struct LedgerLimits: Hashable, Sendable {
    /// A segment of so many bytes is closed.
    public var segmentBytes = 64 << 20
    /// A segment of this age, in seconds, is closed.
    public var segmentSeconds: Int64 = 86_400
    /// How long to wait for another writer, in milliseconds.
    public var lockMilliseconds = 10_000
    /// The longest line, in bytes.
    public var lineBytes = 1 << 20

    /// The limits that hold when nothing else is said.
    public init() {}
}

/// Appends records to the ledger of a folder: what ``commit()`` has returned from is on the disk, in the tree, and signed.
///
/// Any number of processes may write to one ledger: the lock is held for a commit only, and each takes up where the last one
/// stopped. A commit is: the lines, made durable; the checkpoint over them, made durable. What a crash leaves between the two was
/// acknowledged to nobody; the next writer sets it aside and records its hash.
public struct LedgerWriter: ~Copyable {
    let folder: LedgerFolder
    let limits: LedgerLimits
    let clock: @Sendable () -> LedgerTime
    let anchor: NoteKey
    let lockFile: Descriptor

    var tail: LedgerTail
    var key: EpochKey
    var files: OpenSegment
    var tip: Descriptor
    /// What is known of the room on the disk.
    var room = RoomWatch()
    /// Lines that are waiting, each with its end.
    private var pending: [UInt8] = []
    /// The hashes of the lines that are waiting.
    private var pendingLeaves: [MerkleHash] = []

    /// How many bytes wait for the next commit.
    public var pendingBytes: Int { pending.count }
    /// How many leaves the ledger had at the last commit.
    public var size: UInt64 { tail.tree.size }
    /// The name of the log.
    public var origin: String { anchor.name }

    /// Opens the ledger of a folder, and sets aside what a crash left unfinished.
    public static func open(
        _ folder: LedgerFolder, limits: LedgerLimits = LedgerLimits(),
        clock: @escaping @Sendable () -> LedgerTime = { LedgerTime.now }
    ) throws(LedgerFailure) -> LedgerWriter {
        try open(folder, limits: limits, isBeginning: false, clock: clock)
    }

    /// Opens a ledger; one without a record only to write its first.
    static func open(
        _ folder: LedgerFolder, limits: LedgerLimits, isBeginning: Bool,
        clock: @escaping @Sendable () -> LedgerTime
    ) throws(LedgerFailure) -> LedgerWriter {
        let anchor = try folder.readAnchor()
        if !isBeginning {
            guard try folder.hasBegun() else { throw .absent(folder: folder.path) }
        }
        // Closed on a failure, by which the lock is given back.
        let lockFile = try folder.openLock()
        try lock(lockFile, folder, limits)
        try folder.removeLeftovers()
        var recovery = LedgerRecovery(folder: folder, anchor: anchor)
        let tail = try recovery.tail()
        let files = try OpenSegment(folder, tail.segment)
        let tip = try onDisk("open", folder.tip) { () throws(Errno) in
            try Descriptor(opening: folder.tip, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
        }
        let key = try recovery.key(of: tail)
        var writer = LedgerWriter(
            folder: folder, limits: limits, clock: clock, anchor: anchor, lockFile: lockFile, tail: tail, key: key,
            files: files, tip: tip)
        try writer.record(recovery)
        writer.lockFile.unlock()
        return writer
    }

    private init(
        folder: LedgerFolder, limits: LedgerLimits, clock: @escaping @Sendable () -> LedgerTime, anchor: NoteKey,
        lockFile: consuming Descriptor, tail: LedgerTail, key: EpochKey, files: consuming OpenSegment,
        tip: consuming Descriptor
    ) {
        self.folder = folder
        self.limits = limits
        self.clock = clock
        self.anchor = anchor
        self.lockFile = lockFile
        self.tail = tail
        self.key = key
        self.files = files
        self.tip = tip
    }

    /// Records what was set aside.
    private mutating func record(_ recovery: LedgerRecovery) throws(LedgerFailure) {
        guard recovery.hasTorn else { return }
        let time = clock()
        try keepToLimits(at: time)
        for leaf in recovery.leaves(at: time) { try put(leaf.bytes, at: time) }
        try recovery.settle()
    }

    /// Takes the next key, or the next segment, when it is time for one.
    mutating func keepToLimits(at time: LedgerTime) throws(LedgerFailure) {
        if time < tail.time || time.seconds(since: tail.epochTime) >= tail.epochSeconds { try rotateKey(at: time) }
        if tail.lineBytes >= limits.segmentBytes || time.seconds(since: tail.segmentTime) >= limits.segmentSeconds {
            try beginSegment()
        }
    }

    /// Adds a line to what the next commit writes: the bytes of one record, without a line end.
    public mutating func append(_ line: UnsafeRawBufferPointer) throws(LedgerFailure) {
        guard !line.isEmpty else { throw .line(reason: "it is empty") }
        guard line.count <= limits.lineBytes else {
            throw .line(reason: "it has \(line.count) bytes, and at most \(limits.lineBytes) are taken")
        }
        guard line.baseAddress.flatMap({ memchr($0, 10, line.count) }) == nil else {
            throw .line(reason: "it has a line end within")
        }
        pending.append(contentsOf: line)
        pending.append(10)
        pendingLeaves.append(MerkleHash(leaf: line))
    }

    /// Adds lines, each with its end.
    public mutating func append(lines: UnsafeRawBufferPointer) throws(LedgerFailure) {
        var place = 0
        while let end = lines.lineEnd(from: place) {
            try append(UnsafeRawBufferPointer(rebasing: lines[place..<end]))
            place = end + 1
        }
        guard place == lines.count else { throw .line(reason: "it has no end") }
    }

    /// Adds a record of portgate's own.
    public mutating func append(_ leaf: LedgerLeaf) throws(LedgerFailure) {
        let bytes = leaf.bytes
        try bytes.span.bytes.withUnsafeBytes { line throws(LedgerFailure) in try append(line) }
    }

    /// Makes everything that was appended durable and signs it. After a failure it is still waiting, and may be tried again.
    ///
    /// - Returns: the checkpoint, or nil when nothing was waiting.
    @discardableResult
    public mutating func commit() throws(LedgerFailure) -> LedgerCheckpoint? {
        guard !pendingLeaves.isEmpty else { return nil }
        try tellOfRoom(at: clock())
        let checkpoint: LedgerCheckpoint?
        do throws(LedgerFailure) { checkpoint = try commitPending() } catch {
            guard usesReserve(after: error) else { throw error }
            return try commitPending()
        }
        remakeReserve()
        return checkpoint
    }

    private mutating func commitPending() throws(LedgerFailure) -> LedgerCheckpoint? {
        try Self.lock(lockFile, folder, limits)
        defer { lockFile.unlock() }
        try takeUp()
        let time = clock()
        try keepToLimits(at: time)
        var bytes: [UInt8] = []
        swap(&bytes, &pending)
        defer { swap(&bytes, &pending) }
        let checkpoint = try bytes.span.bytes.withUnsafeBytes { bytes throws(LedgerFailure) in
            try write(bytes, pendingLeaves, at: time, signedBy: [key.signer])
        }
        bytes.removeAll(keepingCapacity: true)
        pendingLeaves.removeAll(keepingCapacity: true)
        return checkpoint
    }

    static func lock(
        _ file: borrowing Descriptor, _ folder: LedgerFolder, _ limits: LedgerLimits
    ) throws(LedgerFailure) {
        let isLocked = try onDisk("lock", folder.lock) { () throws(Errno) in
            try file.lock(.exclusive, waitingMilliseconds: limits.lockMilliseconds)
        }
        guard isLocked else { throw .locked(path: folder.lock, milliseconds: limits.lockMilliseconds) }
    }

    /// Takes up where another writer stopped, if there was one since.
    mutating func takeUp() throws(LedgerFailure) {
        let (lineBytes, checkpointBytes) = try sizes()
        if lineBytes == tail.lineBytes, checkpointBytes == tail.checkpointBytes,
            tail.segment == tail.tree.size || !Files.exists(folder.file(.lines, of: tail.tree.size))
        {
            return
        }
        var recovery = LedgerRecovery(folder: folder, anchor: anchor)
        tail = try recovery.tail()
        files = try OpenSegment(folder, tail.segment)
        key = try recovery.key(of: tail)
        try record(recovery)
    }

    private borrowing func sizes() throws(LedgerFailure) -> (lines: Int, checkpoints: Int) {
        let lineBytes = try onDisk("look at", folder.file(.lines, of: tail.segment)) { () throws(Errno) in
            try files.lines.size()
        }
        let checkpointBytes = try onDisk("look at", folder.file(.checkpoints, of: tail.segment)) { () throws(Errno) in
            try files.checkpoints.size()
        }
        return (lineBytes, checkpointBytes)
    }
}

extension LedgerFolder {
    /// The key that the ledger begins with.
    func readAnchor() throws(LedgerFailure) -> NoteKey {
        let bytes: [UInt8]
        do throws(HostError) { bytes = try Files.readRegular(anchor, limit: 10_000) } catch {
            if error.errno == .notFound { throw .absent(folder: path) }
            throw .system(error)
        }
        guard bytes.last == 10, let key = NoteKey(String(decoding: bytes.dropLast(), as: UTF8.self)) else {
            throw .damaged(path: anchor, reason: "is no key of a log")
        }
        return key
    }

    func openLock() throws(LedgerFailure) -> Descriptor {
        try onDisk("open", lock) { () throws(Errno) in
            try Descriptor(opening: lock, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
        }
    }
}
