/// What a log commits to (C2SP tlog-checkpoint): which log it is, how many leaves it has, and the root over them.
public struct Checkpoint: Hashable, Sendable {
    /// The log, by its unique name. It is not empty and has no line end.
    public let origin: String
    /// How many leaves it has.
    public let size: UInt64
    /// The root of the tree over them.
    public let root: MerkleHash
    /// More lines, none empty.
    public let extensions: [String]

    /// Creates a checkpoint; nil when a text has a line end or a control character, or is empty, or the size is too great.
    public init?(origin: String, size: UInt64, root: MerkleHash, extensions: [String] = []) {
        let isPlain = ([origin] + extensions).allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { $0 >= 0x20 } }
        guard isPlain, size <= MerkleFrontier.greatestSize else { return nil }
        self.origin = origin
        self.size = size
        self.root = root
        self.extensions = extensions
    }

    /// Reads the text of a note; nil when it is no checkpoint.
    public init?(_ text: String) {
        guard text.utf8.last == UInt8(ascii: "\n") else { return nil }
        let lines = text.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 3, let size = UInt64(lines[1]), String(size) == lines[1],
            let bytes = Base64.decode(lines[2]), let root = MerkleHash(bytes: bytes)
        else { return nil }
        self.init(origin: String(lines[0]), size: size, root: root, extensions: lines.dropFirst(3).map(String.init))
    }

    /// The text that is signed.
    public var text: String {
        ([origin, String(size), Base64.encode(root.bytes)] + extensions).map { $0 + "\n" }.joined()
    }
}
