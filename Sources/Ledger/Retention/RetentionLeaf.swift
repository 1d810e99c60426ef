import JSON

/// The record behind which a segment's records are deleted.
struct RetentionLeaf: Hashable, Sendable {
    /// The segment.
    let segment: UInt64
    /// The first leaf behind it.
    let end: UInt64
    /// The latest time of its checkpoints: no record in it is newer.
    let newest: LedgerTime
    /// After how many days records are deleted.
    let days: Int64
    /// SHA-256 of the segment's manifest, and so of its files.
    let manifest: MerkleHash
    /// SHA-256 of what stays of the records.
    let kept: MerkleHash
    /// The root at the segment's end.
    let root: MerkleHash

    /// The most days that can be declared, as in a policy.
    static let mostDays: Int64 = 99_999

    /// The number of days that is declared when so many are asked for.
    static func declared(_ days: Int) -> Int64 { min(max(Int64(clamping: days), 1), mostDays) }

    /// Whether the segment was old enough at a time.
    func isDue(at time: LedgerTime) -> Bool { Self.isDue(newest, days: days, at: time) }

    /// Whether records are older than so many days.
    static func isDue(_ newest: LedgerTime, days: Int64, at time: LedgerTime) -> Bool {
        time > newest && time.seconds(since: newest) >= days * 86_400
    }

    /// The record itself.
    func leaf(at time: LedgerTime) -> LedgerLeaf {
        LedgerLeaf(
            time, LedgerAction.retention,
            [
                "segment": .string(SegmentPart.name(segment)), "end": .number(Int64(clamping: end)),
                "newest": .string(newest.description), "days": .number(days),
                "manifest": .string(manifest.description), "kept": .string(kept.description),
                "root": .string(root.description),
            ])
    }
}

extension RetentionLeaf {
    /// Reads a record; nil when it is none of a deletion.
    init?(_ leaf: LedgerLeaf) {
        guard leaf.action == LedgerAction.retention,
            let name = leaf["segment"]?.text, let segment = UInt64(name), segment < MerkleFrontier.greatestSize,
            SegmentPart.name(segment) == name,
            let end = leaf["end"]?.integer.flatMap({ UInt64(exactly: $0) }), end > segment,
            let newest = leaf["newest"]?.text.flatMap({ LedgerTime($0) }),
            let days = leaf["days"]?.integer, days > 0, days <= Self.mostDays,
            let manifest = leaf["manifest"]?.text.flatMap({ MerkleHash(hexadecimal: $0) }),
            let kept = leaf["kept"]?.text.flatMap({ MerkleHash(hexadecimal: $0) }),
            let root = leaf["root"]?.text.flatMap({ MerkleHash(hexadecimal: $0) })
        else { return nil }
        self.init(
            segment: segment, end: end, newest: newest, days: days, manifest: manifest, kept: kept, root: root)
    }
}
