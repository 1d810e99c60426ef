import Nftables

/// Assembled rules and elements in the notation of `nft --debug=netlink list table`, which prints what the kernel dumps.
///
/// The notation does not tell the length of a constant below 4 bytes, nor a socket's level.
struct AssembledListing: Hashable {
    /// The expressions of each chain's rules.
    var rules: [String: [[String]]] = [:]
    /// The elements of each set, sorted; an end mark at zero, which closes nothing, is left out.
    var elements: [String: [String]] = [:]

    /// Writes a table's.
    init(of table: LiveTable) {
        let maps = Set(table.sets.lazy.filter(\.isVerdictMap).map(\.name))
        for chain in table.chains {
            let lines = chain.rules.map { rule in rule.expressions.map { "[ \(Self.text($0, maps)) ]" } }
            if !lines.isEmpty { rules[chain.name] = lines }
        }
        for set in table.sets {
            elements[set.name] = (0..<set.elements.count).map { Self.element(set.elements, $0) }.sorted()
        }
    }

    /// Reads what nft printed, up to the listing of the table itself.
    init(printed text: String) {
        var set: String?
        var chain: String?
        for line in text.split(separator: "\n") {
            if line.hasPrefix("table inet ") { break }
            let words = line.split(separator: " ")
            if line.hasPrefix("inet "), words.count >= 3 {
                let name = String(words[2])
                if name.hasPrefix("@") {
                    (set, chain) = (String(name.dropFirst()), nil)
                    elements[String(name.dropFirst())] = []
                } else {
                    (set, chain) = (nil, name)
                    rules[name, default: []].append([])
                }
            } else if line.hasPrefix("\telement "), let set {
                let element = line.dropFirst().split(separator: "  userdata")[0]
                if element.hasSuffix(": 1 [end]"), Self.isZero(element) { continue }
                elements[set, default: []].append(String(element))
            } else if line.hasPrefix("  [ "), let chain, let last = rules[chain]?.indices.last {
                rules[chain]?[last].append(String(line.dropFirst(2)))
            }
        }
        for (name, lines) in elements { elements[name] = lines.sorted() }
    }

    /// Whether the key of an element is all zeros.
    private static func isZero(_ element: some StringProtocol) -> Bool {
        element.dropFirst("element ".count).prefix { $0 != ":" }.allSatisfy { $0 == "0" || $0 == " " }
    }

    private static func element(_ elements: LiveSet.Elements, _ index: Int) -> String {
        var text = "element " + words(elements.key(at: index), prefix: "").map { $0 + " " }.joined()
        if !elements.keyEnds.isEmpty {
            text += " - " + words(elements.keyEnd(at: index), prefix: "").map { $0 + " " }.joined()
        }
        text += " : "
        if let verdict = elements.details[index]?.verdict { text += Self.verdict(verdict) + " " }
        return text + "\(elements.flags[index]) [end]"
    }

