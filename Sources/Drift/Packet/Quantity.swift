public import Nftables

/// One thing that a packet, its connection or its surroundings have, and that rules may ask for. Its value is a number of
/// ``width(for:)`` bits; what a register holds of it is made by ``PacketReading``.
public enum Quantity: Hashable, Sendable {
    /// The source address.
    case source
    /// The destination address.
    case destination
    /// The transport protocol (IANA), of whatever extension headers stand before it.
    case transport
    /// The source port; of protocols without ports the first two bytes behind the network header.
    case sourcePort
    /// The destination port; of protocols without ports the third and fourth byte behind the network header.
    case destinationPort
    /// Any other byte of a header or of the payload.
    case byte(LivePayloadBase, Int)
    /// The number of bytes behind the TCP or UDP header.
    case payloadLength
    /// The number of bytes of the transport header and what is behind it.
    case transportLength
    /// The link layer's source address.
    case linkSource
    /// The link layer's destination address.
    case linkDestination
    /// What `meta` knows, by its key.
    case meta(UInt32)
    /// What conntrack knows, by its key, and the direction where it has one.
    case connection(UInt32, UInt8?)
    /// A look into the routing table.
    case route(result: UInt32, flags: UInt32)
    /// Something of the packet's socket.
    case socket(key: UInt32, level: UInt32)
    /// Something of the packet's route.
    case routing(UInt32)
    /// Something of the packet's security association.
    case ipsec(key: UInt32, direction: UInt8, index: UInt32)
    /// Bytes of an extension header or an option.
    case option(operation: UInt32, type: UInt8, offset: Int, length: Int)
    /// What became of the destination: 0 nothing, 1 translated, 2 translated to this host itself.
    case translation
    /// A number that an expression makes and that is not modelled; told by all that makes it.
    case made(String, width: Int)
    /// Whether something holds that is not modelled; told by all that decides it.
    case atom(Atom)

    /// An address of this host, on the interface that the packet came by.
    static func hostAddress(_ family: AddressFamily) -> Quantity {
        .made("an address of this host", width: family == .v4 ? 32 : 128)
    }

    /// The number of bits of its value in a packet of a family, 1...128.
    func width(for family: AddressFamily) -> Int {
        switch self {
        case .source, .destination: family == .v4 ? 32 : 128
        case .transport, .byte: 8
        case .sourcePort, .destinationPort, .payloadLength, .transportLength: 16
        case .linkSource, .linkDestination: 48
        case .meta(let key): MetaLayout.width(of: key) ?? 32
        case .connection(let key, _): ConnectionLayout.width(of: key, family: family) ?? 32
        case .route(let result, _): result == 2 ? 128 : 32
        case .socket(let key, _): key == 0 || key == 2 ? 8 : key == 3 ? 64 : 32
        case .routing(let key): key == 2 ? 128 : key == 3 ? 16 : key == 4 ? 8 : 32
        case .ipsec(let key, _, _): key == 2 || key == 4 ? 128 : 32
        case .option(_, _, _, let length): min(16, max(1, length)) * 8
        case .made(_, let width): min(128, max(1, width))
        case .translation: 2
        case .atom: 1
        }
    }
}

extension AddressFamily {
    /// The address by which a host reaches itself: 127.0.0.1, ::1.
    var loopbackNumber: UInt128 { self == .v4 ? 0x7f00_0001 : 1 }
}

/// A predicate that is not modelled. Equal contents are the same predicate, so that it cancels where both sides have it.
public struct Atom: Hashable, Sendable, CustomStringConvertible {
    /// What kind of thing decides it.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The packet has a socket that a process holds.
        case owner
        /// A header, an option or a state is there that an expression reads.
        case presence
        /// A rate, a quota or a number of connections is kept.
        case limit
        /// A set that is filled while it is used holds the key.
        case member
        /// A set has room for another element.
        case room
        /// A match of xtables, or another expression that is not known.
        case foreign
    }

    /// The table whose set, object or rule decides it: each has a state of its own, whatever others are called.
    public struct Owner: Hashable, Sendable {
        /// The family of the table.
        public let family: LiveFamily
        /// The name of the table.
        public let table: String

        /// Names a table.
        public init(family: LiveFamily, table: String) {
            self.family = family
            self.table = table
        }

        /// The gate's own table.
        public static let gate = Owner(family: .inet, table: "portgate")
    }

    /// The kind.
    public let kind: Kind
    /// All that decides it, in words.
    public let words: String
    /// Where it is decided; nil for what the packet itself decides.
    public let owner: Owner?

    /// Creates a predicate.
    public init(_ kind: Kind, _ words: String, of owner: Owner? = nil) {
        self.kind = kind
        self.words = words
        self.owner = owner
    }

    /// Whether a set holds a key that is given in words.
    static func member(of set: String, _ owner: Owner, _ key: String) -> Atom {
        Atom(.member, "@\(set) holds \(key)", of: owner)
    }

    /// Whether a set says that a durable ledger is there, to packets of a family.
    static func durable(_ set: String, _ family: AddressFamily) -> Atom {
        // The family is a constant of the way: NFPROTO_IPV4 (2), NFPROTO_IPV6 (10), as ``Origin/words(_:width:)`` has a constant.
        member(of: set, .gate, family == .v4 ? "0b00000010" : "0b00001010")
    }

    /// Whether a set has room for a key that is given in words, or holds it.
    static func room(in set: String, _ owner: Owner, _ key: String) -> Atom {
        Atom(.room, "@\(set) has room for \(key)", of: owner)
    }

    /// The words.
    public var description: String { words }
}

