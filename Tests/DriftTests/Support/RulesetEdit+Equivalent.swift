import Nftables
import TestSupport

@testable import Drift

extension RulesetEdit {
    /// Edits after which the host does exactly what it did.
    static let equivalent: [RulesetEdit] = ofForm + ofMeaning + ofNeighbours

    // MARK: What means nothing

    private static let ofForm: [RulesetEdit] = [
        RulesetEdit("handles renumbered", []) { ruleset, random in
            let offset = UInt64.random(in: 100...10_000, using: &random)
            ruleset.gate.handle += offset
            for chain in ruleset.gate.chains.indices {
                ruleset.gate.chains[chain].handle += offset
                for rule in ruleset.gate.chains[chain].rules.indices {
                    ruleset.gate.chains[chain].rules[rule].handle += offset
                }
            }
            return true
        },
        RulesetEdit("anonymous sets renamed", []) { ruleset, _ in
            var names: [String: String] = [:]
            for set in ruleset.gate.sets.indices where ruleset.gate.sets[set].flags.contains(.anonymous) {
                let name = "\(ruleset.gate.sets[set].name)77"
                names[ruleset.gate.sets[set].name] = name
                ruleset.gate.sets[set].name = name
            }
            mapExpressions(&ruleset) { expression in
                guard case .lookup(let set, let from, let into, let negated) = expression, let name = names[set] else {
                    return expression
                }
                return .lookup(set: name, from: from, into: into, negated: negated)
            }
            return !names.isEmpty
        },
        RulesetEdit("elements reordered", []) { ruleset, random in
            ruleset.gate.editSet(&random, where: { $0.elements.count > 1 }) { set, random in
                let old = set.elements
                set.elements = LiveSet.Elements(keyLength: old.keyLength)
                for index in (0..<old.count).shuffled(using: &random) {
                    set.elements.append(
                        key: old.key(at: index), end: old.keyEnds.isEmpty ? nil : old.keyEnd(at: index),
                        flags: old.flags[index], detail: old.details[index])
                }
            }
        },
        RulesetEdit("sets and chains reordered", []) { ruleset, random in
            ruleset.gate.sets.shuffle(using: &random)
            ruleset.gate.chains.shuffle(using: &random)
            return true
        },
        RulesetEdit("chain that nobody leads to", []) { ruleset, random in
            ruleset.gate.chains.append(
                LiveChain(
                    name: "unused\(random.next() % 100)", handle: 800,
                    rules: [LiveRule(expressions: [.verdict(.accept)])]))
            return true
        },
        RulesetEdit("set that nobody asks", []) { ruleset, random in
            var set = LiveSet(name: "unused\(random.next() % 100)", flags: [.interval], keyType: 7, keyLength: 4)
            set.hold([0x0a00_0000...0x0aff_ffff])
            ruleset.gate.sets.append(set)
            return true
        },
        RulesetEdit("another register", []) { ruleset, random in
            ruleset.gate.editRule(&random, where: { $1.hasOneRegister }) { rule, random in
                let register = Bytecode.register(random.pick([1, 2, 3, 5, 7]))
                rule.expressions = rule.expressions.map { $0.moved(to: register) }
            }
        },
        RulesetEdit("interval split", []) { ruleset, random in
            ruleset.gate.editSet(
                &random, where: { $0.isIntervals && $0.spans.contains { $0.lowerBound < $0.upperBound } }
            ) { set, random in
                var spans = set.spans
                let place = random.pick(spans.indices.filter { spans[$0].lowerBound < spans[$0].upperBound })
                let span = spans[place]
                let middle = UInt128.random(in: span.lowerBound..<span.upperBound, using: &random)
                spans.replaceSubrange(place...place, with: [span.lowerBound...middle, middle + 1...span.upperBound])
                set.hold(spans)
            }
        },
        RulesetEdit("interval split into single addresses", []) { ruleset, random in
            ruleset.gate.editSet(&random, where: { $0.isAddresses }) { set, _ in
                var spans: [ClosedRange<UInt128>] = []
                for span in set.spans {
                    var next = span.lowerBound
                    while next < span.upperBound, next - span.lowerBound < 5 {
                        spans.append(next...next)
                        next += 1
                    }
                    spans.append(next...span.upperBound)
                }
                set.hold(spans)
            }
        },
        RulesetEdit("ends of intervals doubled", []) { ruleset, random in
            ruleset.gate.editSet(&random, where: { $0.isIntervals && $0.elements.flags.contains(1) }) { set, random in
                let ends = (0..<set.elements.count).filter { set.elements.flags[$0] == 1 }
                set.elements.append(key: Array(set.elements.key(at: random.pick(ends))), flags: 1)
            }
        },
    ]

