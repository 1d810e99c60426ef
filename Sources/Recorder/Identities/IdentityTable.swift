import Policy

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

/// Identities with their proofs by number, as they are written to records. A number keeps its meaning while the recorder runs,
/// though the policy changes.
struct IdentityTable {
    private(set) var text: [UInt8] = []
    private var ranges: [ByteRange] = [.empty]
    private var numbers: [Key: UInt32] = [:]
    private let capacity: Int

    private struct Key: Hashable {
        let name: Name
        let proof: ProofKind
    }

    init(capacity: Int) { self.capacity = capacity }

    /// `,"user":"alice","identity":{…}`; nothing for number 0.
    subscript(number: UInt32) -> ByteRange { ranges[Int(number)] }

    /// Returns the number of an identity with a proof; 0 when there is no room. Not for each record.
    mutating func number(of name: Name, _ proof: ProofKind) -> UInt32 {
        if let known = numbers[Key(name: name, proof: proof)] { return known }
        guard ranges.count < capacity else { return 0 }
        let json =
            ",\"user\":\"\(name)\",\"identity\":{\"name\":\"\(name)\",\"proof\":\"\(proof.name)\""
            + ",\"strength\":\"\(proof.strength.name)\"}"
        ranges.append(ByteRange(start: text.count, count: json.utf8.count))
        text += Array(json.utf8)
        let number = UInt32(ranges.count - 1)
        numbers[Key(name: name, proof: proof)] = number
        return number
    }
}
