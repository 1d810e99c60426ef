/// What stays of a segment's records when they are deleted: the records by which the log's own chain is followed, such as those that
/// hand on a key, each with the proof that it is in the tree of the next checkpoint; that these trees grew from one another; and the
/// tree at the segment's end, from which the log goes on.
///
/// Nothing in it is believed: the proofs lead to the roots of the segment's checkpoints, which stay, and which the keys of their time
/// have signed.
struct KeptSegment: Hashable, Sendable {
    /// A record that stays.
    struct Leaf: Hashable, Sendable {
        /// Its index.
        let index: UInt64
        /// Its line, without the end.
        let line: [UInt8]
        /// The proof that it is in the tree of the checkpoint (RFC 6962, section 2.1.1).
        let hashes: [MerkleHash]
    }

    /// A checkpoint by which something is proven.
    struct Stop: Hashable, Sendable {
        /// Its size.
        let size: UInt64
        /// The proof that its tree grew from that of the stop before it, or of the segment's beginning (RFC 6962, section 2.1.2).
        let growth: [MerkleHash]
        /// The records that stay and that this checkpoint is the first to cover.
        let leaves: [Leaf]
    }

    /// The segment.
    let segment: UInt64
    /// The tree at its end.
    let tree: MerkleFrontier
    /// The checkpoints, in their order; the last one is that of the segment's end.
    let stops: [Stop]

    private static let heading = "portgate kept 1"

    init(segment: UInt64, tree: MerkleFrontier, stops: [Stop]) {
        self.segment = segment
        self.tree = tree
        self.stops = stops
    }

    /// The text of the file.
    var text: [UInt8] {
        var bytes = Array("\(Self.heading)\nsegment \(segment)\nsize \(tree.size)\n".utf8)
        for hash in tree.peaks { bytes += Array("subtree \(hash)\n".utf8) }
        for stop in stops {
            bytes += Array("stop \(stop.size)\n".utf8)
            for hash in stop.growth { bytes += Array("grown \(hash)\n".utf8) }
            for leaf in stop.leaves {
                bytes += Array("leaf \(leaf.index)\n".utf8) + leaf.line + [10]
                for hash in leaf.hashes { bytes += Array("hash \(hash)\n".utf8) }
            }
        }
        return bytes
    }

    /// Reads what ``text`` writes; nil for any other spelling.
    init?(_ bytes: [UInt8]) {
        var lines = KeptLines(bytes)
        guard lines.next() == Self.heading, let segment = lines.number("segment"), let size = lines.number("size"),
            let tree = MerkleFrontier(size: size, peaks: lines.hashes("subtree"))
        else { return nil }
        var stops: [Stop] = []
        while let size = lines.number("stop") {
            let growth = lines.hashes("grown")
            var leaves: [Leaf] = []
            while let index = lines.number("leaf") {
                guard let line = lines.bytes() else { return nil }
                leaves.append(Leaf(index: index, line: line, hashes: lines.hashes("hash")))
            }
            stops.append(Stop(size: size, growth: growth, leaves: leaves))
        }
        self.init(segment: segment, tree: tree, stops: stops)
        guard text == bytes else { return nil }
    }
}

/// The lines of such a file, one behind the other.
private struct KeptLines {
    private var lines: ArraySlice<ArraySlice<UInt8>>

    init(_ bytes: [UInt8]) { lines = bytes.split(separator: 10, omittingEmptySubsequences: false)[...] }

    mutating func bytes() -> [UInt8]? { lines.popFirst().map { Array($0) } }

    mutating func next() -> String? { bytes().map { String(decoding: $0, as: UTF8.self) } }

    /// What stands behind a key, when the next line has it; no line is taken otherwise.
    private mutating func value(_ key: String) -> Substring? {
        let prefix = Array("\(key) ".utf8)
        guard let line = lines.first, line.starts(with: prefix) else { return nil }
        lines.removeFirst()
        return String(decoding: line.dropFirst(prefix.count), as: UTF8.self)[...]
    }

    mutating func number(_ key: String) -> UInt64? { value(key).flatMap { UInt64($0) } }

    mutating func hashes(_ key: String) -> [MerkleHash] {
        var hashes: [MerkleHash] = []
        while let hash = value(key).flatMap({ MerkleHash(hexadecimal: $0) }) { hashes.append(hash) }
        return hashes
    }
}
