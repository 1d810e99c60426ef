import Nftables
import PacketSpace
import TestSupport

@testable import Drift

/// A labelled edit of what a kernel runs. The gate's table is the first.
struct RulesetEdit: Sendable, CustomStringConvertible {
    /// Who finds what the edit does.
    enum Finder: Hashable, Sendable {
        /// ``PolicyComparison``: connections begin otherwise than declared.
        case policy
        /// ``TableComparison``: the gate's table does something otherwise, in some state of a connection.
        case table
        /// The structure alone: nothing is judged otherwise.
        case place
    }

    /// What is done, in a word or two.
    let label: String
    /// Who may find it: at least one of them must.
    let finders: Set<Finder>
    /// Does it, and tells whether there was anything to do it to.
    let apply: @Sendable (inout LiveRuleset, inout SeededGenerator) -> Bool

    init(
        _ label: String, _ finders: Set<Finder>,
        _ apply: @escaping @Sendable (inout LiveRuleset, inout SeededGenerator) -> Bool
    ) {
        self.label = label
        self.finders = finders
        self.apply = apply
    }

    var description: String { label }
}

extension LiveRuleset {
    /// The gate's table.
    var gate: LiveTable {
        get { tables[0] }
        set { tables[0] = newValue }
    }
}

extension LiveTable {
    /// Edits one of the rules that fit; tells whether there was one.
    mutating func editRule(
        _ random: inout SeededGenerator, where fits: (LiveChain, LiveRule) -> Bool,
        _ body: (inout LiveRule, inout SeededGenerator) -> Void
    ) -> Bool {
        var places: [(chain: Int, rule: Int)] = []
        for (chain, other) in chains.enumerated() {
            for (rule, one) in other.rules.enumerated() where fits(other, one) { places.append((chain, rule)) }
        }
        guard !places.isEmpty else { return false }
        let place = random.pick(places)
        body(&chains[place.chain].rules[place.rule], &random)
        return true
    }

    /// Replaces an expression of a rule by what a function makes of it, where it makes something; tells whether it did.
    mutating func editExpression(
        _ random: inout SeededGenerator, in isWithin: (LiveChain) -> Bool = { _ in true },
        _ replace: (LiveExpression) -> [LiveExpression]?
    ) -> Bool {
        func fits(_ chain: LiveChain, _ rule: LiveRule) -> Bool {
            isWithin(chain) && rule.expressions.contains { replace($0) != nil }
        }
        return editRule(&random, where: fits) { rule, random in
            let places = rule.expressions.indices.filter { replace(rule.expressions[$0]) != nil }
            let place = random.pick(places)
            rule.expressions.replaceSubrange(place...place, with: replace(rule.expressions[place]) ?? [])
        }
    }

    /// Edits one of the sets that fit; tells whether there was one.
    mutating func editSet(
        _ random: inout SeededGenerator, where fits: (LiveSet) -> Bool,
        _ body: (inout LiveSet, inout SeededGenerator) -> Void
    ) -> Bool {
        let places = sets.indices.filter { fits(sets[$0]) }
        guard !places.isEmpty else { return false }
        body(&sets[random.pick(places)], &random)
        return true
    }

    /// The place of a chain; of one whose name begins so when there is none of the name.
    func chainIndex(_ name: String) -> Int? {
        chains.firstIndex { $0.name == name } ?? chains.firstIndex { $0.name.hasPrefix(name) }
    }
}

extension LiveSet {
    /// Whether it is a named set of intervals without data, with something in it.
    var isIntervals: Bool {
        flags.contains(.interval) && !flags.contains(.map) && fieldLengths.count < 2 && elements.count > 0
            && elements.keyEnds.isEmpty && !flags.contains(.anonymous) && !flags.contains(.dynamic)
    }
    /// Whether it holds addresses.
    var isAddresses: Bool { isIntervals && name.hasPrefix("pg_s") }
    /// Whether it holds times.
    var isTimes: Bool { isIntervals && name.hasPrefix("pg_t") }
    /// The greatest key.
    var greatestKey: UInt128 { UInt128.max >> UInt128(128 - keyLength * 8) }

