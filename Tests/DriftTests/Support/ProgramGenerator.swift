import Nftables
import TestSupport

@testable import Drift

/// Makes random bytecode that is dense with what is easy to get wrong: odd masks, shifts and byte orders, ranges over part of a
/// register, concatenations, maps whose data is used, marks that later rules and chains read, and translation on the way.
struct ProgramGenerator {
    private var random: SeededGenerator
    private var sets: [LiveSet] = []

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// Makes the next ruleset.
    mutating func next() -> LiveRuleset {
        LiveRuleset(
            tables: (0..<Int.random(in: 1...2, using: &random)).map { number in
                table("t\(number)", family: number == 0 ? .inet : random.pick([.inet, .ip, .ip6]))
            })
    }

    private mutating func table(_ name: String, family: LiveFamily) -> LiveTable {
        let plain = (0..<3).map { "c\($0)" }
        sets = plainSets() + [verdictMap("vmap", leadingTo: plain)]
        var chains: [LiveChain] = []
        for (place, name) in plain.enumerated() {
            // Maps with verdicts lead to these, so they use none.
            chains.append(
                LiveChain(name: name, rules: rules(leadingTo: Array(plain[(place + 1)...]), takesMaps: false)))
        }
        for (number, hook, priority, type) in [
            (0, 0, -300, "filter"), (1, 0, -150, "filter"), (2, 0, -100, "nat"), (3, 1, 0, "filter"),
            (4, 2, 0, "filter"),
        ] where random.chance(65) {
            let hook = LiveChain.Hook(
                number: UInt32(hook), priority: Int32(priority), type: type, policy: random.chance(80) ? 1 : 0)
            var rules = rules(leadingTo: plain, takesMaps: true)
            if type == "nat" { rules.append(LiveRule(expressions: test() + translation())) }
            chains.append(LiveChain(name: "base\(number)", hook: hook, rules: rules, flags: 1))
        }
        return LiveTable(family: family, name: name, chains: chains, sets: sets)
    }

    // MARK: Rules

    private mutating func rules(leadingTo chains: [String], takesMaps: Bool) -> [LiveRule] {
        (0..<Int.random(in: 1...4, using: &random)).map { number in
            var expressions: [LiveExpression] = []
            for _ in 0..<Int.random(in: 0...2, using: &random) { expressions += test() }
            if random.chance(30) { expressions += writing() }
            if random.chance(15) {
                expressions.append(
                    .log(
                        prefix: "l\(Int.random(in: 0..<2, using: &random))", group: nil, snapLength: nil,
                        queueThreshold: nil, level: nil, flags: 0))
            }
            if takesMaps, random.chance(25) {
                let register = Bytecode.register(0)
                expressions += [
                    .payload(base: .transport, offset: 2, length: 2, into: register),
                    .lookup(set: "vmap", from: register, into: nil, negated: false),
                ]
            } else if random.chance(75) {
                expressions.append(ending(chains))
            }
            return LiveRule(handle: UInt64(number + 1), expressions: expressions)
        }
    }

    private mutating func ending(_ chains: [String]) -> LiveExpression {
        if !chains.isEmpty, random.chance(40) {
            let name = random.pick(chains)
            return .verdict(random.chance(60) ? .jump(name) : .goto(name))
        }
        switch Int.random(in: 0..<10, using: &random) {
        case 0, 1, 2: return .verdict(.accept)
        case 3, 4: return .verdict(.drop)
        case 5: return .verdict(.continue)
        case 6: return .verdict(.break)
        case 7: return .reject(type: 2, code: 1)
        case 8: return .queue(first: 1, total: 1, flags: 0, from: nil)
        default: return .verdict(.return)
        }
    }

