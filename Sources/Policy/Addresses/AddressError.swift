/// Why a text is not an address or a block of addresses. ``AddressError/message(for:)`` says it to the author.
public enum AddressError: Error, Hashable, Sendable {
    /// Nothing is written.
    case empty
    /// It is like no address at all: perhaps a name.
    case notAnAddress
    /// A part of an IPv4 address is above 255.
    case octetTooLarge
    /// A part of an IPv4 address begins with 0: elsewhere 010 is taken for octal 8.
    case leadingZero
    /// An IPv4 address of other than four parts.
    case octetCount(Int)
    /// A part of an IPv6 address has more than four digits.
    case groupTooLong
    /// An IPv6 address of other than eight parts.
    case groupCount
    /// `::` stands twice, or stands for nothing.
    case misplacedCompression
    /// A scope such as `%eth0`: it names an interface, not an address.
    case zone
    /// Only `/24`, without an address before it.
    case missingAddress
    /// A `/` without a prefix length behind it, or with something that is not one.
    case prefixNotANumber
    /// The prefix is longer than an address of the family has bits.
    case prefixTooLong(limit: UInt8)
    /// A prefix where a single address is wanted.
    case unexpectedPrefix
    /// A netmask in place of a prefix length, with the block it means when it is one.
    case netmask(CIDR?)
    /// The address has bits set behind the prefix; the block it lies in.
    case hostBits(CIDR)
    /// An IPv4 address written as IPv6; the block in IPv4.
    case mapped(CIDR)
    /// A range `A-B`.
    case range
    /// Something stands behind the address, such as a second one.
    case trailingText

    /// Returns one line for the author who wrote `text`: lower case, no full stop, with what would be right.
    public func message(for text: String) -> String {
        let text = "'\(ExcerptText.shortened(text))'"
        switch self {
        case .empty: return "an address is missing; write one such as 10.0.0.1 or a block such as 10.0.0.0/24"
        case .notAnAddress: return "\(text) is not an IP address or CIDR block"
        case .octetTooLarge: return "\(text) has a part above 255, so it is no IPv4 address"
        case .leadingZero:
            return "\(text) has a part with a leading zero, which some programs read as octal; leave the zero out"
        case .octetCount(let count):
            return "\(text) has \(count) part\(count == 1 ? "" : "s"); an IPv4 address has four"
        case .groupTooLong: return "\(text) has a part of more than four digits, so it is no IPv6 address"
        case .groupCount: return "\(text) is no IPv6 address: eight parts, or fewer with one '::'"
        case .misplacedCompression: return "\(text) is no IPv6 address: '::' may stand once, for at least one part"
        case .zone: return "\(text) names an interface with '%'; write the address alone"
        case .missingAddress: return "\(text) has no address before the '/'"
        case .prefixNotANumber: return "\(text) has no prefix length behind the '/'"
        case .prefixTooLong(let limit): return "\(text) has a prefix length above \(limit)"
        case .unexpectedPrefix: return "\(text) is a block; a single address is wanted"
        case .netmask(let block?): return "\(text) has a netmask; write \(block)"
        case .netmask(nil): return "\(text) has a netmask that is no prefix; write a prefix length"
        case .hostBits(let block): return "\(text) has bits set behind its prefix; write \(block)"
        case .mapped(let block): return "\(text) is an IPv4 address in IPv6 form; write it as IPv4: \(block)"
        case .range: return "\(text) is a range; write it as CIDR blocks"
        case .trailingText: return "\(text) holds more than one address or block"
        }
    }

    /// The text that would be right, when it is certain what was meant.
    public var correction: CIDR? {
        switch self {
        case .netmask(let block): block
        case .hostBits(let block), .mapped(let block): block
        default: nil
        }
    }
}
