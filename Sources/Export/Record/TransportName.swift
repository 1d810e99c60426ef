/// A transport protocol as records name it: by a word, or by its number in digits.
struct TransportName: Hashable {
    /// The number that IANA gave it.
    let number: Int64
    /// IANA's keyword in lower case; nil when the record has a number only.
    let keyword: String?

    /// Reads the text of a record; nil when it is no protocol.
    init?(_ text: String) {
        switch text {
        case "tcp": (number, keyword) = (6, "tcp")
        case "udp": (number, keyword) = (17, "udp")
        case "sctp": (number, keyword) = (132, "sctp")
        case "dccp": (number, keyword) = (33, "dccp")
        case "udplite": (number, keyword) = (136, "udplite")
        case "icmp": (number, keyword) = (1, "icmp")
        case "icmpv6": (number, keyword) = (58, "ipv6-icmp")
        default:
            guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = UInt8(text)
            else { return nil }
            (self.number, keyword) = (Int64(number), nil)
        }
    }
}
