/// The name that a client asked for (RFC 6066, section 3).
public struct ServerName: Hashable, Sendable {
    /// The longest name that is shown whole.
    static let mostBytes = 255

    /// The name, its odd bytes escaped.
    public let text: String
    /// Whether it is a host name at all: labels of letters, digits, hyphens and underscores, and no address.
    public let isHostName: Bool

    init(_ bytes: ArraySlice<UInt8>) {
        text = EscapedText.text(bytes, limit: Self.mostBytes)
        isHostName = Self.isHostName(bytes)
    }

    private static func isHostName(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard (1...254).contains(bytes.count) else { return false }
        var labelLength = 0
        var isNumber = true
        var lastWasNumber = false
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "."):
                guard labelLength > 0 else { return false }
                lastWasNumber = isNumber
                labelLength = 0
                isNumber = true
                continue
            case UInt8(ascii: "0")...UInt8(ascii: "9"): break
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"),
                UInt8(ascii: "_"):
                isNumber = false
            default: return false
            }
            labelLength += 1
            guard labelLength <= 63 else { return false }
        }
        // A name may end with a dot, and its last label is no number: that would be an address.
        return labelLength > 0 ? !isNumber : !lastWasNumber
    }
}
