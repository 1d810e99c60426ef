import Policy

/// Comments and log prefixes: text from a fixed alphabet and of bounded length, so that nothing an author writes can mean
/// anything to nft, and nothing is too long for it (a log prefix of 140 bytes corrupts libnftables' memory).
enum Provenance {
    /// The most bytes that a comment may have.
    static let longestComment = 128
    /// The most bytes that a log prefix may have.
    static let longestPrefix = 126

    /// Returns `subject path:line`; the path loses its beginning where it would not fit.
    static func comment(_ subject: String, at span: SourceSpan, in sources: SourceMap) -> String {
        let subject = Array(subject.utf8.prefix(longestComment - 16).map(allowed))
        let place = Array(sources.place(of: span).utf8)
        let room = longestComment - subject.count - 1
        let kept = place.count <= room ? place[...] : ([0x2e, 0x2e] + place.suffix(room - 2))[...]
        return String(decoding: subject + [0x20] + kept.map(allowed), as: UTF8.self)
    }

    /// Returns a fact for a comment: the alphabet's text, cut at the limit.
    static func fact(_ text: String) -> String {
        String(decoding: text.utf8.prefix(longestComment).map(allowed), as: UTF8.self)
    }

    /// Returns the prefix of records about allowed connections: `pg1 allow port/rule `.
    static func allowPrefix(_ port: Name, _ rule: Name) -> String { "pg1 allow \(port)/\(rule) " }

    /// Returns the prefix of records about refused packets: `pg1 deny port `.
    static func denyPrefix(_ port: Name) -> String { "pg1 deny \(port) " }

    /// Returns the byte when it is in the alphabet of comments, else `_`.
    private static func allowed(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: " "), UInt8(ascii: "+"):
            byte
        default: UInt8(ascii: "_")
        }
    }
}
