/// A rule as the kernel has it, as far as sessions need to know it.
struct LiveRule: Hashable, Sendable {
    /// The chain it stands in.
    let chain: String
    /// Its comment; empty when it has none.
    let comment: String
    /// Its expressions as the kernel tells them.
    let expressions: [UInt8]

    /// Tells whether the expressions hold a text, as that of a set's name with its ending zero byte.
    func mentions(_ text: [UInt8]) -> Bool {
        guard let first = text.first, expressions.count >= text.count else { return false }
        for start in 0...(expressions.count - text.count) where expressions[start] == first {
            if expressions[start..<(start + text.count)].elementsEqual(text) { return true }
        }
        return false
    }

    /// Reads the comment out of a rule's user data: type, length, bytes, over and over; type 0 is the comment.
    static func comment(inUserData bytes: ArraySlice<UInt8>) -> String {
        var rest = bytes
        while rest.count >= 2 {
            let type = rest[rest.startIndex]
            let length = Int(rest[rest.startIndex + 1])
            guard rest.count >= 2 + length else { return "" }
            let value = rest.dropFirst(2).prefix(length)
            if type == 0 { return NetlinkReply.text(value) }
            rest = rest.dropFirst(2 + length)
        }
        return ""
    }
}
