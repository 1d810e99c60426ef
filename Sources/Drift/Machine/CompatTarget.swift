import Nftables

/// What a target of xtables does, as far as the layout of its data is known (include/uapi/linux/netfilter/xt_*.h, nf_nat.h).
/// Numbers stand in the order of the host, addresses and ports in that of the network.
enum CompatTarget: Hashable {
    /// What becomes of an address or a port.
    enum Aim: Hashable {
        /// Nothing.
        case kept
        /// It is this from then on, most significant byte first.
        case fixed([UInt8])
        /// It is something that nobody knows beforehand.
        case unknown
    }

    /// It records the packet.
    case log
    /// It decides nothing, and changes nothing that rules ask for.
    case passes
    /// It refuses the packet with an answer.
    case reject
    /// It translates the source.
    case sourceTranslation
    /// It translates the destination, to this host itself when it redirects.
    case destinationTranslation(isRedirect: Bool, address: Aim, port: Aim)
    /// It clears bits of a number of 32 bits, and then turns some.
    case bits(Quantity, clear: UInt32, turn: UInt32)
    /// It gives a quantity a value that is not modelled.
    case value(Quantity)
    /// It keeps conntrack from the packet.
    case notrack
    /// Nobody knows.
    case unknown

    /// Reads a target's data.
    init(_ name: String, _ revision: UInt32, _ info: [UInt8], _ family: AddressFamily) {
        switch name {
        case "LOG", "NFLOG", "ULOG", "AUDIT": self = .log
        case "TCPMSS", "TCPOPTSTRIP", "CHECKSUM", "LED", "IDLETIMER", "RATEEST", "TRACE": self = .passes
        case "CLASSIFY": self = .value(.meta(MetaKey.priority.rawValue))
        case "REJECT": self = .reject
        case "MASQUERADE", "SNAT": self = .sourceTranslation
        case "DNAT", "REDIRECT": self = Self.translation(name, revision, info, family)
        case "MARK": self = Self.mark(revision, info)
        case "CONNMARK": self = Self.connectionMark(revision, info)
        case "CT": self = Self.template(revision, info)
        case "NOTRACK": self = .notrack
        default: self = .unknown
        }
    }

    /// struct xt_mark_tginfo2: mark, mask.
    private static func mark(_ revision: UInt32, _ info: [UInt8]) -> CompatTarget {
        let quantity = Quantity.meta(MetaKey.mark.rawValue)
        guard revision == 2, let mark = number(info, 0), let mask = number(info, 4) else { return .value(quantity) }
        return .bits(quantity, clear: mask, turn: mark)
    }

    /// struct xt_connmark_tginfo1 and 2: ctmark, ctmask, nfmask, of the second how to shift, mode.
    private static func connectionMark(_ revision: UInt32, _ info: [UInt8]) -> CompatTarget {
        guard revision == 1 || revision == 2, info.count >= 16, let mark = number(info, 0),
            let mask = number(info, 4)
        else { return .unknown }
        let connection = Quantity.connection(ConnectionKeyNumber.mark.rawValue, nil)
        switch info[revision == 1 ? 12 : 14] {
        case 0:
            let isShifted = revision == 2 && info[13] != 0
            return isShifted ? .value(connection) : .bits(connection, clear: mask, turn: mark)
        case 1: return .value(connection)
        case 2: return .value(.meta(MetaKey.mark.rawValue))
        default: return .unknown
        }
    }

    /// struct xt_ct_target_info: flags, zone; the first flag is XT_CT_NOTRACK.
    private static func template(_ revision: UInt32, _ info: [UInt8]) -> CompatTarget {
        guard revision <= 2, info.count >= 4 else { return .unknown }
        if info[0] & 1 != 0 { return .notrack }
        let hasZone = info[2] != 0 || info[3] != 0 || info[0] & 0x1c != 0
        return hasZone ? .value(.connection(ConnectionKeyNumber.zone.rawValue, nil)) : .passes
    }

    /// struct nf_nat_ipv4_multi_range_compat, nf_nat_range, nf_nat_range2.
    private static func translation(
        _ name: String, _ revision: UInt32, _ info: [UInt8], _ family: AddressFamily
    ) -> CompatTarget {
        let isRedirect = name == "REDIRECT"
        let isOld = revision == 0 && family == .v4
        // The count of ranges comes before the old form's one range.
        let start = isOld ? 4 : 0
        let width = isOld ? 4 : 16
        let ports = start + 4 + 2 * width
        guard revision <= 2, info.count >= ports + 4, let flags = number(info, start),
            !isOld || number(info, 0) == 1
        else { return .destinationTranslation(isRedirect: isRedirect, address: .unknown, port: .unknown) }
        let length = family == .v4 ? 4 : 16
        let first = info[start + 4..<start + 4 + length]
        let last = info[start + 4 + width..<start + 4 + width + length]
        let isPlain = flags & ~(Flag.addresses | Flag.ports | Flag.harmless) == 0
        var address = Aim.kept
        if isRedirect {
            address = .unknown
        } else if flags & Flag.addresses != 0 {
            address = first.elementsEqual(last) && isPlain ? .fixed(Array(first)) : .unknown
        }
        var port = Aim.kept
        if flags & Flag.ports != 0 {
            let (low, high) = (info[ports..<ports + 2], info[ports + 2..<ports + 4])
            port = low.elementsEqual(high) && isPlain ? .fixed(Array(low)) : .unknown
        }
        return .destinationTranslation(isRedirect: isRedirect, address: address, port: port)
    }

    private enum Flag {
        /// NF_NAT_RANGE_MAP_IPS
        static let addresses: UInt32 = 1
        /// NF_NAT_RANGE_PROTO_SPECIFIED
        static let ports: UInt32 = 2
        /// NF_NAT_RANGE_PROTO_RANDOM, _PERSISTENT, _PROTO_RANDOM_FULLY: of one value they choose that one.
        static let harmless: UInt32 = 4 | 8 | 16
    }

    private static func number(_ info: [UInt8], _ place: Int) -> UInt32? {
        guard info.count >= place + 4 else { return nil }
        return (0..<4).reduce(0) { $0 | UInt32(info[place + $1]) << UInt32($1 * 8) }
    }
}
