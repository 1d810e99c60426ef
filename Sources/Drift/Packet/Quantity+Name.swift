import Nftables

extension Quantity {
    /// The quantity as nft writes it, as far as it does.
    var name: String {
        switch self {
        case .source: "saddr"
        case .destination: "daddr"
        case .transport: "meta l4proto"
        case .sourcePort: "th sport"
        case .destinationPort: "th dport"
        case .byte(.inner, let offset): "@ih,\(offset * 8),8"
        case .byte(.network, let offset): "@nh,\(offset * 8),8"
        case .flags: "tcp flags"
        case .byte(.transport, let offset): "@th,\(offset * 8),8"
        case .byte(.link, let offset): "@ll,\(offset * 8),8"
        case .byte(.tunnel, let offset): "tunnel byte \(offset)"
        case .payloadLength: "payload length"
        case .transportLength: "transport length"
        case .linkSource: "ether saddr"
        case .linkDestination: "ether daddr"
        case .meta(let key): "meta " + (MetaKey(rawValue: key).map(Self.name) ?? "\(key)")
        case .connection(let key, let direction):
            "ct " + (direction.map { $0 == 0 ? "original " : "reply " } ?? "")
                + (ConnectionKeyNumber(rawValue: key).map(Self.name) ?? "\(key)")
        case .route(let result, let flags): "fib \(Self.fibFlags(flags)) \(Self.fibResult(result))"
        case .socket(let key, let level):
            key == 3
                ? "socket cgroupv2 level \(level)"
                : key == 0 ? "socket transparent" : key == 1 ? "socket mark" : "socket wildcard"
        case .routing(let key): "rt \(key)"
        case .ipsec(let key, let direction, let index): "ipsec \(direction == 0 ? "in" : "out") \(index) key \(key)"
        case .option(let operation, let type, let offset, let length):
            "\(PacketReading.optionName(operation)) \(type) @\(offset),\(length)"
        case .translation: "translation"
        case .made(let words, _): words
        case .atom(let atom): atom.words
        }
    }

    private static func name(_ key: MetaKey) -> String {
        switch key {
        case .mark: "mark"
        case .inputInterface: "iif"
        case .outputInterface: "oif"
        case .inputInterfaceName: "iifname"
        case .outputInterfaceName: "oifname"
        case .socketUser: "skuid"
        case .socketGroup: "skgid"
        case .time: "time"
        case .packetType: "pkttype"
        case .length: "length"
        default: "\(key)"
        }
    }

    private static func name(_ key: ConnectionKeyNumber) -> String {
        switch key {
        case .source, .sourceV4, .sourceV6: "saddr"
        case .destination, .destinationV4, .destinationV6: "daddr"
        case .sourcePort: "proto-src"
        case .destinationPort: "proto-dst"
        default: "\(key)"
        }
    }

    private static func fibFlags(_ flags: UInt32) -> String {
        [(1, "saddr"), (2, "daddr"), (4, "mark"), (8, "iif"), (16, "oif")].filter { flags & UInt32($0.0) != 0 }
            .map { String($0.1) }.joined(separator: " . ")
    }

    private static func fibResult(_ result: UInt32) -> String {
        result == 1 ? "oif" : result == 2 ? "oifname" : result == 3 ? "type" : "\(result)"
    }
}
