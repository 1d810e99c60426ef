import Glibc
import Host
import JSON

/// Finds where a ledger ends, and sets aside what was not written to its end. The lock is held.
struct LedgerRecovery {
    let folder: LedgerFolder
    let anchor: NoteKey
    /// What was set aside, and is not recorded yet: the names of the files.
    private var torn: [String] = []
    private static let pending = ".pending"

    init(folder: LedgerFolder, anchor: NoteKey) {
        self.folder = folder
        self.anchor = anchor
    }

    /// Whether something was set aside that is not recorded yet.
    var hasTorn: Bool { !torn.isEmpty }

    /// The records of what was set aside.
    func leaves(at time: LedgerTime) -> [LedgerLeaf] {
        torn.map { LedgerLeaf(time, LedgerAction.tornTail, ["file": .string($0)]) }
    }

    /// Notes that the records are in the log.
    func settle() throws(LedgerFailure) {
        for name in torn {
            let path = "\(folder.torn)/\(name)"
            try onDisk { () throws(HostError) in try Files.move(path + Self.pending, to: path) }
        }
        try onDisk { () throws(HostError) in try Files.synchronizeFolder(folder.torn) }
    }

    /// Finds the end: by what the last writer noted, when that fits the files and the signed root; else by reading the segment.
    mutating func tail() throws(LedgerFailure) -> LedgerTail {
        let segments = try folder.contents().segments
        guard let segment = segments.filter({ $0.value.contains(.lines) }).keys.max() else {
            throw .damaged(path: folder.segments, reason: "has no segment that is written to")
        }
        let tail: LedgerTail
        if let noted = noted(segment) { tail = noted } else { tail = try counted(segment) }
        // Also of one that crashed before it could record what it had set aside.
        if Files.exists(folder.torn) {
            torn = try onDisk { () throws(HostError) in try Files.list(folder.torn) }
                .filter { $0.hasSuffix(Self.pending) }.map { String($0.dropLast(Self.pending.utf8.count)) }
        }
        return tail
    }

    private func noted(_ segment: UInt64) -> LedgerTail? {
        guard let bytes = try? Files.readRegular(folder.tip, limit: 10_000), let tail = LedgerTail(bytes),
            tail.segment == segment,
            let lines = try? Descriptor(opening: folder.file(.lines, of: segment), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
                .size(),
            lines == tail.lineBytes, let end = try? lastBytes(of: folder.file(.checkpoints, of: segment)),
            end.size == tail.checkpointBytes
        else { return nil }
        // Without a checkpoint, the segment's beginning says what the last one said.
        guard end.size > 0 else { return tail.tree.size == segment ? tail : nil }
        guard let last = CheckpointFile.last(of: end.bytes), last.checkpoint.root == tail.tree.root,
            last.checkpoint.size == tail.tree.size, last.checkpoint.number + 1 == tail.nextNumber,
            last.hash == tail.lastCheckpoint,
            // The checkpoint that begins an epoch is the only one that two keys sign.
            tail.epoch == last.checkpoint.epoch + (last.note.signatures.count == 2 ? 1 : 0)
        else { return nil }
        return tail
    }

    /// The end of a file, with room for several checkpoints.
    private func lastBytes(of path: String) throws(Errno) -> (size: Int, bytes: [UInt8]) {
        let file = try Descriptor(opening: path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
        let size = try file.size()
        var bytes: [UInt8] = []
        let count = min(size, 16 << 10)
        try file.read(count, at: size - count, into: &bytes)
        return (size, bytes)
    }

    private mutating func counted(_ segment: UInt64) throws(LedgerFailure) -> LedgerTail {
        let bytes = try folder.read(.checkpoints, of: segment)
        let startPath = folder.file(.start, of: segment)
        guard var tail = LedgerTail(try folder.read(.start, of: segment)), tail.segment == segment,
            tail.tree.size == segment, tail.lineBytes == 0, tail.checkpointBytes == 0
        else { throw .damaged(path: startPath, reason: "does not tell how the segment begins") }
        let file = CheckpointFile(bytes)
        let checkpointPath = folder.file(.checkpoints, of: segment)
        guard file.end == bytes.count || file.isTorn else {
            throw .damaged(path: checkpointPath, reason: "has something at byte \(file.end) that is no checkpoint")
        }
        let lines = try folder.read(.lines, of: segment)
        let linePath = folder.file(.lines, of: segment)
        if let last = file.entries.last?.checkpoint {
            try lines.span.bytes.withUnsafeBytes { lines throws(LedgerFailure) in
                if let first = file.entries.first { tail.segmentTime = first.checkpoint.time }
                while tail.tree.size < last.size {
                    guard let end = lines.lineEnd(from: tail.lineBytes) else {
                        throw .damaged(
                            path: linePath,
                            reason: "ends before leaf \(last.size - 1), which the last checkpoint covers")
                    }
                    let line = UnsafeRawBufferPointer(rebasing: lines[tail.lineBytes..<end])
                    tail.tree.append(MerkleHash(leaf: line))
                    tail.lineBytes = end + 1
                    if LedgerLeaf.has(Array(LedgerAction.keyRotation.utf8), line), let leaf = LedgerLeaf(line) {
                        tail.epoch += 1
                        tail.epochTime = leaf.time
                    }
                }
            }
            guard tail.tree.size == last.size, tail.tree.root == last.root else {
                throw .damaged(path: linePath, reason: "does not lead to the root of the last checkpoint")
            }
            tail.nextNumber = last.number + 1
            tail.time = last.time
            tail.lastCheckpoint = file.entries.last?.hash ?? .empty
        }
        tail.checkpointBytes = file.end
        try setAside(Array(bytes[file.end...]), of: .checkpoints, segment, keeping: file.end)
        try setAside(Array(lines[tail.lineBytes...]), of: .lines, segment, keeping: tail.lineBytes)
        return tail
    }

    /// Copies what was not finished to a file of its own, makes that durable, and only then cuts it off.
    private mutating func setAside(
        _ bytes: [UInt8], of part: SegmentPart, _ segment: UInt64, keeping size: Int
    ) throws(LedgerFailure) {
        guard !bytes.isEmpty else { return }
        let name = "\(SegmentPart.name(segment))\(part.rawValue)-\(size)-\(MerkleHash(sha256: bytes))"
        let path = folder.file(part, of: segment)
        try onDisk { () throws(HostError) in
            try Files.makeFolder(folder.torn)
            try Files.writeAtomically("\(folder.torn)/\(name)\(Self.pending)", bytes, mode: 0o600)
            try Files.synchronizeFolder(folder.path)
        }
        try onDisk("cut", path) { () throws(Errno) in
            let file = try Descriptor(opening: path, O_WRONLY | O_NOFOLLOW)
            try file.truncate(to: size)
            try file.synchronizeData()
        }
    }

    /// Finds the private key of the epoch in which the ledger ends, and finishes a rotation that a crash interrupted.
    func key(of tail: LedgerTail) throws(LedgerFailure) -> EpochKey {
        if let key = try EpochKey(folder.currentKey, origin: anchor.name), key.number == tail.epoch {
            // A rotation that did not get as far as the log: its key signed nothing.
            try EpochKey.erase(folder.nextKey)
            try EpochKey.erase("\(folder.keys)/old")
            return key
        }
        guard let next = try EpochKey(folder.nextKey, origin: anchor.name), next.number == tail.epoch else {
            throw .damaged(
                path: folder.currentKey, reason: "is not the key of epoch \(tail.epoch), in which the log ends")
        }
        try EpochKey.promote(in: folder)
        return next
    }
}
