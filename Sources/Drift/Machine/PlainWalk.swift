import Nftables

/// One rule run on one packet.
struct PlainWalk {
    let machine: PlainMachine
    let table: LiveTable
    let chain: LiveChain
    let rule: LiveRule
    let index: Int
    let isBefore: Bool
    let ordinals: [Int]
    var packet: PlainPacket
    var trace: PlainTrace

    private var bytes = [UInt8](repeating: 0, count: LiveRegister.byteCount)
    private var origins = [Origin?](repeating: nil, count: LiveRegister.byteCount * 8)
    /// Where the bits of what this rule has written come from.
    private var written: [Quantity: [Origin]] = [:]
    private var current = 0

    init(
        machine: PlainMachine, table: LiveTable, chain: LiveChain, rule: LiveRule, index: Int, isBefore: Bool,
        ordinals: [Int], packet: PlainPacket, trace: PlainTrace
    ) {
        self.machine = machine
        self.table = table
        self.chain = chain
        self.rule = rule
        self.index = index
        self.isBefore = isBefore
        self.ordinals = ordinals
        self.packet = packet
        self.trace = trace
    }

    private var place: Responsible {
        Responsible(
            family: table.family, table: table.name, chain: chain.name, handle: rule.handle, comment: rule.comment)
    }

    /// Runs the rule; nil from an expression means that the rule goes on, an exit that it ends.
    mutating func run(depth: Int) -> Exit {
        for (index, expression) in rule.expressions.enumerated() {
            current = index
            if let exit = execute(expression, depth: depth) { return exit }
        }
        return .onward
    }

    private mutating func execute(_ expression: LiveExpression, depth: Int) -> Exit? {
        let reading = PacketReading(context: packet.context)
        if case .meta(MetaKey.random.rawValue, let into) = expression {
            make("random number (\(occurrence))", into)
            return nil
        }
        if let (load, into) = reading.load(expression, beforeConntrack: isBefore) {
            guard load.conditions.allSatisfy(holds) else { return .onward }
            write(into, load.bytes.map(byte), load.bytes.flatMap(origin))
            return nil
        }
        switch expression {
        case .verdict(let verdict): return take(verdict, depth: depth)
        case .compare(let comparison, let register, let data):
            guard let value = read(register, data.count) else { return unknown("comparison of an empty register") }
            return compare(comparison, value, data) ? nil : .onward
        case .range(let register, let from, let to, let negated):
            guard let value = read(register, from.count), from.count == to.count else {
                return unknown("range of an empty register")
            }
            let isWithin = !value.lexicographicallyPrecedes(from) && !to.lexicographicallyPrecedes(value)
            return isWithin != negated ? nil : .onward
        case .lookup(let set, let from, let into, let negated): return lookup(set, from, into, negated, depth)
        case .bitwise(let from, let into, let length, let operation): combine(from, into, length, operation)
        case .byteOrder(let from, let into, let size, let length): turn(from, into, size, length)
        case .hash(let type, let from, let length, let modulus, let seed, let offset, let into):
            let words = words(from.flatMap { readOrigins($0, length) })
            make("\(type == 0 ? "jhash" : "symhash") \(words) mod \(modulus) seed \(seed ?? 0) offset \(offset)", into)
        case .number(let type, let modulus, let offset, let into):
            make("numgen \(type == 0 ? "inc" : "random") mod \(modulus) offset \(offset) (\(occurrence))", into)
        case .dynamicSet(let set, let operation, let key, _, _, let negated, let inner):
            return update(set, operation, key, negated, inner)
        case .limit(let rate, let seconds, let burst, let type, let flags):
            let words = "limit \(rate) \(type == 0 ? "packets" : "bytes") in \(seconds) s, burst \(burst)"
            return answer(own(.limit, words)) != (flags & 1 != 0) ? nil : .onward
        case .quota(let bytes, let flags):
            return answer(own(.limit, "quota \(bytes) bytes")) != (flags & 1 != 0) ? nil : .onward
        case .connectionLimit(let count, let flags):
            return answer(own(.limit, "ct count \(count)")) != (flags & 1 != 0) ? nil : .onward
        case .object(let type, let name): return object(type, name)
        case .objectOf(let map, let key): return lookup(map, key, nil, false, depth)
        case .log(let prefix, let group, _, _, _, _):
            act("log prefix \"\(prefix)\"" + (group.map { " group \($0)" } ?? ""))
            trace.logs.append(prefix)
        case .payloadWrite, .extensionHeaderWrite, .metaWrite, .connectionWrite, .notrack: write(expression, reading)
        case .reject(let type, let code):
            return end(RuleWalk.rejection(type, code), .reject(RuleWalk.rejection(type, code)))
        case .nat, .masquerade, .redirect: return translate(expression)
        case .transparentProxy: return answer(own(.presence, "socket of a transparent proxy")) ? nil : .onward
        case .forward: return end("fwd", .elsewhere("fwd"))
        case .queue(let first, let total, _, _):
            let words = total > 1 ? "queue \(first)-\(Int(first) + Int(total) - 1)" : "queue \(first)"
            return end(words, .elsewhere(words))
        case .synproxy: return end("synproxy", .elsewhere("synproxy"))
        case .match(let name, let revision, let info):
            if name == "comment" { return nil }
            return answer(own(.foreign, "xt match \(name) revision \(revision) \(RuleWalk.digest(info))"))
                ? nil : .onward
        case .target(let name, let revision, let info): return target(name, revision, info)
        case .unknown(let name, let attributes): return unknown("expression \(name) \(RuleWalk.digest(attributes))")
        case .counter, .last, .duplicate, .flowOffload: break
        default: break
        }
        return nil
    }

