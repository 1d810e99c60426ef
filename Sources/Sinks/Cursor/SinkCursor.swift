public import Ledger

/// How far a sink has got: the leaf that it takes next, and the hash of the one before it.
///
/// The hash ties the cursor to one ledger: where another has been put in its place, the leaf before the next one is another.
public struct SinkCursor: Hashable, Sendable, CustomStringConvertible {
    /// The index of the leaf that is delivered next.
    public let next: UInt64
    /// The hash of the last leaf delivered, as the tree has it; nil when none was.
    public let last: MerkleHash?

    /// Before the first leaf.
    public static let start = SinkCursor(next: 0, last: nil)

    private init(next: UInt64, last: MerkleHash?) {
        self.next = next
        self.last = last
    }

    /// Stands behind a leaf.
    public init(behind leaf: UInt64, _ hash: MerkleHash) {
        let (next, overflows) = leaf.addingReportingOverflow(1)
        self.init(next: overflows ? leaf : next, last: hash)
    }

    private static let title = "portgate-cursor 1"

    /// Three lines: what it is, `next INDEX`, `last HASH` with 64 hexadecimal digits, or `last none` before the first leaf.
    public var description: String {
        "\(Self.title)\nnext \(next)\nlast \(last.map { "\($0)" } ?? "none")\n"
    }

    /// Reads what ``description`` writes; nil for any other spelling.
    public init?(_ bytes: [UInt8]) {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard lines.count == 4, lines[0] == Self.title, lines[3].isEmpty, lines[1].hasPrefix("next "),
            lines[2].hasPrefix("last "), let next = UInt64(lines[1].dropFirst(5))
        else { return nil }
        if next == 0 {
            self = .start
        } else {
            guard let last = MerkleHash(hexadecimal: lines[2].dropFirst(5)) else { return nil }
            self.init(next: next, last: last)
        }
        // One spelling only: no sign, no leading zero, no capital digit.
        guard Array(description.utf8) == bytes else { return nil }
    }
}
