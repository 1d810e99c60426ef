import Nftables
import Policy

/// Comments and log prefixes: text from a fixed alphabet and of bounded length, so that nothing an author writes can mean
/// anything to nft, and nothing is too long for it (a log prefix of 140 bytes corrupts libnftables' memory).
enum Provenance {
    /// Returns `subject path:line`; the path loses its beginning where it would not fit.
    static func comment(_ subject: String, at span: SourceSpan, in sources: SourceMap) -> String {
        let subject = Array(subject.utf8.prefix(TextBounds.maxCommentBytes - 16).map(allowed))
        let place = Array(sources.place(of: span).utf8)
        let room = TextBounds.maxCommentBytes - subject.count - 1
        let kept = place.count <= room ? place[...] : ([0x2e, 0x2e] + place.suffix(room - 2))[...]
        return String(decoding: subject + [0x20] + kept.map(allowed), as: UTF8.self)
    }

    /// Returns a fact for a comment: the alphabet's text, cut at the limit.
    static func fact(_ text: String) -> String { TextBounds.clamped(text, to: TextBounds.maxCommentBytes) }

    /// Returns the prefix of records about allowed connections: `pg1 allow port/rule `.
    static func allowPrefix(_ port: Name, _ rule: Name) -> String { "pg1 allow \(port)/\(rule) " }

    /// Returns the prefix of records about refused packets: `pg1 deny port `.
    static func denyPrefix(_ port: Name) -> String { "pg1 deny \(port) " }

    /// Returns the byte when it is in the alphabet of comments, else `?`.
    private static func allowed(_ byte: UInt8) -> UInt8 { TextBounds.isTextByte(byte) ? byte : UInt8(ascii: "?") }
}
