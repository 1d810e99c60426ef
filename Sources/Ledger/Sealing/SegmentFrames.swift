/// Where the frames of a sealed segment lie: by them a record, or a time, is found without reading what is before it.
///
/// One line for each: the first leaf, where the frame begins and how long it is, how many bytes it holds, the first record's time, and
/// the root over its leaves. A frame ends where the number of leaves of the whole log is a multiple of 256.
struct SegmentFrames: Hashable, Sendable {
    /// Leaves in a whole frame.
    static let leaves: UInt64 = 256
    private static let heading = "portgate frames 1"

    /// One frame.
    struct Frame: Hashable, Sendable {
        /// Its first leaf.
        let leaf: UInt64
        /// Where it begins in the file.
        let offset: Int
        /// Its bytes in the file.
        let bytes: Int
        /// The bytes that it holds.
        let lineBytes: Int
        /// When its first record was made, as the record says; a dash when it says nothing that can be read.
        let time: LedgerTime?
        /// The root over its leaves, as over those of a tree of their own.
        let root: MerkleHash
    }

    /// The frames in their order.
    var frames: [Frame] = []

    init() {}

    /// Reads what ``text`` writes; nil for any other spelling.
    init?(_ bytes: [UInt8]) {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        guard lines.first.map(String.init) == Self.heading else { return nil }
        for line in lines.dropFirst() {
            let words = line.split(separator: " ")
            guard words.count == 6, let leaf = UInt64(words[0]), let offset = Int(words[1]), let bytes = Int(words[2]),
                let lineBytes = Int(words[3]), let root = MerkleHash(hexadecimal: words[5]),
                leaf <= MerkleFrontier.greatestSize, offset >= 0, bytes > 0, lineBytes > 0
            else { return nil }
            frames.append(
                Frame(
                    leaf: leaf, offset: offset, bytes: bytes, lineBytes: lineBytes, time: LedgerTime(words[4]),
                    root: root))
        }
        guard text == bytes else { return nil }
    }

    /// The text of the file.
    var text: [UInt8] {
        let lines = frames.map {
            "\($0.leaf) \($0.offset) \($0.bytes) \($0.lineBytes) \($0.time.map { "\($0)" } ?? "-") \($0.root)\n"
        }
        return Array("\(Self.heading)\n\(lines.joined())".utf8)
    }
}
