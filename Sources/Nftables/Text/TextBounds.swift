/// What may stand in nft text that portgate renders.
///
/// nft 1.0.6 corrupts its own memory on log prefixes of 140 bytes and more, cuts log groups above 65535 silently, and pasted
/// text can become rules; so every text is bounded and made of a fixed alphabet before it gets near nft.
public enum TextBounds {
    /// The longest log prefix, in bytes.
    public static let maxPrefixBytes = 126
    /// The longest comment, in bytes.
    public static let maxCommentBytes = 128
    /// The longest name of a chain, set, map or counter, in bytes.
    public static let maxNameBytes = 127
    /// What every name begins with, so that none is a keyword of nft.
    public static let namePrefix = "pg_"
    /// The last second that the kernel's clock of nanoseconds can name.
    public static let maxSecond: Int64 = 9_223_372_036

    /// Tells whether a byte may stand in a comment or a log prefix.
    public static func isTextByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: " "), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "/"),
            UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "@"),
            UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "#"), UInt8(ascii: "?"):
            true
        default: false
        }
    }

    /// Returns the text with every byte outside the alphabet replaced by `?`, cut to a number of bytes.
    public static func clamped(_ text: String, to maxBytes: Int) -> String {
        String(decoding: text.utf8.prefix(maxBytes).map { isTextByte($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }

    /// Tells whether a byte may stand in the name of an object.
    static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"),
            UInt8(ascii: "/"):
            true
        default: false
        }
    }

    /// Tells whether nft can be given the name of an object, and reads it back as the same name.
    static func isObjectName(_ name: String) -> Bool {
        name.utf8.count <= maxNameBytes && name.hasPrefix(namePrefix) && name.utf8.count > namePrefix.utf8.count
            && name.utf8.allSatisfy(isNameByte)
    }

    /// Tells whether the text can stand as a comment.
    static func isComment(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= maxCommentBytes && text.utf8.allSatisfy(isTextByte)
    }
}
