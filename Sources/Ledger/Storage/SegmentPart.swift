/// The files of a segment, by how their names end.
enum SegmentPart: String, Hashable, Sendable, CaseIterable {
    case lines = ".jsonl"
    case start = ".start"
    case checkpoints = ".checkpoints"
    case sealedLines = ".jsonl.zst"
    case frames = ".frames"
    case manifest = ".MANIFEST"
    case signature = ".MANIFEST.sig"
    case kept = ".kept"

    private static let digits = 20

    /// The first leaf of a segment in twenty digits.
    static func name(_ segment: UInt64) -> String {
        let text = String(segment)
        return String(repeating: "0", count: digits - text.utf8.count) + text
    }

    /// Reads the name of a file; nil for any that no segment has.
    static func parse(_ name: String) -> (segment: UInt64, part: SegmentPart)? {
        guard name.utf8.count > digits, let segment = UInt64(name.prefix(digits)),
            segment <= MerkleFrontier.greatestSize,
            let part = SegmentPart(rawValue: String(name.dropFirst(digits))), Self.name(segment) == name.prefix(digits)
        else { return nil }
        return (segment, part)
    }
}