    private mutating func writing() -> [LiveExpression] {
        let (load, length) = load(into: Bytecode.register(4))
        let from = Bytecode.register(4)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: return [.immediate(from, number(4)), .connectionWrite(key: 3, direction: nil, from: from)]
        case 1: return [.immediate(from, number(4)), .metaWrite(key: 3, from: from)]
        case 2:
            let isShort = length < 4
            return [load] + (isShort ? [] : work(from, 4)) + [.metaWrite(key: 3, from: from)]
        case 3:
            return [
                .connection(key: 3, direction: nil, into: from),
                .bitwise(from: from, into: from, length: 4, .mask(mask: number(4), xor: number(4))),
                .connectionWrite(key: 3, direction: nil, from: from),
            ]
        default:
            return [
                .immediate(from, number(2)),
                .payloadWrite(
                    base: .transport, offset: 2, length: 2, from: from, checksumType: 1, checksumOffset: 16,
                    checksumFlags: 0),
            ]
        }
    }

    private mutating func translation() -> [LiveExpression] {
        let (address, port) = (Bytecode.register(0), Bytecode.register(8))
        if random.chance(40) {
            return [.immediate(port, number(2)), .redirect(portFrom: port, portTo: nil, flags: 2)]
        }
        return [
            .immediate(address, number(4) + number(12)), .immediate(port, number(2)),
            .nat(
                type: 1, family: 2, addressFrom: address, addressTo: nil, portFrom: random.chance(60) ? port : nil,
                portTo: nil, flags: 0),
        ]
    }

    // MARK: Tests

    private mutating func test() -> [LiveExpression] {
        let register = Bytecode.register(random.pick([0, 4, 8]))
        let (load, length) = load(into: register)
        var expressions = [load]
        if random.chance(45) { expressions += work(register, length) }
        let size = random.chance(80) ? length : Int.random(in: 1...length, using: &random)
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<4:
            let comparisons: [LiveComparison] = [.equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual]
            expressions.append(.compare(random.pick(comparisons), register, number(size)))
        case 4, 5:
            let bounds = [number(size), number(size)].sorted { $0.lexicographicallyPrecedes($1) }
            expressions.append(.range(register, from: bounds[0], to: bounds[1], negated: random.chance(30)))
        case 6:
            // What a map has for the key is looked at.
            let fitting = sets.filter { $0.flags.contains(.map) && !$0.isVerdictMap && $0.keyLength == length }
            guard !fitting.isEmpty else { break }
            let map = random.pick(fitting)
            let into = Bytecode.register(12)
            expressions += [
                .lookup(set: map.name, from: register, into: into, negated: false),
                .compare(random.pick([.equal, .less, .greater]), into, number(map.dataLength)),
            ]
        case 7: return concatenated()
        default:
            let fitting = sets.filter { !$0.flags.contains(.map) && $0.keyLength == length && $0.fieldLengths.isEmpty }
            guard !fitting.isEmpty else { break }
            expressions.append(
                .lookup(set: random.pick(fitting).name, from: register, into: nil, negated: random.chance(30)))
        }
        return expressions
    }

    private mutating func concatenated() -> [LiveExpression] {
        let fitting = sets.filter { $0.fieldLengths.count > 1 }
        let set = random.pick(fitting)
        return [
            .meta(key: MetaKey.transport.rawValue, into: Bytecode.register(0)),
            .payload(base: .transport, offset: 2, length: 2, into: Bytecode.register(1)),
            .lookup(set: set.name, from: Bytecode.register(0), into: nil, negated: random.chance(30)),
        ]
    }

    private mutating func load(into: LiveRegister) -> (LiveExpression, length: Int) {
        switch Int.random(in: 0..<14, using: &random) {
        case 0: (.payload(base: .network, offset: 12, length: 4, into: into), 4)
        case 1: (.payload(base: .network, offset: 14, length: 4, into: into), 4)
        case 2: (.payload(base: .network, offset: 8, length: 16, into: into), 16)
        case 3: (.payload(base: .transport, offset: 0, length: 4, into: into), 4)
        case 4: (.payload(base: .transport, offset: 2, length: 2, into: into), 2)
        case 5: (.payload(base: .transport, offset: 13, length: 1, into: into), 1)
        case 6: (.payload(base: .link, offset: 6, length: 6, into: into), 6)
        case 7: (.meta(key: 3, into: into), 4)
        case 8: (.meta(key: random.pick([4, 10, 19, 31, 32].map { UInt32($0) }), into: into), 1)
        case 9: (.meta(key: 30, into: into), 8)
        case 10: (.connection(key: 0, direction: nil, into: into), 4)
        case 11: (.connection(key: 3, direction: nil, into: into), 4)
        case 12: (.connection(key: random.pick([2, 11, 12].map { UInt32($0) }), direction: 0, into: into), 2)
        default: (.meta(key: 6, into: into), 16)
        }
    }

    /// One or two steps of work on a register.
    private mutating func work(_ register: LiveRegister, _ length: Int) -> [LiveExpression] {
        (0..<Int.random(in: 1...2, using: &random)).map { _ in
            switch Int.random(in: 0..<4, using: &random) {
            case 0 where length == 4:
                .bitwise(
                    from: register, into: register, length: 4,
                    random.chance(50)
                        ? .shiftLeft(UInt32.random(in: 0...31, using: &random))
                        : .shiftRight(UInt32.random(in: 0...31, using: &random)))
            case 1 where [2, 4, 8, 16].contains(length):
                .byteOrder(
                    from: register, into: register, size: random.pick([2, 4, 8].filter { $0 <= length }), length: length
                )
            case 2 where length <= 4:
                .bitwise(
                    from: register, into: register, length: length,
                    .registers(operation: UInt32.random(in: 3...5, using: &random), second: register))
            default:
                .bitwise(
                    from: register, into: register, length: length,
                    .mask(mask: mask(length), xor: random.chance(50) ? zeros(length) : number(length)))
            }
        }
    }

    // MARK: Sets

    private mutating func plainSets() -> [LiveSet] {
        var found: [LiveSet] = []
        for length in [2, 4, 8, 16] {
            var tree = LiveSet(name: "tree\(length)", flags: [.interval], keyLength: length)
            let marks = (0..<Int.random(in: 1...4, using: &random)).map { _ in SetContents.number(number(length)[...]) }
                .sorted()
            var spans: [ClosedRange<UInt128>] = []
            for (first, last) in zip(marks, marks.dropFirst()) where random.chance(60) {
                if spans.last.map({ $0.upperBound < first }) ?? true { spans.append(first...last) }
            }
            tree.hold(spans)
            found.append(tree)
            var hash = LiveSet(name: "hash\(length)", keyLength: length)
            for _ in 0..<Int.random(in: 0...3, using: &random) { hash.elements.append(key: number(length)) }
            if random.chance(10) { hash.elements.append(key: zeros(length), flags: 2) }
            found.append(hash)
            var map = LiveSet(
                name: "map\(length)", flags: [.map], keyLength: length, dataType: 4, dataLength: random.pick([2, 4]))
            var keys: Set<[UInt8]> = []
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let key = number(length)
                guard keys.insert(key).inserted else { continue }
                map.elements.append(key: key, detail: LiveSet.Detail(data: number(map.dataLength)))
            }
            if random.chance(25) {
                map.elements.append(key: zeros(length), flags: 2, detail: LiveSet.Detail(data: number(map.dataLength)))
            }
            found.append(map)
        }
        var boxes = LiveSet(name: "boxes", flags: [.interval, .concatenation], keyLength: 8, fieldLengths: [1, 2])
        var pairs = LiveSet(name: "pairs", flags: [.concatenation], keyLength: 8, fieldLengths: [1, 2])
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let ports = [number(2), number(2)].sorted { $0.lexicographicallyPrecedes($1) }
            let transport = random.pick([6, 17, 132].map { UInt8($0) })
            boxes.elements.append(
                key: [transport, 0, 0, 0] + ports[0] + [0, 0],
                end: [max(transport, random.chance(30) ? 200 : 0), 0, 0, 0] + ports[1] + [0, 0])
            pairs.elements.append(key: [transport, 0, 0, 0] + number(2) + [0, 0])
        }
        return found + [boxes, pairs]
    }

    private mutating func verdictMap(_ name: String, leadingTo chains: [String]) -> LiveSet {
        var map = LiveSet(name: name, flags: [.map], keyLength: 2, dataType: LiveSet.verdictType)
        var keys: Set<[UInt8]> = []
        for _ in 0..<3 {
            let key = number(2)
            guard keys.insert(key).inserted else { continue }
            map.elements.append(
                key: key,
                detail: LiveSet.Detail(
                    verdict: random.pick([
                        .accept, .drop, .return, .continue, .jump(chains[0]), .goto(random.pick(chains)),
                    ])))
        }
        if random.chance(20) { map.elements.append(key: zeros(2), flags: 2, detail: LiveSet.Detail(verdict: .drop)) }
        return map
    }

    // MARK: Numbers

    private func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

    /// Few numbers, so that tests are met.
    private mutating func number(_ count: Int) -> [UInt8] {
        var bytes = zeros(count)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: bytes[count - 1] = UInt8.random(in: 0...8, using: &random)
        case 1: bytes[0] = UInt8.random(in: 0...8, using: &random)
        case 2: bytes = [UInt8](repeating: 0xff, count: count)
        case 3: bytes[0] = 10
        case 4: bytes[count / 2] = random.pick([0x80, 0x16, 0xa1])
        default: for place in bytes.indices { bytes[place] = UInt8.random(in: 0...255, using: &random) }
        }
        return bytes
    }

    private mutating func mask(_ count: Int) -> [UInt8] {
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
            let bits = Int.random(in: 0...count * 8, using: &random)
            return (0..<count).map { UInt8(truncatingIfNeeded: 0xff00 >> max(0, min(8, bits - $0 * 8))) }
        case 1:
            var bytes = zeros(count)
            bytes[Int.random(in: 0..<count, using: &random)] = 0xff
            return bytes
        default: return number(count)
        }
    }
}
