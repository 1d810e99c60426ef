public import Ledger

/// The statement of a witness that at a time a checkpoint was the largest that it had seen of a log, and consistent with all before
/// (C2SP tlog-cosignature, `timestamped_signature`).
public struct Cosignature: Hashable, Sendable {
    /// When it was made: seconds since 1970 by the witness's clock.
    public let seconds: Int64
    /// The 64 bytes of the signature (RFC 8032).
    public let signature: [UInt8]

    private static let timeByteCount = 8

    init(seconds: Int64, signature: [UInt8]) {
        self.seconds = seconds
        self.signature = signature
    }

    /// Reads eight bytes of time, the highest first, and a signature; nil for what is none.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.timeByteCount + NoteSigner.signatureByteCount else { return nil }
        let time = bytes.prefix(Self.timeByteCount).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let seconds = Int64(exactly: time) else { return nil }
        self.init(seconds: seconds, signature: Array(bytes.dropFirst(Self.timeByteCount)))
    }

    /// What ``init(_:)`` reads.
    var bytes: [UInt8] {
        let time = UInt64(bitPattern: seconds)
        return (0..<Self.timeByteCount).map { UInt8(truncatingIfNeeded: time >> UInt64(56 - $0 * 8)) } + signature
    }

    /// When it was made.
    public var time: LedgerTime { LedgerTime(microseconds: 0).advanced(bySeconds: seconds) }

    /// What is signed: two lines, and the text of the checkpoint.
    static func message(_ text: String, _ seconds: Int64) -> [UInt8] {
        Array("cosignature/v1\ntime \(seconds)\n\(text)".utf8)
    }
}
