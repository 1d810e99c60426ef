/// The files of a sealed segment and their hashes, in the form that `sha256sum --check` reads.
struct SegmentManifest: Hashable, Sendable {
    /// The parts it names, in the order in which they stand.
    static let parts: [SegmentPart] = [.sealedLines, .frames, .checkpoints, .start]
    /// The parts that come with sealing.
    static let sealing: [SegmentPart] = [.sealedLines, .frames, .manifest, .signature]

    /// The segment.
    let segment: UInt64
    /// The hash of each part.
    let hashes: [MerkleHash]

    init(segment: UInt64, hashes: [MerkleHash]) {
        self.segment = segment
        self.hashes = hashes
    }

    /// Reads a manifest; nil for any spelling but the one that ``text`` writes.
    init?(_ bytes: [UInt8], of segment: UInt64) {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        let hashes = lines.compactMap { MerkleHash(hexadecimal: $0.prefix(64)) }
        guard hashes.count == Self.parts.count else { return nil }
        self.init(segment: segment, hashes: hashes)
        guard text == bytes else { return nil }
    }

    /// The text of the file.
    var text: [UInt8] {
        let lines = zip(Self.parts, hashes).map { "\($1)  \(SegmentPart.name(segment))\($0.rawValue)\n" }
        return Array(lines.joined().utf8)
    }
}
