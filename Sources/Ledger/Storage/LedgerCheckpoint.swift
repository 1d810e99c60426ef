/// A checkpoint as this ledger writes it: beside the tree's size and root, when it was made, which one it is, and by which epoch's
/// key it is signed. The hash of the checkpoint before it makes a chain of them, so that the signature of one vouches for every byte
/// of those before; the time ties an epoch to its hour.
public struct LedgerCheckpoint: Hashable, Sendable {
    /// The log.
    public let origin: String
    /// How many leaves there are.
    public let size: UInt64
    /// The root over them.
    public let root: MerkleHash
    /// When it was made, by the host's clock.
    public let time: LedgerTime
    /// The how many-eth checkpoint of the log it is, from 0.
    public let number: UInt64
    /// The epoch of the key that signs.
    public let epoch: UInt64
    /// SHA-256 of the checkpoint before it as it stands in its file; of nothing for the first.
    public let previous: MerkleHash

    init(
        origin: String, size: UInt64, root: MerkleHash, time: LedgerTime, number: UInt64, epoch: UInt64,
        previous: MerkleHash
    ) {
        self.origin = origin
        self.size = size
        self.root = root
        self.time = time
        self.number = number
        self.epoch = epoch
        self.previous = previous
    }

    /// Reads the text of a note; nil when it is no checkpoint of this kind.
    init?(_ text: String) {
        guard let checkpoint = Checkpoint(text), checkpoint.extensions.count == 4,
            let time = Self.value("time", of: checkpoint.extensions[0]).flatMap({ LedgerTime($0) }),
            let number = Self.value("checkpoint", of: checkpoint.extensions[1]).flatMap({ UInt64($0) }),
            let epoch = Self.value("epoch", of: checkpoint.extensions[2]).flatMap({ UInt64($0) }),
            let previous = Self.value("previous", of: checkpoint.extensions[3]).flatMap({ MerkleHash(hexadecimal: $0) })
        else { return nil }
        // No more checkpoints and epochs than leaves: so that whoever counts on does not overflow.
        guard number < MerkleFrontier.greatestSize, epoch < MerkleFrontier.greatestSize else { return nil }
        self.init(
            origin: checkpoint.origin, size: checkpoint.size, root: checkpoint.root, time: time, number: number,
            epoch: epoch, previous: previous)
        // Leading zeros, a plus sign: what is written differently is another text.
        guard self.text == text else { return nil }
    }

    private static func value(_ key: String, of line: String) -> Substring? {
        line.hasPrefix("\(key) ") ? line.dropFirst(key.count + 1) : nil
    }

    /// The text that is signed; nil when the origin can be none, or the size is too great.
    var text: String? {
        Checkpoint(
            origin: origin, size: size, root: root,
            extensions: ["time \(time)", "checkpoint \(number)", "epoch \(epoch)", "previous \(previous)"])?.text
    }
}

/// The checkpoints of a segment, one behind the other: each a signed note and an empty line, by which one that was cut is told.
struct CheckpointFile {
    /// A checkpoint and where it stands.
    struct Entry {
        let checkpoint: LedgerCheckpoint
        let note: SignedNote
        /// SHA-256 of its bytes in the file, the empty line among them.
        let hash: MerkleHash
        /// Where they stand.
        let place: Range<Int>
    }

    /// What could be read.
    private(set) var entries: [Entry] = []
    /// Where what follows is no whole checkpoint; the number of bytes when all are.
    private(set) var end = 0
    /// Whether what follows could be the beginning of one that was not written to its end.
    private(set) var isTorn = false

    /// Reads as many as are whole.
    init(_ bytes: [UInt8]) {
        while end < bytes.count {
            guard let next = Self.end(of: bytes, from: end) else {
                isTorn = true
                return
            }
            guard let note = try? SignedNote(Array(bytes[end..<(next - 1)])),
                note.bytes.elementsEqual(bytes[end..<(next - 1)]),
                let checkpoint = LedgerCheckpoint(note.text)
            else { return }
            entries.append(
                Entry(
                    checkpoint: checkpoint, note: note, hash: MerkleHash(sha256: Array(bytes[end..<next])),
                    place: end..<next))
            end = next
        }
    }

    /// The bytes that stand in the file for a note.
    static func bytes(of note: SignedNote) -> [UInt8] { note.bytes + [10] }

    /// Where the entry ends that begins at a place: behind its second empty line. One empty line parts text and signatures.
    private static func end(of bytes: [UInt8], from start: Int) -> Int? {
        var emptyLines = 0
        var place = start
        while place + 1 < bytes.count {
            if bytes[place] == 10, bytes[place + 1] == 10 {
                emptyLines += 1
                if emptyLines == 2 { return place + 2 }
                place += 1
            }
            place += 1
        }
        return nil
    }
}

extension CheckpointFile {
    /// Reads the last checkpoint only, without those before it.
    static func last(of bytes: [UInt8]) -> Entry? {
        // Two empty lines from the end lies the entry's beginning: its own, its signatures', and the one before it.
        var emptyLines = 0
        var place = bytes.count - 2
        while place > 0 {
            if bytes[place] == 10, bytes[place + 1] == 10 {
                emptyLines += 1
                if emptyLines == 3 { break }
                place -= 1
            }
            place -= 1
        }
        let start = emptyLines == 3 ? place + 2 : 0
        let file = CheckpointFile(Array(bytes[start...]))
        return file.end == bytes.count - start && file.entries.count == 1 ? file.entries[0] : nil
    }
}