    // MARK: Ends

    private mutating func act(_ action: String) { trace.steps.append(.init(rule: place, index: index, action: action)) }

    private mutating func end(_ action: String, _ exit: Exit) -> Exit {
        act(action)
        trace.responsible = place
        return exit
    }

    private mutating func take(_ verdict: LiveVerdict, depth: Int) -> Exit? {
        switch verdict {
        case .accept: return end("accept", .accept)
        case .drop: return end("drop", .drop)
        case .stolen: return end("stolen", .elsewhere("stolen"))
        case .queue: return end("queue", .elsewhere("queue"))
        case .continue: return nil
        case .break: return .onward
        case .return:
            act("return")
            return .back
        case .jump(let name), .goto(let name):
            let isJump = if case .jump = verdict { true } else { false }
            act("\(isJump ? "jump" : "goto") \(name)")
            guard let target = table.chains.first(where: { $0.name == name }) else {
                return .elsewhere("chain \(name), which is not there")
            }
            let exit = machine.run(target, in: table, isBefore: isBefore, &packet, &trace, depth: depth + 1)
            guard exit == .onward || exit == .back else { return exit }
            return isJump ? .onward : .back
        case .unknown(let code): return end("verdict \(code)", .elsewhere("verdict \(code)"))
        }
    }

    /// Whether something holds that is not modelled.
    private func answer(_ atom: Atom) -> Bool { machine.answers?(atom, packet) ?? packet.holds(atom) }

    private func unknown(_ words: String) -> Exit? { answer(own(.foreign, words)) ? nil : .onward }

    private var occurrence: String { "\(chain.name) no. \(ordinals.indices.contains(current) ? ordinals[current] : 0)" }
    private func own(_ kind: Atom.Kind, _ words: String) -> Atom { Atom(kind, "\(words) (\(occurrence))") }

    // MARK: Loads

    private func holds(_ condition: LoadCondition) -> Bool {
        switch condition {
        case .never: return false
        case .atom(let atom): return answer(atom)
        case .tracked:
            let state = packet[.connection(ConnectionKeyNumber.state.rawValue, nil)]
            return state != 1 && state != 0x40
        case .atLeast(let quantity, let least): return packet[quantity] >= least
        case .among(let quantity, let values): return values.contains(packet[quantity])
        case .segmentOrLength(let least): return packet[.transport] == 6 || packet[.transportLength] >= least
        }
    }

