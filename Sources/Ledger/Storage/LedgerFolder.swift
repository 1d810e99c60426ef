import Host

/// Where a ledger's files are.
///
///     anchor                           the key that verifies the first epoch
///     keys/current                     the private key of this epoch
///     segments/FIRST.jsonl             records, a line each; FIRST is the index of the first leaf, twenty digits
///     segments/FIRST.start             the tree as it was before them
///     segments/FIRST.checkpoints       the checkpoints over them, each followed by an empty line
///     segments/FIRST.jsonl.zst         the records of a sealed segment, with its .frames, .MANIFEST and .MANIFEST.sig
///     segments/FIRST.kept              what stays of a segment whose records were deleted, beside its .start, .checkpoints and manifest
///     torn/FIRST.PART-PLACE-SHA256     what a crash left unfinished; .pending until the log says so
///
/// Beside the folder stand `FOLDER.lock`, held while something is written, and `FOLDER.tip`, where the last writer stopped: it saves
/// reading and proves nothing. `FOLDER.reserve` is room that is given up when the disk is full.
public struct LedgerFolder: Hashable, Sendable {
    /// The folder.
    public let path: String

    /// Names a folder; nothing is touched.
    public init(_ path: String) {
        var path = path
        while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
        self.path = path
    }

    var anchor: String { "\(path)/anchor" }
    var lock: String { "\(path).lock" }
    var tip: String { "\(path).tip" }
    var reserve: String { "\(path).reserve" }
    var keys: String { "\(path)/keys" }
    var currentKey: String { "\(keys)/current" }
    var nextKey: String { "\(keys)/next" }
    var segments: String { "\(path)/segments" }
    var torn: String { "\(path)/torn" }

    /// A file of a segment.
    func file(_ part: SegmentPart, of segment: UInt64) -> String {
        "\(segments)/\(SegmentPart.name(segment))\(part.rawValue)"
    }

    /// Reads a file of a segment as a whole.
    func read(_ part: SegmentPart, of segment: UInt64) throws(LedgerFailure) -> [UInt8] {
        try onDisk { () throws(HostError) in try Files.readRegular(file(part, of: segment), limit: .max - 1) }
    }

    /// What there is of each segment, by its first leaf; other names are told apart.
    func contents() throws(LedgerFailure) -> (segments: [UInt64: Set<SegmentPart>], others: [String]) {
        var segments: [UInt64: Set<SegmentPart>] = [:]
        var others: [String] = []
        for name in try onDisk({ () throws(HostError) in try Files.list(self.segments) }) {
            if let (segment, part) = SegmentPart.parse(name) {
                segments[segment, default: []].insert(part)
            } else {
                others.append(name)
            }
        }
        return (segments, others)
    }
}
