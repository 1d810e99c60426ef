extension LiveExpression {
    typealias NotUnderstood = ExpressionAttributes.NotUnderstood
    /// How deep expressions may stand in expressions; the kernel has one level, those of a set's elements.
    private static let greatestDepth = 4

    /// Reads the expressions of a list (NFTA_LIST_ELEM each). One that is not understood is kept as ``unknown(name:attributes:)``;
    /// where the list itself breaks off, so is what is left of it.
    static func list(in bytes: NetlinkBytes, keyOnlyMaps: Set<String> = [], depth: Int = 0) -> [LiveExpression] {
        var found: [LiveExpression] = []
        var walk = bytes
        while walk.count > 0 {
            let rest = walk
            do throws(NetlinkBytes.Malformed) {
                guard let (type, item) = try walk.next() else { break }
                found.append(
                    type == 1
                        ? LiveExpression(item, keyOnlyMaps: keyOnlyMaps, depth: depth)
                        : .unknown(name: "", attributes: item.copied))
            } catch {
                found.append(.unknown(name: "", attributes: rest.copied))
                break
            }
        }
        return found
    }

    /// Reads one expression, the attributes of enum nft_expr_attributes.
    ///
    /// - Parameter maps: The maps of the table. A lookup without a data register in one of them takes neither data nor verdict.
    init(_ bytes: NetlinkBytes, keyOnlyMaps maps: Set<String> = [], depth: Int = 0) {
        var name: NetlinkBytes?
        var data: NetlinkBytes?
        do throws(NotUnderstood) {
            var expression = try ExpressionAttributes(bytes)
            name = try expression.value(1)
            data = try expression.optional(2)
            try expression.finish()
            guard let name, depth < Self.greatestDepth else { throw NotUnderstood() }
            var attributes = try ExpressionAttributes(data)
            let kind = name.name
            var read = try Self.load(kind, &attributes)
            if read == nil { read = try Self.test(kind, &attributes, maps: maps) }
            if read == nil { read = try Self.count(kind, &attributes, depth: depth) }
            if read == nil { read = try Self.action(kind, &attributes) }
            if read == nil { read = try Self.end(kind, &attributes) }
            guard let read else { throw NotUnderstood() }
            try attributes.finish()
            self = read
        } catch {
            // Without a name, everything that came.
            self = .unknown(name: name?.name ?? "", attributes: name == nil ? bytes.copied : data?.copied ?? [])
        }
    }

    /// Reads what a table of numbers has as a case.
    private static func known<Value: RawRepresentable<UInt32>>(_ number: UInt32) throws(NotUnderstood) -> Value {
        guard let value = Value(rawValue: number) else { throw NotUnderstood() }
        return value
    }

    // MARK: Loads, and their counterparts that write

    private static func load(
        _ name: String, _ at: inout ExpressionAttributes
    ) throws(NotUnderstood) -> LiveExpression? {
        switch name {
        case "immediate":
            // NFT_REG_VERDICT.
            if try at.number(1) as UInt32 == 0 {
                guard case .verdict(let verdict) = try LiveData(try at.value(2)) else { throw NotUnderstood() }
                return .verdict(verdict)
            }
            let data = try at.data(2)
            return .immediate(try at.register(1, holding: data.count), data)
        case "payload": return try payload(&at)
        case "exthdr": return try extensionHeader(&at)
        case "meta":
            let key: UInt32 = try at.number(2)
            if at.has(3) { return .metaWrite(key: key, from: try at.register(3)) }
            return .meta(key: key, into: try at.register(1))
        case "ct":
            let key: UInt32 = try at.number(2)
            let direction = try at.optionalNumber(3, UInt8.self)
            if at.has(4) { return .connectionWrite(key: key, direction: direction, from: try at.register(4)) }
            return .connection(key: key, direction: direction, into: try at.register(1))
        case "socket":
            return .socket(key: try at.number(1), level: try at.optionalNumber(3) ?? 0, into: try at.register(2))
        case "fib":
            return .route(result: try at.number(2), flags: try at.flags(3, known: 0x3f), into: try at.register(1))
        case "rt": return .routing(key: try at.number(2), into: try at.register(1))
        case "xfrm":
            return .ipsec(
                key: try at.number(2), direction: try at.number(3, UInt8.self), index: try at.optionalNumber(4) ?? 0,
                into: try at.register(1))
        case "osf":
            return .systemFingerprint(
                flags: try at.flags(3, known: 1), ttl: try at.optionalNumber(2, UInt8.self) ?? 0,
                into: try at.register(1))
        case "numgen":
            let type: UInt32 = try at.number(3)
            guard type <= 1 else { throw NotUnderstood() }
            return .number(
                type: type, modulus: try at.number(2), offset: try at.optionalNumber(4) ?? 0, into: try at.register(1))
        case "hash": return try hash(&at)
        case "tunnel":
            return .tunnel(key: try at.number(1), mode: try at.optionalNumber(3) ?? 0, into: try at.register(2))
        default: return nil
        }
    }

    private static func payload(_ at: inout ExpressionAttributes) throws(NotUnderstood) -> LiveExpression {
        let base: LivePayloadBase = try known(try at.number(2))
        let offset = Int(try at.number(3) as UInt32)
        let length = try at.length(4)
        if at.has(5) {
            return .payloadWrite(
                base: base, offset: offset, length: length, from: try at.register(5, holding: length),
                checksumType: try at.optionalNumber(6) ?? 0, checksumOffset: try at.optionalNumber(7) ?? 0,
                checksumFlags: try at.optionalNumber(8) ?? 0)
        }
        return .payload(base: base, offset: offset, length: length, into: try at.register(1, holding: length))
    }

    private static func extensionHeader(_ at: inout ExpressionAttributes) throws(NotUnderstood) -> LiveExpression {
        let operation: UInt32 = try at.optionalNumber(6) ?? 0
        guard operation <= 4 else { throw NotUnderstood() }
        let type = try at.number(2, UInt8.self)
        let offset = Int(try at.optionalNumber(3) ?? 0 as UInt32)
        let flags = try at.flags(5, known: 1)
        guard at.has(1) else {
            guard flags == 0 else { throw NotUnderstood() }
            let length = Int(try at.optionalNumber(4) ?? 0 as UInt32)
            guard length <= LiveRegister.byteCount else { throw NotUnderstood() }
            let register = try at.optionalRegister(7, holding: max(length, 1))
            return .extensionHeaderWrite(
                operation: operation, type: type, offset: offset, length: length, from: register)
        }
        let length = Int(try at.number(4) as UInt32)
        guard length <= LiveRegister.byteCount else { throw NotUnderstood() }
        return .extensionHeader(
            operation: operation, type: type, offset: offset, length: length, presenceOnly: flags != 0,
            into: try at.register(1, holding: flags != 0 ? 1 : max(length, 1)))
    }

    private static func hash(_ at: inout ExpressionAttributes) throws(NotUnderstood) -> LiveExpression {
        let type: UInt32 = try at.optionalNumber(7) ?? 0
        guard type <= 1 else { throw NotUnderstood() }
        let length = type == 0 ? try at.length(3) : 0
        return .hash(
            type: type, from: type == 0 ? try at.register(1, holding: length) : nil, length: length,
            modulus: try at.number(4), seed: try at.optionalNumber(5), offset: try at.optionalNumber(6) ?? 0,
            into: try at.register(2))
    }

    // MARK: Work on registers, and tests

    private static func test(
        _ name: String, _ at: inout ExpressionAttributes, maps: Set<String>
    ) throws(NotUnderstood) -> LiveExpression? {
        switch name {
        case "bitwise": return try bitwise(&at)
        case "byteorder":
            let length = try at.length(4)
            let size: UInt32 = try at.number(5)
            // NFT_BYTEORDER_NTOH and NFT_BYTEORDER_HTON do the same.
            let operation: UInt32 = try at.number(3)
            guard operation <= 1, [2, 4, 8].contains(size) else { throw NotUnderstood() }
            return .byteOrder(
                from: try at.register(1, holding: length), into: try at.register(2, holding: length), size: Int(size),
                length: length)
        case "cmp":
            let data = try at.data(3)
            return .compare(try known(try at.number(2)), try at.register(1, holding: data.count), data)
        case "range":
            let operation: UInt32 = try at.number(2)
            let (from, to) = (try at.data(3), try at.data(4))
            guard operation <= 1, from.count == to.count else { throw NotUnderstood() }
            return .range(try at.register(1, holding: from.count), from: from, to: to, negated: operation == 1)
        case "lookup":
            let set = try at.name(1)
            at.ignore(4)
            let number = try at.optionalNumber(3, UInt32.self)
            guard number != nil || !maps.contains(set) else { throw NotUnderstood() }
            // NFT_REG_VERDICT, 0, is that of a verdict map.
            return .lookup(
                set: set, from: try at.register(2), into: number == 0 ? nil : try at.optionalRegister(3),
                negated: try at.flags(5, known: 1) != 0)
        default: return nil
        }
    }

    private static func bitwise(_ at: inout ExpressionAttributes) throws(NotUnderstood) -> LiveExpression {
        let length = try at.length(3)
        let from = try at.register(1, holding: length)
        let into = try at.register(2, holding: length)
        let operation: UInt32 = try at.optionalNumber(6) ?? 0
        let work: BitOperation
        switch operation {
        case 0:
            let (mask, xor) = (try at.data(4), try at.data(5))
            guard mask.count == length, xor.count == length else { throw NotUnderstood() }
            work = .mask(mask: mask, xor: xor)
        case 1, 2:
            // In the host's order, as in a register.
            let data = try at.data(7)
            guard data.count == 4 else { throw NotUnderstood() }
            var bits: UInt32 = 0
            for byte in data.reversed() { bits = bits << 8 | UInt32(byte) }
            bits = UInt32(littleEndian: bits).littleEndian
            guard bits < 32 else { throw NotUnderstood() }
            work = operation == 1 ? .shiftLeft(bits) : .shiftRight(bits)
        // NFT_BITWISE_AND, OR and XOR with NFTA_BITWISE_SREG2, since Linux 6.13.
        case 3...5: work = .registers(operation: operation, second: try at.register(8, holding: length))
        default: throw NotUnderstood()
        }
        return .bitwise(from: from, into: into, length: length, work)
    }

    // MARK: What counts

    private static func count(
        _ name: String, _ at: inout ExpressionAttributes, depth: Int
    ) throws(NotUnderstood) -> LiveExpression? {
        switch name {
        case "counter":
            at.ignore(1, 2, 3)
            return .counter
        case "limit":
            at.ignore(6)
            let type: UInt32 = try at.optionalNumber(4) ?? 0
            guard type <= 1 else { throw NotUnderstood() }
            return .limit(
                rate: try at.number(1, UInt64.self), unitSeconds: try at.number(2, UInt64.self),
                burst: try at.optionalNumber(3) ?? 0, type: type, flags: try at.flags(5, known: 1))
        case "quota":
            at.ignore(3, 4)
            // NFT_QUOTA_F_DEPLETED, 2, tells of what was consumed.
            return .quota(bytes: try at.number(1, UInt64.self), flags: try at.flags(2, known: 3) & 1)
        case "connlimit": return .connectionLimit(count: try at.number(1), flags: try at.flags(2, known: 1))
        case "last":
            at.ignore(1, 2, 3)
            return .last
        case "objref":
            at.ignore(5)
            if at.has(1) { return .object(type: try at.number(1), name: try at.name(2)) }
            return .objectOf(map: try at.name(4), key: try at.register(3))
        case "dynset": return try dynamicSet(&at, depth: depth)
        default: return nil
        }
    }

    private static func dynamicSet(
        _ at: inout ExpressionAttributes, depth: Int
    ) throws(NotUnderstood) -> LiveExpression {
        at.ignore(2, 8)
        let operation: UInt32 = try at.number(3)
        guard operation <= 2 else { throw NotUnderstood() }
        let timeout = try at.optionalNumber(6, UInt64.self)
        // NFT_DYNSET_F_EXPR, 2, says that expressions follow.
        let flags = try at.flags(9, known: 3)
        var expressions: [LiveExpression] = []
        if let one = try at.optional(7) { expressions = [LiveExpression(one, depth: depth + 1)] }
        if let several = try at.optional(10) { expressions = list(in: several, depth: depth + 1) }
        return .dynamicSet(
            set: try at.name(1), operation: operation, key: try at.register(4), data: try at.optionalRegister(5),
            timeoutMilliseconds: timeout == 0 ? nil : timeout, negated: flags & 1 != 0, expressions: expressions)
    }

    // MARK: Actions

    private static func action(
        _ name: String, _ at: inout ExpressionAttributes
    ) throws(NotUnderstood) -> LiveExpression? {
        switch name {
        case "log":
            return .log(
                prefix: try at.optional(2)?.text ?? "", group: try at.optionalNumber(1, UInt16.self),
                snapLength: try at.optionalNumber(3), queueThreshold: try at.optionalNumber(4, UInt16.self),
                level: try at.optionalNumber(5), flags: try at.optionalNumber(6) ?? 0)
        case "notrack": return .notrack
        case "dup": return .duplicate(address: try at.optionalRegister(1), device: try at.optionalRegister(2))
        case "flow_offload": return .flowOffload(try at.name(1))
        case "match", "target":
            let (module, revision) = (try at.name(1), try at.number(2) as UInt32)
            let info = try at.optional(3)?.copied ?? []
            return name == "match"
                ? .match(name: module, revision: revision, info: info)
                : .target(name: module, revision: revision, info: info)
        default: return nil
        }
    }

    private static func end(
        _ name: String, _ at: inout ExpressionAttributes
    ) throws(NotUnderstood) -> LiveExpression? {
        switch name {
        case "reject":
            let type: UInt32 = try at.number(1)
            guard type <= 2 else { throw NotUnderstood() }
            return .reject(type: type, code: try at.optionalNumber(2, UInt8.self) ?? 0)
        case "nat":
            let type: UInt32 = try at.number(1)
            guard type <= 1 else { throw NotUnderstood() }
            return .nat(
                type: type, family: try at.number(2), addressFrom: try at.optionalRegister(3),
                addressTo: try at.optionalRegister(4), portFrom: try at.optionalRegister(5),
                portTo: try at.optionalRegister(6), flags: try at.optionalNumber(7) ?? 0)
        case "masq":
            return .masquerade(
                portFrom: try at.optionalRegister(2), portTo: try at.optionalRegister(3),
                flags: try at.optionalNumber(1) ?? 0)
        case "redir":
            return .redirect(
                portFrom: try at.optionalRegister(1), portTo: try at.optionalRegister(2),
                flags: try at.optionalNumber(3) ?? 0)
        case "tproxy":
            return .transparentProxy(
                family: try at.number(1), address: try at.optionalRegister(2), port: try at.optionalRegister(3))
        case "fwd":
            return .forward(
                device: try at.register(1), address: try at.optionalRegister(2), family: try at.optionalNumber(3) ?? 0)
        case "queue":
            return .queue(
                first: try at.optionalNumber(1, UInt16.self) ?? 0, total: try at.optionalNumber(2, UInt16.self) ?? 1,
                flags: try at.optionalNumber(3, UInt16.self) ?? 0, from: try at.optionalRegister(4))
        case "synproxy":
            return .synproxy(
                mss: try at.optionalNumber(1, UInt16.self) ?? 0,
                windowScale: try at.optionalNumber(2, UInt8.self) ?? 0, flags: try at.optionalNumber(3) ?? 0)
        default: return nil
        }
    }
}