    private func byte(_ source: ByteSource) -> UInt8 {
        switch source {
        case .constant(let byte): return byte
        case .quantity(let quantity, let index):
            if case .atom(let atom) = quantity { return answer(atom) ? 1 : 0 }
            let count = (packet.context.resolved(quantity).width(for: packet.context.family) + 7) / 8
            return UInt8(truncatingIfNeeded: packet[quantity] >> UInt128((count - 1 - index) * 8))
        }
    }

    private func origin(_ source: ByteSource) -> [Origin] {
        switch source {
        case .constant(let byte): return (0..<8).map { .constant(byte >> UInt8(7 - $0) & 1 == 1) }
        case .quantity(let quantity, let index):
            let quantity = packet.context.resolved(quantity)
            let width = quantity.width(for: packet.context.family)
            let all: [Origin]
            if let written = written[quantity] {
                all = written
            } else if let constant = packet.context.constants[quantity], packet.values[quantity] == nil {
                all = (0..<width).map { .constant(constant >> UInt128(width - 1 - $0) & 1 == 1) }
            } else {
                all = (0..<width).map { .quantity(quantity, $0) }
            }
            let missing = max(0, 8 - width)
            return Array(repeating: .constant(false), count: missing) + all.dropFirst(index * 8).prefix(8 - missing)
        }
    }

    // MARK: Registers

    private mutating func write(_ register: LiveRegister, _ new: [UInt8], _ from: [Origin]) {
        var place = register.offset
        for byte in new where place < bytes.count {
            bytes[place] = byte
            place += 1
        }
        for (offset, origin) in from.enumerated() where register.offset * 8 + offset < origins.count {
            origins[register.offset * 8 + offset] = origin
        }
        while place % 4 != 0 {
            bytes[place] = 0
            for bit in 0..<8 { origins[place * 8 + bit] = .constant(false) }
            place += 1
        }
    }

    func readOrigins(_ register: LiveRegister, _ count: Int) -> [Origin]? {
        guard count > 0, register.offset + count <= bytes.count else { return nil }
        var found: [Origin] = []
        for origin in origins[register.offset * 8..<(register.offset + count) * 8] {
            guard let origin else { return nil }
            found.append(origin)
        }
        return found
    }

    func read(_ register: LiveRegister, _ count: Int) -> [UInt8]? {
        guard readOrigins(register, count) != nil else { return nil }
        return Array(bytes[register.offset..<register.offset + count])
    }

    private func words(_ bits: [Origin]?) -> String {
        Origin.words(bits, width: { $0.width(for: packet.context.family) })
    }

    private mutating func make(_ words: String, _ into: LiveRegister, bytes count: Int = 4) {
        let quantity = Quantity.made(words, width: count * 8)
        let sources = (0..<count).map { ByteSource.quantity(quantity, $0) }
        write(into, sources.map(byte), sources.flatMap(origin))
    }

    private func compare(_ comparison: LiveComparison, _ value: [UInt8], _ data: [UInt8]) -> Bool {
        switch comparison {
        case .equal: value == data
        case .notEqual: value != data
        case .less: value.lexicographicallyPrecedes(data)
        case .lessOrEqual: !data.lexicographicallyPrecedes(value)
        case .greater: data.lexicographicallyPrecedes(value)
        case .greaterOrEqual: !value.lexicographicallyPrecedes(data)
        }
    }

