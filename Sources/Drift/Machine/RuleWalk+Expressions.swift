import Nftables
import PacketSpace

extension RuleWalk {
    /// Does what one expression does.
    mutating func execute(_ expression: LiveExpression) throws {
        switch expression {
        case .meta(MetaKey.random.rawValue, let into): try make("random number (\(occurrence))", into)
        case .verdict(let verdict): try take(verdict, where: .full, isLast: true)
        case .compare(let comparison, let register, let data): try compare(comparison, register, data)
        case .range(let register, let from, let to, let negated): try range(register, from, to, negated)
        case .lookup(let set, let from, let into, let negated): try lookup(set, from, into, negated)
        case .bitwise(let from, let into, let length, let operation): try combine(from, into, length, operation)
        case .byteOrder(let from, let into, let size, let length): try turn(from, into, size, length)
        case .hash(let type, let from, let length, let modulus, let seed, let offset, let into):
            let source = from.flatMap { registers.read($0, bytes: length) }
            let words =
                "\(type == 0 ? "jhash" : "symhash") \(words(source)) mod \(modulus) seed \(seed ?? 0) offset \(offset)"
            try make(words, into)
        case .number(let type, let modulus, let offset, let into):
            try make("numgen \(type == 0 ? "inc" : "random") mod \(modulus) offset \(offset) (\(occurrence))", into)
        case .dynamicSet(let set, let operation, let key, let data, let timeout, let negated, let inner):
            try update(set, operation, key, data, timeout, negated, inner)
        case .counter, .last: break
        case .limit(let rate, let seconds, let burst, let type, let flags):
            let words = "limit \(rate) \(type == 0 ? "packets" : "bytes") in \(seconds) s, burst \(burst)"
            try require(ownAtom(.limit, words), negated: flags & 1 != 0)
        case .quota(let bytes, let flags):
            try require(ownAtom(.limit, "quota \(bytes) bytes"), negated: flags & 1 != 0)
        case .connectionLimit(let count, let flags):
            try require(ownAtom(.limit, "ct count \(count)"), negated: flags & 1 != 0)
        case .object(let type, let name): try object(type, name)
        case .objectOf(let map, let key):
            try lookup(map, key, nil, false)
            try note(.object, "object of \(map)")
        case .log(let prefix, let group, let snap, let threshold, let level, let flags):
            let words =
                "log prefix \"\(prefix)\"" + (group.map { " group \($0)" } ?? "")
                + (snap.map { " snaplen \($0)" } ?? "")
                + (threshold.map { " queue-threshold \($0)" } ?? "")
                + (level.map { " level \($0)" } ?? "") + (flags == 0 ? "" : " flags \(flags)")
            try note(.log, words)
        case .payloadWrite, .extensionHeaderWrite, .metaWrite, .connectionWrite, .notrack: try writePacket(expression)
        case .duplicate: try note(.copy, "dup")
        case .flowOffload(let table): try note(.offload, "flow add @\(table)")
        case .reject(let type, let code): try leave(.reject(Self.rejection(type, code)))
        case .nat, .masquerade, .redirect, .transparentProxy: try translate(expression)
        case .forward: try leave(.elsewhere("fwd"))
        case .queue(let first, let total, _, _):
            try leave(.elsewhere(total > 1 ? "queue \(first)-\(Int(first) + Int(total) - 1)" : "queue \(first)"))
        case .synproxy: try leave(.elsewhere("synproxy"))
        case .match(let name, let revision, let info): try match(name, revision, info)
        case .target(let name, let revision, let info): try target(name, revision, info)
        case .unknown(let name, let attributes):
            let words = "expression \(name) \(Self.digest(attributes))"
            try leaveUnknown(words)
            try require(ownAtom(.foreign, words))
        case .immediate, .payload, .extensionHeader, .meta, .connection, .socket, .route, .routing, .ipsec,
            .systemFingerprint, .tunnel:
            break
        }
    }

    // MARK: Verdicts

