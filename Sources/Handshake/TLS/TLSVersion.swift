/// A version of TLS by its number on the wire.
public struct TLSVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// TLS 1.2, the last version whose certificates can be seen on the way.
    public static let tls12 = TLSVersion(0x0303)
    /// TLS 1.3, of which nothing can be seen behind the ServerHello.
    public static let tls13 = TLSVersion(0x0304)

    /// The number, as it stands in a hello.
    public let number: UInt16

    /// Creates a version from its number; there need not be such a version.
    public init(_ number: UInt16) { self.number = number }

    /// `TLSv1.3`, `TLSv1.2`, `TLSv1.1`, `TLSv1.0`, `SSLv3`, or the number: `0x7F1C`.
    public var description: String {
        switch number {
        case 0x0304: "TLSv1.3"
        case 0x0303: "TLSv1.2"
        case 0x0302: "TLSv1.1"
        case 0x0301: "TLSv1.0"
        case 0x0300: "SSLv3"
        default: Hexadecimal.text(number)
        }
    }

    /// Orders versions by their numbers.
    public static func < (one: TLSVersion, other: TLSVersion) -> Bool { one.number < other.number }
}

/// The values that stand in lists to keep servers from choking on what they do not know (RFC 8701).
enum Grease {
    /// Whether a cipher suite, an extension, a version or a signature algorithm is one of the sixteen.
    static func contains(_ number: UInt16) -> Bool { number & 0x0f0f == 0x0a0a && number >> 8 == number & 0xff }
}