    private mutating func combine(
        _ from: LiveRegister, _ into: LiveRegister, _ length: Int, _ operation: LiveExpression.BitOperation
    ) {
        guard let value = read(from, length), let old = readOrigins(from, length) else {
            return make("bits of an empty register", into)
        }
        switch operation {
        case .mask(let mask, let xor):
            guard mask.count >= length, xor.count >= length else { return make("bits under a short mask", into) }
            var new: [Origin] = []
            for (place, origin) in old.enumerated() {
                let bit = UInt8(7 - place % 8)
                let isKept = mask[place / 8] >> bit & 1 == 1
                let isTurned = xor[place / 8] >> bit & 1 == 1
                if !isKept {
                    new.append(.constant(isTurned))
                } else if !isTurned {
                    new.append(origin)
                } else if case .constant(let isSet) = origin {
                    new.append(.constant(!isSet))
                } else {
                    new.append(.computed(0))
                }
            }
            write(into, (0..<length).map { value[$0] & mask[$0] ^ xor[$0] }, new)
        case .shiftLeft(let count): shift(value, old, by: Int(min(count, 512)), into)
        case .shiftRight(let count): shift(value, old, by: -Int(min(count, 512)), into)
        case .registers(let operation, let second):
            guard let other = read(second, length) else { return make("bits of an empty register", into) }
            let result = zip(value, other).map { one, two in
                operation == 3 ? one & two : operation == 4 ? one | two : one ^ two
            }
            write(into, result, Array(repeating: .computed(0), count: length * 8))
        }
    }

    /// Shifts words of 32 bits in host order, the first being the highest.
    private mutating func shift(_ value: [UInt8], _ old: [Origin], by count: Int, _ into: LiveRegister) {
        let length = value.count
        let whole = (length + 3) / 4 * 4
        let padded = value + Array(repeating: 0, count: whole - length)
        let words = old + Array(repeating: Origin.constant(false), count: (whole - length) * 8)
        // The place of the bits, the highest of the number first.
        let order = (0..<whole * 8).map { $0 / 32 * 32 + (3 - $0 % 32 / 8) * 8 + $0 % 8 }
        var result = [UInt8](repeating: 0, count: whole)
        var new = [Origin](repeating: .constant(false), count: whole * 8)
        for (place, target) in order.enumerated() where order.indices.contains(place + count) {
            let source = order[place + count]
            if padded[source / 8] >> UInt8(7 - source % 8) & 1 == 1 { result[target / 8] |= 1 << UInt8(7 - target % 8) }
            new[target] = words[source]
        }
        write(into, Array(result.prefix(length)), Array(new.prefix(length * 8)))
    }

    private mutating func turn(_ from: LiveRegister, _ into: LiveRegister, _ size: Int, _ length: Int) {
        guard size > 0, let value = read(from, length), let old = readOrigins(from, length) else {
            return make("bytes of an empty register", into)
        }
        var result: [UInt8] = []
        var new: [Origin] = []
        for start in stride(from: 0, to: length, by: size) {
            for byte in (start..<min(start + size, length)).reversed() {
                result.append(value[byte])
                new += old[byte * 8..<byte * 8 + 8]
            }
        }
        write(into, result, new)
    }

    // MARK: Sets

    private mutating func lookup(
        _ name: String, _ from: LiveRegister, _ into: LiveRegister?, _ negated: Bool, _ depth: Int
    ) -> Exit? {
        guard let set = table.sets.first(where: { $0.name == name }) else {
            return unknown("lookup in @\(name), which is not there")
        }
        guard let key = read(from, set.keyLength) else { return unknown("lookup of an empty register in @\(name)") }
        let isKnown = !set.flags.contains(.dynamic) && !machine.runtimeSets(table, set) && set.unreadElements == nil
        guard isKnown, let found = PlainLookup(set)?.find(key) else {
            let words = words(readOrigins(from, set.keyLength))
            guard answer(Atom(.member, "@\(name) holds \(words)")) != negated else { return .onward }
            if let into {
                make("what @\(name) has for \(words)", into, bytes: max(4, min(16, set.dataLength)))
            } else if set.isVerdictMap {
                return .elsewhere("a verdict of @\(name), which is not known")
            }
            return nil
        }
        guard let index = found.index else { return negated && !set.flags.contains(.map) ? nil : .onward }
        let detail = set.elements.details[index]
        if set.isVerdictMap, into == nil {
            return detail?.verdict.map { take($0, depth: depth) } ?? .some(.onward)
        }
        if set.flags.contains(.map) {
            let length = max(1, min(64, set.dataLength))
            let data = detail?.data ?? []
            if let into {
                write(
                    into, (0..<length).map { $0 < data.count ? data[$0] : 0 },
                    Array(repeating: .computed(0), count: length * 8))
            }
            return nil
        }
        return negated ? .onward : nil
    }