    // MARK: The same in other words

    private static let ofMeaning: [RulesetEdit] = [
        RulesetEdit("comparison as a range", []) { ruleset, random in
            ruleset.gate.editExpression(&random) { expression in
                switch expression {
                case .compare(.equal, let register, let data): [.range(register, from: data, to: data, negated: false)]
                case .compare(.notEqual, let register, let data):
                    [.range(register, from: data, to: data, negated: true)]
                default: nil
                }
            }
        },
        RulesetEdit("comparison as two", []) { ruleset, random in
            ruleset.gate.editExpression(&random) { expression in
                guard case .compare(.equal, let register, let data) = expression else { return nil }
                return [.compare(.greaterOrEqual, register, data), .compare(.lessOrEqual, register, data)]
            }
        },
        RulesetEdit("comparison as a set of one", []) { ruleset, random in
            var added: LiveSet?
            let isDone = ruleset.gate.editExpression(&random) { expression in
                guard case .compare(let comparison, let register, let data) = expression, data.count <= 16,
                    comparison == .equal || comparison == .notEqual
                else { return nil }
                var set = LiveSet(name: "__set900", flags: [.anonymous, .constant], keyLength: data.count)
                set.elements.append(key: data)
                added = set
                return [.lookup(set: set.name, from: register, into: nil, negated: comparison == .notEqual)]
            }
            if let added { ruleset.gate.sets.append(added) }
            return isDone
        },
        RulesetEdit("bits turned twice", []) { ruleset, random in
            ruleset.gate.editExpression(&random) { expression in
                guard case .compare(let comparison, let register, let data) = expression,
                    comparison == .equal || comparison == .notEqual
                else { return nil }
                let ones = [UInt8](repeating: 0xff, count: data.count)
                return [
                    .bitwise(from: register, into: register, length: data.count, .mask(mask: ones, xor: ones)),
                    .compare(comparison, register, data.map { ~$0 }),
                ]
            }
        },
        RulesetEdit("bytes turned round", []) { ruleset, random in
            ruleset.gate.editExpression(&random) { expression in
                guard case .compare(let comparison, let register, let data) = expression,
                    data.count == 2 || data.count == 4,
                    comparison == .equal || comparison == .notEqual
                else { return nil }
                return [
                    .byteOrder(from: register, into: register, size: data.count, length: data.count),
                    .compare(comparison, register, data.reversed()),
                ]
            }
        },
        RulesetEdit("accept by way of a chain", []) { ruleset, random in
            ruleset.gate.chains.append(
                LiveChain(name: "by_way", handle: 801, rules: [LiveRule(expressions: [.verdict(.accept)])]))
            let verdict: LiveVerdict = random.chance(50) ? .goto("by_way") : .jump("by_way")
            return ruleset.gate.editExpression(&random, in: { $0.name != "by_way" }) {
                $0 == .verdict(.accept) ? [.verdict(verdict)] : nil
            }
        },
        RulesetEdit("verdict doubled", []) { ruleset, random in
            ruleset.gate.editExpression(&random) { expression in
                guard case .verdict(let verdict) = expression, verdict == .accept || verdict == .drop else {
                    return nil
                }
                return [.verdict(.continue), expression, .verdict(.drop)]
            }
        },
        RulesetEdit("rule without verdict", []) { ruleset, random in
            let first = Bytecode.register(0)
            let rule: [LiveExpression] = random.pick([
                [.counter], [.verdict(.continue)], Array(Bytecode.port(22).prefix(2)) + [.counter],
                [.meta(key: MetaKey.mark.rawValue, into: first), .verdict(.break), .verdict(.accept)],
            ])
            let chain = random.pick(ruleset.gate.chains.indices)
            let place = Int.random(in: 0...ruleset.gate.chains[chain].rules.count, using: &random)
            ruleset.gate.chains[chain].rules.insert(LiveRule(handle: 9998, expressions: rule), at: place)
            return true
        },
        RulesetEdit("rule that nothing reaches", []) { ruleset, random in
            let places = ruleset.gate.chains.indices.filter {
                ruleset.gate.chains[$0].rules.last?.isUnconditional == true
            }
            guard !places.isEmpty else { return false }
            ruleset.gate.chains[random.pick(places)].rules.append(
                LiveRule(handle: 9997, expressions: [.verdict(.accept)]))
            return true
        },
        RulesetEdit("rule doubled", []) { ruleset, random in
            var places: [(Int, Int)] = []
            for (chain, other) in ruleset.gate.chains.enumerated() {
                for (rule, one) in other.rules.enumerated() where one.isFinalAndSilent { places.append((chain, rule)) }
            }
            guard !places.isEmpty else { return false }
            let (chain, rule) = random.pick(places)
            ruleset.gate.chains[chain].rules.insert(ruleset.gate.chains[chain].rules[rule], at: rule)
            return true
        },
        RulesetEdit("independent rules reordered", []) { ruleset, random in
            var places: [(Int, Int)] = []
            for (chain, other) in ruleset.gate.chains.enumerated() {
                for rule in other.rules.indices.dropLast()
                where other.rules[rule].isFinalAndSilent && other.rules[rule + 1].isFinalAndSilent
                    && other.rules[rule].expressions.last == other.rules[rule + 1].expressions.last
                { places.append((chain, rule)) }
            }
            guard !places.isEmpty else { return false }
            let (chain, rule) = random.pick(places)
            ruleset.gate.chains[chain].rules.swapAt(rule, rule + 1)
            return true
        },
        RulesetEdit("rule of a set as two rules", []) { ruleset, random in
            var found: (chain: Int, rule: Int, place: Int, set: LiveSet)?
            for (chain, other) in ruleset.gate.chains.enumerated() {
                for (rule, one) in other.rules.enumerated() {
                    for (place, expression) in one.expressions.enumerated() {
                        guard case .lookup(let name, _, nil, false) = expression,
                            let set = ruleset.gate.sets.first(where: { $0.name == name && $0.isAddresses }),
                            one.expressions.last?.isVerdict == true, found == nil || random.chance(40)
                        else { continue }
                        found = (chain, rule, place, set)
                    }
                }
            }
            guard let found,
                case .lookup(_, let from, _, _) = ruleset.gate.chains[found.chain].rules[found.rule]
                    .expressions[found.place]
            else { return false }
            let original = ruleset.gate.chains[found.chain].rules[found.rule]
            guard original.expressions.allSatisfy({ !$0.hasEffect }) else { return false }
            let cut = found.set.spans.count / 2
            var rules: [LiveRule] = []
            for (number, part) in [found.set.spans[..<cut], found.set.spans[cut...]].enumerated() {
                var set = found.set
                set.name = "part\(number)"
                set.hold(Array(part))
                ruleset.gate.sets.append(set)
                var rule = original
                rule.expressions[found.place] = .lookup(set: set.name, from: from, into: nil, negated: false)
                rules.append(rule)
            }
            ruleset.gate.chains[found.chain].rules.replaceSubrange(found.rule...found.rule, with: rules)
            return true
        },
    ]

