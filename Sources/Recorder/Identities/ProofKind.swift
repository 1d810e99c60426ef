/// How it was proven who somebody is.
public enum ProofKind: UInt8, Hashable, Sendable, CaseIterable {
    /// By the source address alone.
    case address
    /// By the hardware address of a neighbour, or the interface.
    case link
    /// By the owner of the socket that opened the connection.
    case process
    /// By the key that WireGuard binds the address to.
    case wireguard
    /// By a security association of IPsec.
    case ipsec
    /// By a session that was authenticated from the same address.
    case session
    /// By a grant for the address.
    case grant
    /// By the certificate that the client showed in the handshake.
    case certificate

    /// The word in records.
    public var name: String {
        switch self {
        case .address: "address"
        case .link: "link"
        case .process: "process"
        case .wireguard: "wireguard"
        case .ipsec: "ipsec"
        case .session: "session"
        case .grant: "grant"
        case .certificate: "tls-certificate"
        }
    }

    /// How much it takes to pretend.
    public enum Strength: UInt8, Hashable, Sendable, Comparable {
        /// An address can be taken by others: on the same network, and by anybody over UDP where sources are not checked.
        case weak
        /// Somebody was authenticated, and then whoever has the address counts.
        case medium
        /// A key, or the kernel itself, tells with each packet.
        case strong

        /// The word in records.
        public var name: String {
            switch self {
            case .weak: "weak"
            case .medium: "medium"
            case .strong: "strong"
            }
        }

        /// Orders by strength.
        public static func < (left: Strength, right: Strength) -> Bool { left.rawValue < right.rawValue }
    }

    /// How much it takes to pretend.
    public var strength: Strength {
        switch self {
        case .address, .link: .weak
        case .session, .grant: .medium
        case .process, .wireguard, .ipsec, .certificate: .strong
        }
    }
}