    private mutating func update(
        _ name: String, _ operation: UInt32, _ key: LiveRegister, _ negated: Bool, _ inner: [LiveExpression]
    ) -> Exit? {
        let set = table.sets.first { $0.name == name }
        let words = words(set.flatMap { readOrigins(key, $0.keyLength) })
        let room = Atom(.room, operation == 2 ? "@\(name) holds \(words)" : "@\(name) has room for \(words)")
        guard answer(room) != negated else { return .onward }
        act("\(operation == 0 ? "add" : operation == 1 ? "update" : "delete") @\(name)")
        for expression in inner {
            let atom: Atom
            let isOver: Bool
            switch expression {
            case .limit(let rate, let seconds, let burst, let type, let flags):
                atom = Atom(
                    .limit,
                    "limit \(rate) \(type == 0 ? "packets" : "bytes") in \(seconds) s, burst \(burst) of @\(name) for \(words)"
                )
                isOver = flags & 1 != 0
            case .quota(let bytes, let flags):
                atom = Atom(.limit, "quota \(bytes) bytes of @\(name) for \(words)")
                isOver = flags & 1 != 0
            case .connectionLimit(let count, let flags):
                atom = Atom(.limit, "ct count \(count) of @\(name) for \(words)")
                isOver = flags & 1 != 0
            case .counter, .last: continue
            default:
                atom = own(.foreign, "an expression of @\(name)")
                isOver = false
            }
            guard answer(atom) != isOver else { return .onward }
        }
        return nil
    }

    private mutating func object(_ type: UInt32, _ name: String) -> Exit? {
        switch type {
        case 1: act("counter name \"\(name)\"")
        case 2, 4, 5:
            let data = table.objects.first { $0.type == type && $0.name == name }.map { RuleWalk.digest($0.data) }
            let kind = type == 2 ? "quota" : type == 4 ? "limit" : "ct count"
            return answer(own(.limit, "\(kind) name \"\(name)\" \(data ?? "")")) ? nil : .onward
        case 10: return end("synproxy", .elsewhere("synproxy"))
        default: act("object \(type) name \"\(name)\"")
        }
        return nil
    }

    // MARK: Writing

    private mutating func set(_ quantity: Quantity, _ value: UInt128, _ from: [Origin]) {
        packet[quantity] = value
        written[packet.context.resolved(quantity)] = from
    }