    /// The packets of a set leave with a verdict.
    mutating func take(_ verdict: LiveVerdict, where node: Node, isLast: Bool) throws {
        switch verdict {
        case .accept: try leave(with: Summary(exits: [.accept: .everything]), where: node)
        case .drop: try leave(with: Summary(exits: [.drop: .everything]), where: node)
        case .stolen: try leave(with: Summary(exits: [.elsewhere("stolen"): .everything]), where: node)
        case .queue: try leave(with: Summary(exits: [.elsewhere("queue"): .everything]), where: node)
        case .return: try leave(with: Summary(exits: [.back: .everything]), where: node)
        case .continue: return
        case .break: try leave(with: Summary(exits: [.onward: .everything]), where: node)
        case .jump(let chain), .goto(let chain):
            // Nobody goes there: what becomes of packets there need not be known.
            if try !isCollecting && space.intersection(packets, node).isEmpty { return }
            let inner = try machine.summary(of: chain, like: place)
            let isJump = if case .jump = verdict { true } else { false }
            var summary = inner
            if !isCollecting {
                summary.exits[.onward] = nil
                summary.exits[.back] = nil
                let rest = try space.join(inner[.onward], inner[.back])
                summary.exits[isJump ? .onward : .back] = rest
            }
            try leave(with: summary, where: node)
        case .unknown(let code):
            try leave(with: Summary(exits: [.elsewhere("verdict \(code)"): .everything]), where: node)
        }
        if isLast { try stay(outside: node) }
    }

    static func rejection(_ type: UInt32, _ code: UInt8) -> String {
        switch type {
        case 1: "reject with tcp reset"
        case 0: "reject with icmp code \(code)"
        default: "reject with icmpx code \(code)"
        }
    }

    // MARK: Tests

    private mutating func compare(_ comparison: LiveComparison, _ register: LiveRegister, _ data: [UInt8]) throws {
        guard let bits = registers.slice(register, bytes: data.count), data.count <= 16, !data.isEmpty else {
            // Longer data than any number: byte by byte, equality only.
            return try compareLong(comparison, register, data)
        }
        if isCollecting, Self.isConstant(bits) {
            // Of the family that rules are for, nothing is asked where the others end.
            if !comparison.holds(Self.bytes(Array(bits))[...], data) { packets = .empty }
            return
        }
        let value = SetContents.number(data[...])
        let greatest = UInt128.max >> UInt128(128 - data.count * 8)
        let node: Node =
            switch comparison {
            case .equal: try tests.equal(bits, value)
            case .notEqual: !(try tests.equal(bits, value))
            case .less: value == 0 ? .empty : try tests.within(bits, 0, value - 1)
            case .lessOrEqual: try tests.within(bits, 0, value)
            case .greater: value == greatest ? .empty : try tests.within(bits, value + 1, greatest)
            case .greaterOrEqual: try tests.within(bits, value, greatest)
            }
        try require(node)
    }

    private static func isConstant(_ bits: ArraySlice<SymbolicBit>) -> Bool {
        bits.allSatisfy { if case .constant = $0 { true } else { false } }
    }

