/// A name that a policy declares: of a port, rule, network, identity, window or signature.
///
/// The alphabet is what may be pasted into kernel object names, log prefixes and comments without meaning anything to nft:
/// ASCII letters, digits, `-`, `_` and `.`, starting with a letter or digit, at most 48 bytes.
public struct Name: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The longest name, in bytes. Two of them and the fixed parts fit a 126-byte log prefix.
    public static let longest = 48

    /// The text.
    public let text: String

    /// Creates a name, or nil when the text is outside the alphabet or too long.
    public init?(_ text: some StringProtocol) {
        guard !text.isEmpty, text.utf8.count <= Self.longest else { return nil }
        for (position, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                continue
            case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                if position == 0 { return nil }
            default:
                return nil
            }
        }
        self.text = String(text)
    }

    /// The text.
    public var description: String { text }

    /// Orders by bytes.
    public static func < (left: Name, right: Name) -> Bool { left.text < right.text }
}
