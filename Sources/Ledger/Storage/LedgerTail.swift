/// Where a ledger ends: all that is needed to write on.
struct LedgerTail: Hashable, Sendable {
    /// The first leaf of the segment that is written to.
    var segment: UInt64
    /// The time of its first checkpoint; of the last one before it as long as it has none.
    var segmentTime: LedgerTime
    /// Bytes of its lines that the last checkpoint covers.
    var lineBytes = 0
    /// Bytes of its checkpoints.
    var checkpointBytes = 0
    /// The tree at the last checkpoint.
    var tree: MerkleFrontier
    /// The number of the next checkpoint.
    var nextNumber: UInt64
    /// The time of the last checkpoint.
    var time: LedgerTime
    /// The hash of the last checkpoint, as ``LedgerCheckpoint/previous`` tells it.
    var lastCheckpoint = MerkleHash.empty
    /// The epoch.
    var epoch: UInt64
    /// When it began.
    var epochTime: LedgerTime
    /// For how many seconds a key signs.
    var epochSeconds: Int64

    /// A line for each value; the subtrees' hashes last.
    var text: [UInt8] {
        var lines = [
            "portgate ledger 1", "segment \(segment)", "segment-time \(segmentTime)", "lines \(lineBytes)",
            "checkpoints \(checkpointBytes)", "next-checkpoint \(nextNumber)", "last-checkpoint \(lastCheckpoint)",
            "time \(time)", "epoch \(epoch)",
            "epoch-time \(epochTime)", "epoch-seconds \(epochSeconds)", "size \(tree.size)",
        ]
        lines += tree.peaks.map { "subtree \($0)" }
        return Array(lines.map { $0 + "\n" }.joined().utf8)
    }

    init(
        segment: UInt64, tree: MerkleFrontier, nextNumber: UInt64, time: LedgerTime, epoch: UInt64,
        epochTime: LedgerTime,
        epochSeconds: Int64
    ) {
        self.segment = segment
        segmentTime = time
        self.tree = tree
        self.nextNumber = nextNumber
        self.time = time
        self.epoch = epoch
        self.epochTime = epochTime
        self.epochSeconds = epochSeconds
    }

    /// Reads what ``text`` writes; nil for any other spelling.
    init?(_ bytes: [UInt8]) {
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)[...]
        func value(_ key: String, _ lines: inout ArraySlice<Substring>) -> Substring? {
            guard let line = lines.popFirst(), line.hasPrefix("\(key) ") else { return nil }
            return line.dropFirst(key.count + 1)
        }
        guard lines.popFirst() == "portgate ledger 1",
            let segment = value("segment", &lines).flatMap({ UInt64($0) }),
            let segmentTime = value("segment-time", &lines).flatMap({ LedgerTime($0) }),
            let lineBytes = value("lines", &lines).flatMap({ Int($0) }),
            let checkpointBytes = value("checkpoints", &lines).flatMap({ Int($0) }),
            let nextNumber = value("next-checkpoint", &lines).flatMap({ UInt64($0) }),
            let lastCheckpoint = value("last-checkpoint", &lines).flatMap({ MerkleHash(hexadecimal: $0) }),
            let time = value("time", &lines).flatMap({ LedgerTime($0) }),
            let epoch = value("epoch", &lines).flatMap({ UInt64($0) }),
            let epochTime = value("epoch-time", &lines).flatMap({ LedgerTime($0) }),
            let epochSeconds = value("epoch-seconds", &lines).flatMap({ Int64($0) }), epochSeconds > 0,
            let size = value("size", &lines).flatMap({ UInt64($0) }), lineBytes >= 0, checkpointBytes >= 0,
            nextNumber < MerkleFrontier.greatestSize, epoch < MerkleFrontier.greatestSize
        else { return nil }
        var peaks: [MerkleHash] = []
        while let text = value("subtree", &lines) {
            guard let hash = MerkleHash(hexadecimal: text) else { return nil }
            peaks.append(hash)
        }
        guard let tree = MerkleFrontier(size: size, peaks: peaks) else { return nil }
        self.init(
            segment: segment, tree: tree, nextNumber: nextNumber, time: time, epoch: epoch, epochTime: epochTime,
            epochSeconds: epochSeconds)
        self.lastCheckpoint = lastCheckpoint
        self.segmentTime = segmentTime
        self.lineBytes = lineBytes
        self.checkpointBytes = checkpointBytes
        guard text == bytes else { return nil }
    }
}