    // MARK: Tables of others that change nothing

    private static let ofNeighbours: [RulesetEdit] = [
        RulesetEdit("foreign accept", []) { ruleset, random in
            let port = declaredPort(ruleset, &random)
            ruleset.tables.append(
                Bytecode.table(
                    random.pick([.inet, .ip, .ip6]), hook: random.pick([0, 1, 3]),
                    priority: random.pick([-200, -100, 0, 10]),
                    [Bytecode.port(port) + [.verdict(.accept)], [.counter]]))
            return true
        },
        RulesetEdit("foreign drop of another port", []) { ruleset, _ in
            ruleset.tables.append(
                Bytecode.table(.inet, hook: 1, priority: 0, [Bytecode.port(64_999) + [.verdict(.drop)]]))
            return true
        },
        RulesetEdit("foreign table at another hook", []) { ruleset, random in
            ruleset.tables.append(
                Bytecode.table(random.pick([.inet, .ip]), hook: 2, priority: 0, policy: 0, [[.verdict(.drop)]]))
            return true
        },
        RulesetEdit("foreign dormant table", []) { ruleset, _ in
            var table = Bytecode.table(.inet, hook: 1, priority: 0, policy: 0, [[.verdict(.drop)]])
            table.flags = 1
            ruleset.tables.append(table)
            return true
        },
        RulesetEdit("foreign mark behind the gate", []) { ruleset, _ in
            ruleset.tables.append(Bytecode.table(.inet, hook: 1, priority: 20, [Bytecode.setMark(0xa100_0000)]))
            return true
        },
        RulesetEdit("foreign masquerade", []) { ruleset, _ in
            ruleset.tables.append(
                Bytecode.table(
                    .ip, hook: 4, priority: 100, type: "nat", [[.masquerade(portFrom: nil, portTo: nil, flags: 0)]]))
            return true
        },
        RulesetEdit("foreign bridge table", []) { ruleset, _ in
            ruleset.tables.append(Bytecode.table(.bridge, hook: 1, priority: 0, policy: 0, []))
            return true
        },
        RulesetEdit("foreign drop of known connections", []) { ruleset, _ in
            let first = Bytecode.register(0)
            let known: [LiveExpression] = [
                .connection(key: 0, direction: nil, into: first),
                .bitwise(from: first, into: first, length: 4, .mask(mask: [6, 0, 0, 0], xor: [0, 0, 0, 0])),
                .compare(.notEqual, first, [0, 0, 0, 0]), .verdict(.drop),
            ]
            ruleset.tables.append(Bytecode.table(.inet, hook: 1, priority: 0, [known]))
            return true
        },
    ]

