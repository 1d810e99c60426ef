extension LiveRule: CustomStringConvertible {
    /// The bytecode on one line, in the form of `nft --debug=netlink`: `[ meta load l4proto => r0 ] [ cmp eq r0 0x06 ]`.
    /// Registers are named by their offset in bytes, values are bytes in their order. Nothing but printable ASCII is in it,
    /// whatever the names on the host are.
    public var description: String { expressions.map(\.description).joined(separator: " ") }
}

extension LiveVerdict: CustomStringConvertible {
    /// The verdict as nft writes it.
    public var description: String {
        switch self {
        case .accept: "accept"
        case .drop: "drop"
        case .stolen: "stolen"
        case .queue(let code): "queue \(code >> 16)"
        case .continue: "continue"
        case .break: "break"
        case .return: "return"
        case .jump(let chain): "jump -> \(BytecodeText.safe(chain))"
        case .goto(let chain): "goto -> \(BytecodeText.safe(chain))"
        case .unknown(let code): "verdict \(code)"
        }
    }
}

/// Pieces of the text of bytecode.
enum BytecodeText {
    /// enum nft_meta_keys.
    private static let metaKeys = [
        "len", "protocol", "priority", "mark", "iif", "oif", "iifname", "oifname", "iiftype", "oiftype", "skuid",
        "skgid",
        "nftrace", "rtclassid", "secmark", "nfproto", "l4proto", "bri_iifname", "bri_oifname", "pkttype", "cpu",
        "iifgroup",
        "oifgroup", "cgroup", "prandom", "secpath", "iifkind", "oifkind", "bri_iifpvid", "bri_iifvproto", "time", "day",
        "hour",
        "sdif", "sdifname", "broute",
    ]
    /// enum nft_ct_keys.
    private static let connectionKeys = [
        "state", "direction", "status", "mark", "secmark", "expiration", "helper", "l3protocol", "src", "dst",
        "protocol",
        "proto_src", "proto_dst", "label", "packets", "bytes", "avgpkt", "zone", "event", "src_ip", "dst_ip", "src_ip6",
        "dst_ip6", "id",
    ]

    static func meta(_ key: UInt32) -> String { name(key, metaKeys) }
    static func connection(_ key: UInt32) -> String { name(key, connectionKeys) }

    static func name(_ number: UInt32, _ names: [String]) -> String {
        number < names.count ? names[Int(number)] : "unknown \(number)"
    }

    static func hex(_ bytes: some Collection<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text = Array("0x".utf8)
        for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }

    static func hex(_ number: some BinaryInteger) -> String { "0x" + String(number, radix: 16) }

    /// A text of which only letters, digits and a few marks stay; other bytes are told in hexadecimal.
    static func safe(_ text: String) -> String {
        var safe: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                safe.append(byte)
            default:
                if " _-./:+,*@=()#".utf8.contains(byte) {
                    safe.append(byte)
                } else {
                    safe += Array("\\x\(hex([byte]).dropFirst(2))".utf8)
                }
            }
        }
        return String(decoding: safe, as: UTF8.self)
    }

    /// Words with spaces between them, those that are nil left out.
    static func words(_ words: String?...) -> String { words.compactMap { $0 }.joined(separator: " ") }

    /// A register behind a word; nil without one.
    static func pair(_ word: String, _ register: LiveRegister?) -> String? { register.map { "\(word) \($0)" } }
}

extension LivePayloadBase: CustomStringConvertible {
    /// The header's name.
    public var description: String { BytecodeText.name(rawValue, ["link", "network", "transport", "inner", "tunnel"]) }
}

extension LiveComparison: CustomStringConvertible {
    /// `eq` and so on.
    public var description: String { BytecodeText.name(rawValue, ["eq", "neq", "lt", "lte", "gt", "gte"]) }
}
