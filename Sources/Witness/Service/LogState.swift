public import Ledger

/// Where a witness stands with a log, as it tells whoever asks: four lines, `log NAME`, `size N`, `root BASE64` and `key KEY`.
///
/// It is not signed: by it a client knows what to send, not what to believe.
public struct LogState: Hashable, Sendable {
    /// The size that was signed last.
    public let size: UInt64
    /// The root at that size.
    public let root: MerkleHash
    /// The key that is trusted now.
    public let key: NoteKey

    /// Creates a state.
    public init(size: UInt64, root: MerkleHash, key: NoteKey) {
        self.size = size
        self.root = root
        self.key = key
    }

    init(_ log: WitnessedLog) { (size, root, key) = (log.size, log.root, log.key) }

    var text: [UInt8] {
        Array("log \(key.name)\nsize \(size)\nroot \(Base64.encode(root.bytes))\nkey \(key)\n".utf8)
    }

    /// Reads what a witness tells; nil for any other spelling.
    public init?(_ bytes: [UInt8]) {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 5, lines[1].hasPrefix("size "), let size = UInt64(lines[1].dropFirst(5)),
            lines[2].hasPrefix("root "),
            let root = Base64.decode(lines[2].dropFirst(5)).flatMap({ MerkleHash(bytes: $0) }),
            lines[3].hasPrefix("key "), let key = NoteKey(String(lines[3].dropFirst(4)))
        else { return nil }
        (self.size, self.root, self.key) = (size, root, key)
        guard text == bytes else { return nil }
    }
}