    /// Bits that are the same in every packet, as bytes.
    private static func bytes(_ bits: [SymbolicBit]) -> [UInt8] {
        stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<start + 8].reduce(0) { $0 << 1 | ($1 == .constant(true) ? 1 : 0) }
        }
    }

    private mutating func compareLong(_ comparison: LiveComparison, _ register: LiveRegister, _ data: [UInt8]) throws {
        guard comparison == .equal || comparison == .notEqual, let bits = registers.read(register, bytes: data.count),
            !data.isEmpty
        else { return try require(ownAtom(.foreign, "comparison of an empty register")) }
        var all = Node.full
        for start in stride(from: 0, to: data.count, by: 16) {
            let end = min(start + 16, data.count)
            let node = try tests.equal(bits[start * 8..<end * 8], SetContents.number(data[start..<end]))
            if !isCollecting { all = try space.intersection(all, node) }
        }
        try require(comparison == .equal ? all : !all)
    }

    private mutating func range(_ register: LiveRegister, _ from: [UInt8], _ to: [UInt8], _ negated: Bool) throws {
        guard from.count == to.count, (1...16).contains(from.count),
            let bits = registers.slice(register, bytes: from.count)
        else { return try require(ownAtom(.foreign, "range of an empty register")) }
        let node = try tests.within(bits, SetContents.number(from[...]), SetContents.number(to[...]))
        try require(negated ? !node : node)
    }

    // MARK: Registers

    private mutating func combine(
        _ from: LiveRegister, _ into: LiveRegister, _ length: Int, _ operation: LiveExpression.BitOperation
    ) throws {
        guard let source = registers.read(from, bytes: length) else {
            return try make("bits of an empty register", into)
        }
        switch operation {
        case .mask(let mask, let xor):
            guard mask.count >= length, xor.count >= length else { return try make("bits under a short mask", into) }
            var result: [SymbolicBit] = []
            result.reserveCapacity(source.count)
            for (place, bit) in source.enumerated() {
                let shift = UInt8(7 - place % 8)
                let isTurned = xor[place / 8] >> shift & 1 == 1
                let isKept = mask[place / 8] >> shift & 1 == 1
                result.append(isKept ? try turned(bit, isTurned) : .constant(isTurned))
            }
            write(into, result)
        case .shiftLeft(let count): write(into, Self.shifted(source, by: Int(min(count, 512))))
        case .shiftRight(let count): write(into, Self.shifted(source, by: -Int(min(count, 512))))
        case .registers(let operation, let second):
            guard let other = registers.read(second, bytes: length) else {
                return try make("bits of an empty register", into)
            }
            var result: [SymbolicBit] = []
            for (one, two) in zip(source, other) {
                let (a, b) = (try tests.node(one), try tests.node(two))
                if isCollecting {
                    result.append(.node(.full))
                    continue
                }
                result.append(
                    .node(
                        operation == 3
                            ? try space.intersection(a, b)
                            : operation == 4 ? try space.union(a, b) : try space.symmetricDifference(a, b)))
            }
            write(into, result)
        }
    }

    func turned(_ bit: SymbolicBit, _ isTurned: Bool) throws -> SymbolicBit {
        guard isTurned else { return bit }
        if case .constant(let isSet) = bit { return .constant(!isSet) }
        let node = try tests.node(bit)
        return .node(isCollecting ? node : !node)
    }

    /// Shifts words of 32 bits in host order, the first being the highest; to the right when negative.
    static func shifted(_ bits: [SymbolicBit], by count: Int) -> [SymbolicBit] {
        var words = bits
        while words.count % 32 != 0 { words.append(.constant(false)) }
        // Most significant bit first: within each word the last byte is the highest.
        let order = (0..<words.count).map { place in
            let (word, rest) = (place / 32, place % 32)
            return word * 32 + (3 - rest / 8) * 8 + rest % 8
        }
        let number = order.map { words[$0] }
        var result = words
        for (place, target) in order.enumerated() {
            let source = place + count
            result[target] = number.indices.contains(source) ? number[source] : .constant(false)
        }
        return Array(result.prefix(bits.count))
    }

    private mutating func turn(_ from: LiveRegister, _ into: LiveRegister, _ size: Int, _ length: Int) throws {
        guard let source = registers.read(from, bytes: length), size > 0 else {
            return try make("bytes of an empty register", into)
        }
        var result: [SymbolicBit] = []
        for start in stride(from: 0, to: length, by: size) {
            for byte in (start..<min(start + size, length)).reversed() { result += source[byte * 8..<byte * 8 + 8] }
        }
        write(into, result)
    }

    /// Writes a number to a register that is told only by the words of what makes it.
    mutating func make(_ words: String, _ into: LiveRegister, bytes count: Int = 4) throws {
        write(into, try bits(of: .made(words, width: count * 8)))
    }

    // MARK: Words

    /// Tells which bits a register holds, so that equal contents have equal words.
    func words(_ bits: [SymbolicBit]?) -> String {
        Origin.words(
            bits?.map { bit in
                switch bit {
                case .constant(let isSet): .constant(isSet)
                case .ofQuantity(let index, let place): .quantity(variables.quantity(Int(index)), Int(place))
                case .node(let node): .computed(node.rawValue)
                }
            }, width: { $0.width(for: variables.context.family) })
    }

    /// Bytes in hexadecimal: all of them, so that no two contents are taken for one.
    static func digest(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }
}
