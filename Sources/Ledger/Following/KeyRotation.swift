import JSON

/// A record by which the key of an epoch is handed on.
public struct KeyRotation: Hashable, Sendable {
    /// The epoch that begins.
    public let epoch: UInt64
    /// Its key.
    public let key: NoteKey

    /// Reads a record's line, without its end; nil when it hands on no key.
    public init?(_ line: [UInt8]) {
        let leaf = line.withUnsafeBytes { LedgerLeaf($0) }
        guard let leaf, leaf.action == LedgerAction.keyRotation, let number = leaf["epoch"]?.integer,
            let epoch = UInt64(exactly: number), let key = leaf["key"]?.text.flatMap({ NoteKey($0) })
        else { return nil }
        self.epoch = epoch
        self.key = key
    }
}
