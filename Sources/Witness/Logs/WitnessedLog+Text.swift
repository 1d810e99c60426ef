import Ledger

extension WitnessedLog {
    private static let heading = "portgate-witness log 1"

    /// By what the log is told in paths and files: the hexadecimal digits of SHA-256 of its name.
    public static func identifier(of origin: String) -> String { MerkleHash(sha256: Array(origin.utf8)).description }

    /// By what the log is told in paths and files.
    public var identifier: String { Self.identifier(of: origin) }

    /// The file that keeps it: what it is, the keys, epoch, size and root on a line each, an empty line, and the checkpoint that was
    /// signed last.
    var text: [UInt8] {
        let lines = [
            Self.heading, "anchor \(anchor)", "key \(key)", "epoch \(epoch.map { "\($0)" } ?? "-")", "size \(size)",
            "root \(root)", "",
        ]
        return Array(lines.map { $0 + "\n" }.joined().utf8) + (cosigned?.bytes ?? [])
    }

    /// Reads what ``text`` writes; nil for any other spelling, and when the checkpoint is not of that size and root.
    init?(_ bytes: [UInt8]) {
        var rest = bytes[...]
        func line(_ rest: inout ArraySlice<UInt8>) -> String? {
            guard let end = rest.firstIndex(of: 10) else { return nil }
            defer { rest = rest[(end + 1)...] }
            return String(decoding: rest[..<end], as: UTF8.self)
        }
        func value(_ key: String, _ rest: inout ArraySlice<UInt8>) -> String? {
            guard let line = line(&rest), line.hasPrefix("\(key) ") else { return nil }
            return String(line.dropFirst(key.utf8.count + 1))
        }
        guard line(&rest) == Self.heading, let anchor = value("anchor", &rest).flatMap({ NoteKey($0) }),
            let key = value("key", &rest).flatMap({ NoteKey($0) }), key.name == anchor.name,
            let epoch = value("epoch", &rest), let size = value("size", &rest).flatMap({ UInt64($0) }),
            let root = value("root", &rest).flatMap({ MerkleHash(hexadecimal: $0) }), line(&rest) == ""
        else { return nil }
        self.init(anchor: anchor)
        self.key = key
        self.epoch = UInt64(epoch)
        self.size = size
        self.root = root
        if !rest.isEmpty {
            guard let note = try? SignedNote(Array(rest)), let checkpoint = Checkpoint(note.text),
                checkpoint.origin == origin, checkpoint.size == size, checkpoint.root == root
            else { return nil }
            cosigned = note
        }
        guard text == bytes, cosigned != nil || size == 0 && root == .empty, self.epoch.map({ $0 < .max }) ?? true
        else { return nil }
    }
}