    /// The intervals, in order.
    var spans: [ClosedRange<UInt128>] { intervals() ?? [] }

    /// Replaces the elements by intervals that may touch.
    mutating func hold(_ spans: [ClosedRange<UInt128>]) {
        elements = Elements(keyLength: keyLength)
        for span in spans {
            elements.append(key: Self.bytes(span.lowerBound, keyLength))
            if span.upperBound < greatestKey {
                elements.append(key: Self.bytes(span.upperBound + 1, keyLength), flags: 1)
            }
        }
    }

    /// Replaces the elements by the union of intervals.
    mutating func hold(unionOf spans: [ClosedRange<UInt128>]) {
        let list = IntervalList(spans.map { (first: $0.lowerBound, last: $0.upperBound) })
        hold((0..<list.count).map { list[$0].first...list[$0].last })
    }

    /// A number as a key, the first byte being the most significant.
    static func bytes(_ number: UInt128, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt128((count - 1 - $0) * 8)) }
    }

    /// Replaces the key, and a box's end, of an element.
    mutating func change(_ index: Int, _ edit: (inout [UInt8]) -> Void) {
        let range = index * keyLength..<(index + 1) * keyLength
        var key = Array(elements.keys[range])
        edit(&key)
        elements.keys.replaceSubrange(range, with: key)
        guard !elements.keyEnds.isEmpty else { return }
        var end = Array(elements.keyEnds[range])
        edit(&end)
        elements.keyEnds.replaceSubrange(range, with: end)
    }

    /// Takes an element out.
    mutating func remove(_ index: Int) {
        let old = elements
        elements = Elements(keyLength: keyLength)
        for other in 0..<old.count where other != index {
            elements.append(
                key: old.key(at: other), end: old.keyEnds.isEmpty ? nil : old.keyEnd(at: other),
                flags: old.flags[other],
                detail: old.details[other])
        }
    }
}

/// Bytecode as nft writes it.
enum Bytecode {
    static func register(_ number: Int) -> LiveRegister {
        guard let register = LiveRegister(offset: number * 4) else { preconditionFailure("no register \(number)") }
        return register
    }

    /// `tcp dport`, or of another protocol.
    static func port(_ port: UInt16, transport: UInt8 = 6) -> [LiveExpression] {
        let first = register(0)
        return [
            .meta(key: MetaKey.transport.rawValue, into: first), .compare(.equal, first, [transport]),
            .payload(base: .transport, offset: 2, length: 2, into: first),
            .compare(.equal, first, [UInt8(port >> 8), UInt8(port & 255)]),
        ]
    }

    /// `ct mark set`.
    static func setMark(_ value: UInt32) -> [LiveExpression] {
        let first = register(0)
        return [
            .immediate(
                first, [UInt8(value & 255), UInt8(value >> 8 & 255), UInt8(value >> 16 & 255), UInt8(value >> 24)]),
            .connectionWrite(key: ConnectionKeyNumber.mark.rawValue, direction: nil, from: first),
        ]
    }

    /// A table of one base chain.
    static func table(
        _ family: LiveFamily, hook: UInt32, priority: Int32, type: String = "filter", policy: UInt32 = 1,
        _ rules: [[LiveExpression]]
    ) -> LiveTable {
        let rules = rules.enumerated().map { LiveRule(handle: UInt64($0.offset + 2), expressions: $0.element) }
        let hook = LiveChain.Hook(number: hook, priority: priority, type: type, policy: policy)
        return LiveTable(
            family: family, name: "foreign", handle: 900,
            chains: [LiveChain(name: "guest", handle: 1, hook: hook, rules: rules, flags: 1)])
    }
}