    private static func text(_ expression: LiveExpression, _ maps: Set<String>) -> String {
        switch expression {
        case .payload(let base, let offset, let length, let register):
            return "payload load \(length)b @ \(header(base)) + \(offset) => \(name(register))"
        case .payloadWrite(let base, let offset, let length, let from, let type, let checksum, let flags):
            return "payload write \(name(from)) => \(length)b @ \(header(base)) + \(offset) csum_type \(type) "
                + "csum_off \(checksum) csum_flags 0x\(flags)"
        case .meta(let key, let register): return "meta load \(meta(key)) => \(name(register))"
        case .connection(let key, let direction, let register):
            let suffix = direction.map { $0 == 0 ? " , dir original" : " , dir reply" } ?? ""
            return "ct load \(connection(key)) => \(name(register))\(suffix)"
        case .connectionWrite(let key, _, let from): return "ct set \(connection(key)) with \(name(from))"
        case .socket(3, _, let register): return "socket load cgroupv2 => \(name(register))"
        case .route(let result, let flags, let register):
            let from = [(1, "saddr"), (2, "daddr"), (4, "mark"), (8, "iif")].filter { flags & $0.0 != 0 }.map(\.1)
            let what = ["?", "oif", "oifname", "type"][Int(result)]
            return "fib \(from.joined(separator: " . ")) \(what) => \(name(register))"
        case .ipsec(let key, let direction, let index, let register):
            let what = key == 5 ? "reqid" : "spi"
            return "xfrm load \(direction == 0 ? "in" : "out") \(index) \(what) => \(name(register))"
        case .bitwise(let from, let into, _, .mask(let mask, let xor)):
            return "bitwise \(name(into)) = ( \(name(from)) & \(list(mask)) ) ^ \(list(xor))"
        case .byteOrder(let from, let into, let size, let length):
            return "byteorder \(name(into)) = hton(\(name(from)), \(size), \(length))"
        case .compare(let comparison, let register, let bytes):
            let operation = ["eq", "neq", "lt", "lte", "gt", "gte"][Int(comparison.rawValue)]
            return "cmp \(operation) \(name(register)) \(list(bytes))"
        case .range(let register, let from, let to, let negated):
            return "range \(negated ? "neq" : "eq") \(name(register)) \(list(from)) \(list(to))"
        case .lookup(let set, let from, let into, let negated):
            let data = into.map { "dreg \(number($0)) " } ?? (maps.contains(set) ? "dreg 0 " : "")
            return "lookup \(name(from)) set \(set) \(data)0x\(negated ? 1 : 0)"
        case .dynamicSet(let set, let operation, let key, _, let timeout, _, let expressions):
            let inner = expressions.map { " expr [ \(text($0, maps)) ]" }.joined()
            return "dynset \(["add", "update", "delete"][Int(operation)]) reg_key \(number(key)) set \(set) "
                + "timeout \(timeout ?? 0)ms" + inner
        case .limit(let rate, let seconds, let burst, let type, let flags):
            let units: [UInt64: String] = [1: "second", 60: "minute", 3600: "hour", 86400: "day", 604_800: "week"]
            return "limit rate \(rate)/\(units[seconds] ?? "?") burst \(burst) type "
                + "\(type == 0 ? "packets" : "bytes") flags 0x\(flags)"
        case .object(let type, let name): return "objref type \(type) name \(name)"
        case .log(let prefix, let group, let length, let threshold, _, _):
            return "log prefix \(prefix) group \(group ?? 0) snaplen \(length ?? 0) qthreshold \(threshold ?? 0)"
        case .extensionHeaderWrite(1, let type, _, _, nil): return "exthdr reset tcpopt \(type)"
        case .verdict(let verdict): return "immediate reg 0 \(Self.verdict(verdict))"
        case .reject(let type, let code): return "reject type \(type) code \(code)"
        default: return "\(expression)"
        }
    }

    private static func verdict(_ verdict: LiveVerdict) -> String {
        switch verdict {
        case .accept: "accept"
        case .drop: "drop"
        case .return: "return"
        case .jump(let chain): "jump -> \(chain)"
        case .goto(let chain): "goto -> \(chain)"
        default: "\(verdict)"
        }
    }

    private static func header(_ base: LivePayloadBase) -> String {
        switch base {
        case .link: "link header"
        case .network: "network header"
        case .transport: "transport header"
        case .inner: "inner header"
        case .tunnel: "tunnel header"
        }
    }

    private static func meta(_ key: UInt32) -> String {
        switch MetaKey(rawValue: key) {
        case .family: "nfproto"
        case .transport: "l4proto"
        case .time: "time"
        case .socketUser: "skuid"
        case .socketGroup: "skgid"
        case .inputInterfaceName: "iifname"
        case .outputInterfaceName: "oifname"
        case .inputInterfaceType: "iiftype"
        default: "\(key)"
        }
    }

    private static func connection(_ key: UInt32) -> String {
        switch ConnectionKeyNumber(rawValue: key) {
        case .state: "state"
        case .direction: "direction"
        case .status: "status"
        case .mark: "mark"
        case .packets: "packets"
        case .sourceV4: "src_ip"
        case .sourceV6: "src_ip6"
        case .destinationPort: "proto_dst"
        // This version prints no name for it.
        case .id: "unknown"
        default: "\(key)"
        }
    }

    private static func number(_ register: LiveRegister) -> Int { register.offset == 0 ? 1 : 8 + register.offset / 4 }

    private static func name(_ register: LiveRegister) -> String { "reg \(number(register))" }

    private static func list(_ bytes: [UInt8]) -> String { words(bytes[...], prefix: "0x").joined(separator: " ") }

    /// Groups of 4 bytes as numbers in the host's order.
    private static func words(_ bytes: ArraySlice<UInt8>, prefix: String) -> [String] {
        stride(from: bytes.startIndex, to: bytes.endIndex, by: 4).map { start in
            let word = bytes[start..<min(start + 4, bytes.endIndex)].reversed().reduce(UInt32(0)) {
                $0 << 8 | UInt32($1)
            }
            let digits = String(word, radix: 16)
            return prefix + String(repeating: "0", count: 8 - digits.count) + digits
        }
    }
}