/// The widths of what `meta` loads (nft_meta_get_init, net/netfilter/nft_meta.c).
enum MetaLayout {
    /// The bits of a value; nil for a key that is not known.
    static func width(of key: UInt32) -> Int? {
        switch key {
        case 0: 32  // len
        case 1: 16  // protocol, network order
        case 2, 3, 4, 5: 32  // priority, mark, iif, oif
        case 6, 7: 128  // iifname, oifname
        case 8, 9: 16  // iiftype, oiftype
        case 10, 11, 12, 13, 14: 32  // skuid, skgid, nftrace, rtclassid, secmark
        case 15, 16: 8  // nfproto, l4proto
        case 17, 18: 128  // bri_iifname, bri_oifname
        case 19: 8  // pkttype
        case 20, 21, 22, 23, 24: 32  // cpu, iifgroup, oifgroup, cgroup, prandom
        case 25: 8  // secpath
        case 26, 27: 128  // iifkind, oifkind
        case 28: 16  // bri_iifpvid
        case 29: 16  // bri_iifvproto, network order
        case 30: 64  // time_ns
        case 31: 8  // time_day
        case 32: 32  // time_hour
        case 33: 32  // sdif
        case 34: 128  // sdifname
        case 35: 8  // broute
        case 36: 48  // bri_iifhwaddr
        default: nil
        }
    }

    /// Whether it is something of the interface that the packet leaves by: oif, oifname, oiftype, oifgroup, oifkind.
    static func isOfOutput(_ key: UInt32) -> Bool { [5, 7, 9, 22, 27].contains(key) }

    /// Whether rules can set it: priority, mark, secmark, pkttype (nft_meta_set_init).
    static func isWritable(_ key: UInt32) -> Bool { [2, 3, 14, 19].contains(key) }

    /// Whether the register holds the value with its most significant byte first: names, and what comes from the wire.
    static func isBigEndian(_ key: UInt32) -> Bool { [1, 6, 7, 17, 18, 26, 27, 29, 34, 36].contains(key) }
}

/// The widths of what `ct` loads (nft_ct_get_init, net/netfilter/nft_ct.c).
enum ConnectionLayout {
    /// The bit of the status that tells of a translated destination (IPS_DST_NAT_BIT), 0 being the least significant.
    static let destinationTranslated = 5

    /// The bits of a value; nil for a key that is not known.
    static func width(of key: UInt32, family: AddressFamily) -> Int? {
        switch key {
        case 0: 32  // state
        case 1: 8  // direction
        case 2, 3, 4, 5: 32  // status, mark, secmark, expiration
        case 6: 128  // helper
        case 7: 8  // l3protocol
        case 8, 9: family == .v4 ? 32 : 128  // src, dst
        case 10: 8  // protocol
        case 11, 12: 16  // proto-src, proto-dst
        case 13: 128  // labels
        case 14, 15, 16: 64  // pkts, bytes, avgpkt
        case 17: 16  // zone
        case 18: 32  // eventmask
        case 19, 20: 32  // src_ip, dst_ip
        case 21, 22: 128  // src_ip6, dst_ip6
        case 23: 32  // id
        default: nil
        }
    }

    /// Whether the register holds the value with its most significant byte first.
    static func isBigEndian(_ key: UInt32) -> Bool { [6, 8, 9, 11, 12, 13, 19, 20, 21, 22].contains(key) }
}