    private static func mapExpressions(_ ruleset: inout LiveRuleset, _ map: (LiveExpression) -> LiveExpression) {
        for chain in ruleset.gate.chains.indices {
            for rule in ruleset.gate.chains[chain].rules.indices {
                ruleset.gate.chains[chain].rules[rule].expressions = ruleset.gate.chains[chain].rules[rule].expressions
                    .map(map)
            }
        }
    }
}

extension LiveExpression {
    var isVerdict: Bool { if case .verdict = self { true } else { false } }

    /// Whether it does something beside loading, testing and deciding, or stands for a state of its own.
    var hasEffect: Bool {
        switch self {
        case .immediate, .payload, .meta, .connection, .bitwise, .byteOrder, .compare, .range, .verdict, .route: false
        case .lookup(let set, _, _, _): set.hasPrefix("pg_g") || set.hasPrefix("pg_i")
        default: true
        }
    }

    /// The expression with its first register in another place.
    fileprivate func moved(to register: LiveRegister) -> LiveExpression {
        switch self {
        case .payload(let base, let offset, let length, _):
            .payload(base: base, offset: offset, length: length, into: register)
        case .meta(let key, _): .meta(key: key, into: register)
        case .connection(let key, let direction, _): .connection(key: key, direction: direction, into: register)
        case .route(let result, let flags, _): .route(result: result, flags: flags, into: register)
        case .bitwise(_, _, let length, let operation):
            .bitwise(from: register, into: register, length: length, operation)
        case .byteOrder(_, _, let size, let length):
            .byteOrder(from: register, into: register, size: size, length: length)
        case .compare(let comparison, _, let data): .compare(comparison, register, data)
        case .range(_, let from, let to, let negated): .range(register, from: from, to: to, negated: negated)
        default: self
        }
    }

    /// The registers it uses; nil when that is not told here.
    fileprivate var registers: [LiveRegister]? {
        switch self {
        case .payload(_, _, let length, let into) where length <= 4: [into]
        case .meta(let key, let into) where ![6, 7].contains(key): [into]
        case .connection(let key, _, let into) where key < 6: [into]
        case .route(_, _, let into): [into]
        case .bitwise(let from, let into, let length, .mask) where length <= 4: [from, into]
        case .byteOrder(let from, let into, _, let length) where length <= 4: [from, into]
        case .compare(_, let register, let data) where data.count <= 4: [register]
        case .range(let register, let from, _, _) where from.count <= 4: [register]
        case .verdict, .counter, .reject, .object, .log: []
        default: nil
        }
    }
}

extension LiveRule {
    /// Whether all of it happens in one register of four bytes.
    fileprivate var hasOneRegister: Bool {
        var found: Set<LiveRegister> = []
        for expression in expressions {
            guard let registers = expression.registers else { return false }
            found.formUnion(registers)
        }
        return found.count == 1
    }

    fileprivate var isUnconditional: Bool {
        guard let first = expressions.first else { return false }
        switch first {
        case .verdict(.accept), .verdict(.drop), .verdict(.goto), .verdict(.return), .reject: return true
        default: return false
        }
    }

    /// Whether it ends with accept or drop and does nothing else.
    fileprivate var isFinalAndSilent: Bool {
        guard let last = expressions.last, last == .verdict(.accept) || last == .verdict(.drop) else { return false }
        return expressions.allSatisfy { !$0.hasEffect }
    }
}