    private mutating func write(_ expression: LiveExpression, _ reading: PacketReading) {
        switch expression {
        case .payloadWrite(let base, let offset, let length, let from, _, _, _):
            guard let value = read(from, length), let new = readOrigins(from, length) else { return }
            act("payload set")
            for (place, source) in reading.payload(base, offset, length).bytes.enumerated() {
                guard case .quantity(let quantity, let index) = source else { continue }
                let width = quantity.width(for: packet.context.family)
                let shift = UInt128(width - 8 - index * 8)
                let number = packet[quantity] & ~(UInt128(0xff) << shift) | UInt128(value[place]) << shift
                var origins = (0..<width / 8).flatMap { origin(.quantity(quantity, $0)) }
                origins.replaceSubrange(index * 8..<index * 8 + 8, with: new[place * 8..<place * 8 + 8])
                set(quantity, number, origins)
            }
        case .extensionHeaderWrite(let operation, let type, let offset, let length, let from):
            guard let from else {
                set(.atom(Atom(.presence, "\(PacketReading.optionName(operation)) \(type)")), 0, [.constant(false)])
                return
            }
            guard let value = read(from, length), let new = readOrigins(from, length), length <= 16 else { return }
            set(
                .option(operation: operation, type: type, offset: offset, length: length),
                SetContents.number(value[...]),
                new)
        case .metaWrite(let key, let from):
            guard key != MetaKey.trace.rawValue, let width = MetaLayout.width(of: key), width % 8 == 0 else { return }
            store(.meta(key), from, width / 8, isBigEndian: MetaLayout.isBigEndian(key))
        case .connectionWrite(let key, let direction, let from):
            guard !isBefore, holds(.tracked), let width = ConnectionLayout.width(of: key, family: packet.context.family)
            else { return }
            store(
                reading.connectionQuantity(key, direction), from, width / 8,
                isBigEndian: ConnectionLayout.isBigEndian(key))
        case .notrack:
            guard isBefore else { return }
            act("notrack")
            packet[.connection(ConnectionKeyNumber.state.rawValue, nil)] = 0x40
        default: return
        }
    }

    private mutating func store(_ quantity: Quantity, _ from: LiveRegister, _ count: Int, isBigEndian: Bool) {
        guard let value = read(from, count), let new = readOrigins(from, count) else { return }
        let order = isBigEndian ? Array(0..<count) : (0..<count).reversed()
        act("\(quantity.name) set")
        set(quantity, SetContents.number(order.map { value[$0] }[...]), order.flatMap { new[$0 * 8..<$0 * 8 + 8] })
    }

    private mutating func translate(_ expression: LiveExpression) -> Exit {
        switch expression {
        case .nat(1, _, let addressFrom, let addressTo, let portFrom, let portTo, let flags):
            packet[.translation] = 1
            let length = packet.context.family == .v4 ? 4 : 16
            if let addressFrom {
                let isOne = addressTo.map { read($0, length) == read(addressFrom, length) } ?? true
                aim(.destination, isOne && flags & 0x40 == 0 ? addressFrom : nil, length, "address")
            }
            if let portFrom {
                let isOne = portTo.map { read($0, 2) == read(portFrom, 2) } ?? true
                aim(.destinationPort, isOne ? portFrom : nil, 2, "port")
            }
            return end("dnat", .accept)
        case .redirect(let portFrom, let portTo, _):
            packet[.translation] = 2
            if let portFrom {
                let isOne = portTo.map { read($0, 2) == read(portFrom, 2) } ?? true
                aim(.destinationPort, isOne ? portFrom : nil, 2, "port")
            }
            return end("redirect", .accept)
        default: return end("snat", .accept)
        }
    }

    private mutating func aim(_ quantity: Quantity, _ register: LiveRegister?, _ length: Int, _ what: String) {
        if let value = register.flatMap({ read($0, length) }) {
            packet[quantity] = SetContents.number(value[...])
        } else {
            packet[quantity] = packet[.made("translated \(what) (\(occurrence))", width: length * 8)]
        }
    }

    private mutating func target(_ name: String, _ revision: UInt32, _ info: [UInt8]) -> Exit? {
        let words = "xt target \(name) revision \(revision) \(RuleWalk.digest(info))"
        switch name {
        case "LOG", "NFLOG", "ULOG", "AUDIT", "TCPMSS", "TCPOPTSTRIP", "CLASSIFY", "CHECKSUM", "LED", "IDLETIMER",
            "RATEEST", "TRACE", "CT":
            act(words)
            return nil
        case "REJECT": return end(words, .reject(words))
        case "MASQUERADE", "SNAT", "NETMAP": return end(words, .accept)
        case "DNAT", "REDIRECT":
            packet[.translation] = name == "DNAT" ? 1 : 2
            return end(words, .accept)
        default: return answer(own(.foreign, "\(words) lets go on")) ? nil : end(words, .elsewhere(words))
        }
    }
}
