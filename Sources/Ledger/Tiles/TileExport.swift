import Glibc
import Host

/// Writes a ledger as tiles (C2SP tlog-tiles), which any client of a transparency log reads from a plain web server: `checkpoint`, the
/// hashes under `tile/LEVEL`, and the records under `tile/entries`.
///
/// It holds the log as the last checkpoint covers it. A ledger of which records were deleted has no such form: a client reads all
/// entries.
public struct TileExport: Sendable {
    /// Hashes of a full tile, and entries of a full bundle.
    static let width = 256
    /// The longest entry, by the 16 bits of its length.
    static let longestEntry = Int(UInt16.max)

    /// Where the ledger is.
    public let folder: LedgerFolder

    /// Prepares to write.
    public init(_ folder: LedgerFolder) { self.folder = folder }

    /// Writes all files into a folder, the checkpoint last; a file that is there already is not replaced.
    ///
    /// - Returns: the checkpoint that the tiles lead to.
    /// - Throws: ``LedgerFailure/deleted(leaf:first:)`` when records were deleted, ``LedgerFailure/line(reason:)`` when a record is
    ///   longer than 65535 bytes, ``LedgerFailure/damaged(path:reason:)`` when the records do not lead to the root that was signed.
    public func write(to path: String) throws(LedgerFailure) -> LedgerCheckpoint {
        let first = try LedgerReader(folder).firstRecord()
        guard first == 0 else { throw .deleted(leaf: 0, first: first) }
        guard let entry = try ProofBuilder(folder).checkpoint(nil) else { throw .absent(folder: folder.path) }
        let size = entry.checkpoint.size
        var writer = TileWriter(folder: path)
        var tree = MerkleFrontier()
        var failure: LedgerFailure?
        try LedgerReader(folder).blocks { block, _ in
            var place = 0
            while tree.size < size, let end = block.lineEnd(from: place) {
                let line = UnsafeRawBufferPointer(rebasing: block[place..<end])
                let hash = MerkleHash(leaf: line)
                tree.append(hash)
                do throws(LedgerFailure) { try writer.append(line, hash) } catch {
                    failure = error
                    return false
                }
                place = end + 1
            }
            return tree.size < size
        }
        if let failure { throw failure }
        guard tree.size == size, tree.root == entry.checkpoint.root else {
            throw .damaged(path: folder.segments, reason: "does not lead to the root of the last checkpoint")
        }
        try writer.finish(entry.note.bytes)
        return entry.checkpoint
    }
}

/// Writes tiles as they become full, from the records on up.
private struct TileWriter {
    let folder: String
    /// By level, the hashes of the tile that is not full yet, and how many full ones are before it.
    private var levels: [(hashes: [MerkleHash], number: UInt64)] = []
    /// The entries of the bundle that is not full yet.
    private var bundle: [UInt8] = []
    /// The folders that were made.
    private var folders: Set<String> = []

    init(folder: String) { self.folder = folder }

    mutating func append(_ line: UnsafeRawBufferPointer, _ hash: MerkleHash) throws(LedgerFailure) {
        guard let count = UInt16(exactly: line.count) else {
            throw .line(
                reason: "it has \(line.count) bytes, and an entry of a tile at most \(TileExport.longestEntry)")
        }
        bundle += [UInt8(count >> 8), UInt8(count & 0xff)]
        bundle.append(contentsOf: line)
        if levels.isEmpty { levels.append(([], 0)) }
        if levels[0].hashes.count == TileExport.width - 1 {
            try write(bundle, TilePath.entries(number: levels[0].number, width: TileExport.width))
            bundle = []
        }
        try append(hash, at: 0)
    }

    private mutating func append(_ hash: MerkleHash, at level: Int) throws(LedgerFailure) {
        if level == levels.count { levels.append(([], 0)) }
        levels[level].hashes.append(hash)
        guard levels[level].hashes.count == TileExport.width else { return }
        let (hashes, number) = levels[level]
        try write(
            hashes.flatMap(\.bytes), TilePath.hashes(level: level, number: number, width: TileExport.width))
        levels[level] = ([], number + 1)
        var tree = MerkleFrontier()
        // Of subtrees: they are the leaves of this one as they are.
        for hash in hashes { tree.append(hash) }
        try append(tree.root, at: level + 1)
    }

    /// Writes the tiles that did not become full, and the checkpoint.
    mutating func finish(_ note: [UInt8]) throws(LedgerFailure) {
        for (level, tile) in levels.enumerated() where !tile.hashes.isEmpty {
            let width = tile.hashes.count
            try write(
                tile.hashes.flatMap(\.bytes), TilePath.hashes(level: level, number: tile.number, width: width))
            if level == 0 { try write(bundle, TilePath.entries(number: tile.number, width: width)) }
        }
        try write(note, "checkpoint")
    }

    private mutating func write(_ bytes: [UInt8], _ name: String) throws(LedgerFailure) {
        let path = "\(folder)/\(name)"
        try makeFolder(of: path)
        try onDisk("write", path) { () throws(Errno) in
            let file = try Descriptor(opening: path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o644)
            try file.write(bytes.span)
        }
    }

    private mutating func makeFolder(of path: String) throws(LedgerFailure) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.utf8.startIndex else { return }
        let parent = String(path[..<slash])
        guard folders.insert(parent).inserted, !Files.exists(parent) else { return }
        try makeFolder(of: parent)
        try onDisk { () throws(HostError) in try Files.makeFolder(parent) }
    }
}
