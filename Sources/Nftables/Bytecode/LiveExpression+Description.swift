extension LiveExpression: CustomStringConvertible {
    /// The expression in brackets, in the form of `nft --debug=netlink`, of printable ASCII only.
    public var description: String { "[ \(loadText ?? testText ?? countText ?? actionText ?? endText) ]" }

    private var loadText: String? {
        switch self {
        case .immediate(let into, let bytes): "immediate \(into) \(BytecodeText.hex(bytes))"
        case .payload(let base, let offset, let length, let into):
            "payload load \(length)b @ \(base) header + \(offset) => \(into)"
        case .extensionHeader(let operation, let type, let offset, let length, let presence, let into):
            "exthdr load \(Self.header(operation)) \(length)b @ \(type) + \(offset)\(presence ? " present" : "") => \(into)"
        case .meta(let key, let into): "meta load \(BytecodeText.meta(key)) => \(into)"
        case .connection(let key, let direction, let into):
            "ct load \(BytecodeText.connection(key)) => \(into)\(Self.direction(direction))"
        case .socket(let key, let level, let into):
            "socket load \(BytecodeText.name(key, ["transparent", "mark", "wildcard", "cgroupv2"]))\(key == 3 ? " \(level)" : "") => \(into)"
        case .route(let result, let flags, let into): "fib \(Self.fib(result, flags)) => \(into)"
        case .routing(let key, let into):
            "rt load \(BytecodeText.name(key, ["classid", "nexthop4", "nexthop6", "tcpmss", "ipsec"])) => \(into)"
        case .ipsec(let key, let direction, let index, let into):
            "xfrm load \(direction == 0 ? "in" : "out") \(index) \(BytecodeText.name(key, ["unspec", "daddr4", "daddr6", "saddr4", "saddr6", "reqid", "spi"])) => \(into)"
        case .systemFingerprint(let flags, let ttl, let into): "osf \(into) ttl \(ttl) flags \(BytecodeText.hex(flags))"
        case .number(let type, let modulus, let offset, let into):
            "numgen \(into) = \(type == 0 ? "inc" : "random") mod \(modulus) offset \(offset)"
        case .hash(let type, let from, let length, let modulus, let seed, let offset, let into):
            "hash \(into) = \(type == 0 ? "jhash(\(from?.description ?? ""), \(length), \(BytecodeText.hex(seed ?? 0)))" : "symhash()") % mod \(modulus) offset \(offset)"
        case .tunnel(let key, let mode, let into):
            "tunnel load \(BytecodeText.name(key, ["path", "id"])) mode \(mode) => \(into)"
        default: nil
        }
    }

    private var testText: String? {
        switch self {
        case .bitwise(let from, let into, _, .mask(let mask, let xor)):
            "bitwise \(into) = ( \(from) & \(BytecodeText.hex(mask)) ) ^ \(BytecodeText.hex(xor))"
        case .bitwise(let from, let into, _, .shiftLeft(let bits)): "bitwise \(into) = ( \(from) << \(bits) )"
        case .bitwise(let from, let into, _, .shiftRight(let bits)): "bitwise \(into) = ( \(from) >> \(bits) )"
        case .bitwise(let from, let into, _, .registers(let operation, let second)):
            "bitwise \(into) = ( \(from) \(operation == 3 ? "&" : operation == 4 ? "|" : "^") \(second) )"
        case .byteOrder(let from, let into, let size, let length):
            "byteorder \(into) = hton(\(from), \(size), \(length))"
        case .compare(let comparison, let register, let bytes):
            "cmp \(comparison) \(register) \(BytecodeText.hex(bytes))"
        case .range(let register, let from, let to, let negated):
            "range \(negated ? "neq" : "eq") \(register) \(BytecodeText.hex(from)) \(BytecodeText.hex(to))"
        case .lookup(let set, let from, let into, let negated):
            BytecodeText.words(
                "lookup \(from) set \(BytecodeText.safe(set))", BytecodeText.pair("into", into),
                negated ? "inverted" : nil)
        default: nil
        }
    }

    private var countText: String? {
        switch self {
        case .dynamicSet(let set, let operation, let key, let data, let timeout, let negated, let expressions):
            BytecodeText.words(
                "dynset \(BytecodeText.name(operation, ["add", "update", "delete"])) \(key) set \(BytecodeText.safe(set))",
                BytecodeText.pair("data", data), timeout.map { "timeout \($0)ms" }, negated ? "inverted" : nil,
                expressions.isEmpty ? nil : "expr " + expressions.map(\.description).joined(separator: " "))
        case .counter: "counter"
        case .limit(let rate, let unit, let burst, let type, let flags):
            "limit rate \(rate)/\(unit)s burst \(burst) type \(type == 0 ? "packets" : "bytes") flags \(BytecodeText.hex(flags))"
        case .quota(let bytes, let flags): "quota bytes \(bytes) flags \(flags)"
        case .connectionLimit(let count, let flags): "connlimit count \(count) flags \(flags)"
        case .last: "last"
        case .object(let type, let name): "objref type \(type) name \(BytecodeText.safe(name))"
        case .objectOf(let map, let key): "objref \(key) set \(BytecodeText.safe(map))"
        default: nil
        }
    }

    private var actionText: String? {
        switch self {
        case .log(let prefix, let group, let snap, let threshold, let level, let flags):
            BytecodeText.words(
                "log", prefix.isEmpty ? nil : "prefix \(BytecodeText.safe(prefix))", group.map { "group \($0)" },
                snap.map { "snaplen \($0)" }, threshold.map { "qthreshold \($0)" }, level.map { "level \($0)" },
                flags == 0 ? nil : "flags \(BytecodeText.hex(flags))")
        case .payloadWrite(let base, let offset, let length, let from, let type, let sum, let flags):
            "payload write \(from) => \(length)b @ \(base) header + \(offset) csum_type \(type) csum_off \(sum) csum_flags \(BytecodeText.hex(flags))"
        case .extensionHeaderWrite(let operation, let type, let offset, let length, let from?):
            "exthdr write \(Self.header(operation)) \(from) => \(length)b @ \(type) + \(offset)"
        case .extensionHeaderWrite(let operation, let type, _, _, nil): "exthdr reset \(Self.header(operation)) \(type)"
        case .metaWrite(let key, let from): "meta set \(BytecodeText.meta(key)) with \(from)"
        case .connectionWrite(let key, let direction, let from):
            "ct set \(BytecodeText.connection(key)) with \(from)\(Self.direction(direction))"
        case .notrack: "notrack"
        case .duplicate(let address, let device):
            BytecodeText.words("dup", BytecodeText.pair("address", address), BytecodeText.pair("device", device))
        case .flowOffload(let name): "flow_offload \(BytecodeText.safe(name))"
        default: nil
        }
    }

    private var endText: String {
        switch self {
        case .verdict(let verdict): "immediate \(verdict)"
        case .reject(let type, let code): "reject type \(type) code \(code)"
        case .nat(let type, let family, let first, let last, let firstPort, let lastPort, let flags):
            BytecodeText.words(
                "nat \(type == 0 ? "snat" : "dnat") family \(family)", BytecodeText.pair("addr_min", first),
                BytecodeText.pair("addr_max", last), BytecodeText.pair("proto_min", firstPort),
                BytecodeText.pair("proto_max", lastPort), "flags \(BytecodeText.hex(flags))")
        case .masquerade(let first, let last, let flags): Self.ports("masq", first, last, flags)
        case .redirect(let first, let last, let flags): Self.ports("redir", first, last, flags)
        case .transparentProxy(let family, let address, let port):
            BytecodeText.words(
                "tproxy family \(family)", BytecodeText.pair("addr", address), BytecodeText.pair("port", port))
        case .forward(let device, let address, let family):
            BytecodeText.words("fwd device \(device)", BytecodeText.pair("address", address), "family \(family)")
        case .queue(let first, let total, let flags, let from):
            BytecodeText.words(
                "queue num \(first) total \(total) flags \(BytecodeText.hex(flags))", BytecodeText.pair("from", from))
        case .synproxy(let mss, let scale, let flags):
            "synproxy mss \(mss) wscale \(scale) flags \(BytecodeText.hex(flags))"
        case .match(let name, let revision, let info):
            "match name \(BytecodeText.safe(name)) rev \(revision) info \(info.count)b"
        case .target(let name, let revision, let info):
            "target name \(BytecodeText.safe(name)) rev \(revision) info \(info.count)b"
        case .unknown(let name, let attributes):
            "\(name.isEmpty ? "unknown" : BytecodeText.safe(name)) not understood, \(attributes.count)b"
        // All others were told before.
        default: "unknown"
        }
    }

    private static func header(_ operation: UInt32) -> String {
        BytecodeText.name(operation, ["ipv6", "tcpopt", "ipv4", "sctp", "dccp"])
    }

    private static func direction(_ direction: UInt8?) -> String {
        switch direction {
        case nil: ""
        case 0?: " , dir original"
        case 1?: " , dir reply"
        case let other?: " , dir \(other)"
        }
    }

    private static func fib(_ result: UInt32, _ flags: UInt32) -> String {
        let names = ["saddr", "daddr", "mark", "iif", "oif"]
        let set = names.indices.filter { flags & 1 << UInt32($0) != 0 }.map { names[$0] }.joined(separator: " . ")
        let result = BytecodeText.name(result, ["unspec", "oif", "oifname", "type"])
        return "\(set) \(result)\(flags & 32 != 0 ? " present" : "")"
    }

    private static func ports(_ name: String, _ first: LiveRegister?, _ last: LiveRegister?, _ flags: UInt32) -> String
    {
        BytecodeText.words(
            name, BytecodeText.pair("proto_min", first), BytecodeText.pair("proto_max", last),
            flags == 0 ? nil : "flags \(BytecodeText.hex(flags))")
    }
}
