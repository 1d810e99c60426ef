import Nftables
import TestSupport

@testable import Drift

extension RulesetEdit {
    /// Edits after which the host does not do what was declared, unless by chance they have no effect.
    static let drifting: [RulesetEdit] = ofRules + ofSets + ofChains + ofForeigners

    private static let inGate: Set<Finder> = [.policy, .table]

    // MARK: Rules

    private static let ofRules: [RulesetEdit] = [
        RulesetEdit("rule deleted", inGate) { ruleset, random in
            let places = ruleset.gate.chains.indices.filter { !ruleset.gate.chains[$0].rules.isEmpty }
            guard !places.isEmpty else { return false }
            let chain = random.pick(places)
            ruleset.gate.chains[chain].rules.remove(at: random.pick(ruleset.gate.chains[chain].rules.indices))
            return true
        },
        RulesetEdit("order swapped", inGate) { ruleset, random in
            let places = ruleset.gate.chains.indices.filter { ruleset.gate.chains[$0].rules.count > 1 }
            guard !places.isEmpty else { return false }
            let chain = random.pick(places)
            let first = Int.random(in: 0..<ruleset.gate.chains[chain].rules.count - 1, using: &random)
            ruleset.gate.chains[chain].rules.swapAt(first, first + 1)
            return true
        },
        RulesetEdit("log removed", inGate) { ruleset, random in
            ruleset.gate.editExpression(&random) { if case .log = $0 { [] } else { nil } }
        },
        RulesetEdit("log prefix altered", inGate) { ruleset, random in
            ruleset.gate.editExpression(&random) { expression in
                guard case .log(let prefix, let group, let snap, let queue, let level, let flags) = expression else {
                    return nil
                }
                return [
                    .log(
                        prefix: prefix.replacing("pg1", with: "pg2"), group: group, snapLength: snap,
                        queueThreshold: queue, level: level, flags: flags)
                ]
            }
        },
        RulesetEdit("log group altered", inGate) { ruleset, random in
            ruleset.gate.editExpression(&random) { expression in
                guard case .log(let prefix, let group, let snap, let queue, let level, let flags) = expression else {
                    return nil
                }
                return [
                    .log(
                        prefix: prefix, group: (group ?? 0) + 1, snapLength: snap, queueThreshold: queue, level: level,
                        flags: flags)
                ]
            }
        },
        RulesetEdit("expiry later", inGate) { ruleset, random in
            ruleset.gate.editExpression(&random) { expression in
                guard case .compare(let comparison, let register, let data) = expression, data.count == 8 else {
                    return nil
                }
                let later = SetContents.number(data[...]) + 86_400 * 1_000_000_000
                return [.compare(comparison, register, LiveSet.bytes(later, 8))]
            }
        },
        RulesetEdit("epoch tested altered", inGate) { ruleset, random in
            ruleset.gate.editExpression(&random, in: { ["pg_gate", "pg_local"].contains($0.name) }) { expression in
                guard case .compare(let comparison, let register, let data) = expression, data.count == 4,
                    data[3] >= 0xa0
                else { return nil }
                return [.compare(comparison, register, [data[0], data[1], data[2], data[3] ^ 0x03])]
            }
        },
        RulesetEdit("epoch written altered", inGate) { ruleset, random in
            ruleset.gate.editExpression(&random, in: { ["pg_live", "pg_admitted", "pg_cut"].contains($0.name) }) {
                expression in
                guard case .bitwise(let from, let into, let length, .mask(let mask, let xor)) = expression, length == 4
                else { return nil }
                return [
                    .bitwise(
                        from: from, into: into, length: length,
                        .mask(mask: mask, xor: [xor[0], xor[1], xor[2], xor[3] ^ 0x02]))
                ]
            }
        },
        RulesetEdit("RST write removed", [.table]) { ruleset, random in
            ruleset.gate.editExpression(&random) { if case .payloadWrite = $0 { [] } else { nil } }
        },
        RulesetEdit("comment altered", [.place]) { ruleset, random in
            ruleset.gate.editRule(&random, where: { $1.comment != nil }) { rule, _ in rule.comment = "policy of another"
            }
        },
        RulesetEdit("counter removed", [.place]) { ruleset, random in
            ruleset.gate.editExpression(&random) { if case .object(1, _) = $0 { [] } else { nil } }
        },
        RulesetEdit("drop and reject swapped", inGate) { ruleset, random in
            ruleset.gate.editExpression(&random) { expression in
                switch expression {
                case .verdict(.drop): [.reject(type: 2, code: 1)]
                case .reject: [.verdict(.drop)]
                default: nil
                }
            }
        },
        RulesetEdit("accept and drop swapped", inGate) { ruleset, random in
            ruleset.gate.editExpression(&random) { expression in
                switch expression {
                case .verdict(.drop), .reject: [.verdict(.accept)]
                case .verdict(.accept): [.verdict(.drop)]
                default: nil
                }
            }
        },
        RulesetEdit("test removed", inGate) { ruleset, random in
            ruleset.gate.editExpression(&random) { expression in
                switch expression {
                case .compare, .range, .lookup(_, _, nil, _): [.counter]
                default: nil
                }
            }
        },
        RulesetEdit("test turned round", inGate) { ruleset, random in
            ruleset.gate.editExpression(&random) { expression in
                switch expression {
                case .compare(.equal, let register, let data): [.compare(.notEqual, register, data)]
                case .compare(.notEqual, let register, let data): [.compare(.equal, register, data)]
                case .lookup(let set, let from, nil, let negated) where !set.hasPrefix("pg_"):
                    [.lookup(set: set, from: from, into: nil, negated: !negated)]
                default: nil
                }
            }
        },
        RulesetEdit("mask altered", inGate) { ruleset, random in
            ruleset.gate.editExpression(&random) { expression in
                guard case .bitwise(let from, let into, let length, .mask(var mask, let xor)) = expression else {
                    return nil
                }
                mask[mask.count - 1] ^= 0x10
                return [.bitwise(from: from, into: into, length: length, .mask(mask: mask, xor: xor))]
            }
        },
        RulesetEdit("leads to another chain", inGate) { ruleset, random in
            ruleset.gate.editExpression(&random) { expression in
                switch expression {
                case .verdict(.goto(let old)) where old.hasPrefix("pg_d_"): [.verdict(.goto("pg_live"))]
                case .verdict(.goto("pg_admitted")): [.verdict(.goto("pg_live"))]
                case .verdict(.goto("pg_live")): [.verdict(.goto("pg_admitted"))]
                default: nil
                }
            }
        },
        RulesetEdit("jump for goto", inGate) { ruleset, random in
            ruleset.gate.editExpression(&random) { expression in
                switch expression {
                case .verdict(.goto(let chain)): [.verdict(.jump(chain))]
                case .verdict(.jump(let chain)): [.verdict(.goto(chain))]
                default: nil
                }
            }
        },
    ]

    // MARK: Sets

    private static let ofSets: [RulesetEdit] = [
        RulesetEdit("CIDR wider by a bit", inGate) { ruleset, random in
            ruleset.gate.editSet(&random, where: \.isAddresses) { set, random in
                var spans = set.spans
                let place = random.pick(spans.indices)
                let span = spans[place]
                let size = span.upperBound - span.lowerBound + 1
                let first = span.lowerBound & ~size
                spans[place] =
                    min(first, span.lowerBound)...max(span.upperBound, min(set.greatestKey, first + 2 * size - 1))
                set.hold(unionOf: spans)
            }
        },
        RulesetEdit("CIDR narrower by a bit", inGate) { ruleset, random in
            ruleset.gate.editSet(&random, where: \.isAddresses) { set, random in
                var spans = set.spans
                let place = random.pick(spans.indices)
                let span = spans[place]
                guard span.lowerBound < span.upperBound else {
                    spans.remove(at: place)
                    return set.hold(spans)
                }
                spans[place] = span.lowerBound...(span.lowerBound + (span.upperBound - span.lowerBound) / 2)
                set.hold(spans)
            }
        },
        RulesetEdit("element added", inGate) { ruleset, random in
            ruleset.gate.editSet(&random, where: \.isAddresses) { set, random in
                let address: UInt128 =
                    set.keyLength == 4
                    ? UInt128(UInt32.random(in: 0x0b00_0000...0xdf00_0000, using: &random))
                    : 0x2a00 << 112 | UInt128(UInt64.random(in: 1...UInt64.max, using: &random))
                set.hold(unionOf: set.spans + [address...address])
            }
        },
        RulesetEdit("element removed", inGate) { ruleset, random in
            ruleset.gate.editSet(&random, where: \.isAddresses) { set, random in
                var spans = set.spans
                spans.remove(at: random.pick(spans.indices))
                set.hold(spans)
            }
        },
        RulesetEdit("end of an interval removed", inGate) { ruleset, random in
            ruleset.gate.editSet(&random, where: { $0.isAddresses && $0.elements.flags.contains(1) }) { set, random in
                set.remove(random.pick((0..<set.elements.count).filter { set.elements.flags[$0] == 1 }))
            }
        },
        RulesetEdit("catch-all added", inGate) { ruleset, random in
            ruleset.gate.editSet(&random, where: \.isAddresses) { set, _ in
                set.elements.append(key: [UInt8](repeating: 0, count: set.keyLength), flags: 2)
            }
        },
        RulesetEdit("set emptied", inGate) { ruleset, random in
            ruleset.gate.editSet(&random, where: \.isAddresses) { set, _ in set.hold([]) }
        },
        RulesetEdit("time moved", inGate) { ruleset, random in
            ruleset.gate.editSet(&random, where: \.isTimes) { set, _ in
                let hour: UInt128 = 3600 * 1_000_000_000
                set.hold(set.spans.map { $0.lowerBound + hour...min(set.greatestKey, $0.upperBound + hour) })
            }
        },
        RulesetEdit("port of a map altered", inGate) { ruleset, random in
            ruleset.gate.editSet(&random, where: { $0.isVerdictMap && $0.keyLength == 8 && $0.elements.count > 0 }) {
                set, random in
                set.change(random.pick(0..<set.elements.count)) { key in key[5] ^= 1 }
            }
        },
        RulesetEdit("map element removed", inGate) { ruleset, random in
            ruleset.gate.editSet(&random, where: { $0.isVerdictMap && $0.elements.count > 0 }) { set, random in
                set.remove(random.pick(0..<set.elements.count))
            }
        },
        RulesetEdit("map element to another chain", inGate) { ruleset, random in
            ruleset.gate.editSet(&random, where: { $0.isVerdictMap && $0.elements.count > 0 }) { set, random in
                let place = random.pick(0..<set.elements.count)
                set.elements.details[place]?.verdict = random.pick([.goto("pg_live"), .accept, .drop, .goto("pg_cut")])
            }
        },
        RulesetEdit("map element added", inGate) { ruleset, random in
            ruleset.gate.editSet(&random, where: { $0.isVerdictMap && $0.keyLength == 8 && $0.elements.count > 0 }) {
                set, _ in
                var key = Array(set.elements.key(at: 0))
                key[4] ^= 0x55
                let end = set.elements.keyEnds.isEmpty ? nil : key
                set.elements.append(key: key, end: end, detail: LiveSet.Detail(verdict: .drop))
            }
        },
    ]

    // MARK: Chains and the table

    private static let ofChains: [RulesetEdit] = [
        RulesetEdit("accept first in pg_gate", inGate) { ruleset, _ in accept(in: "pg_gate", &ruleset) },
        RulesetEdit("accept first in a port's chain", inGate) { ruleset, _ in accept(in: "pg_p_", &ruleset) },
        RulesetEdit("accept of one address", inGate) { ruleset, random in
            let first = Bytecode.register(0)
            let address = [11, UInt8.random(in: 0...255, using: &random), 3, 4]
            let rule: [LiveExpression] = [
                .meta(key: MetaKey.family.rawValue, into: first), .compare(.equal, first, [2]),
                .payload(base: .network, offset: 12, length: 4, into: first), .compare(.equal, first, address),
                .verdict(.accept),
            ]
            return insert(rule, in: "pg_p_", &ruleset)
        },
        RulesetEdit("drop first in a port's chain", inGate) { ruleset, _ in
            insert([.verdict(.drop)], in: "pg_p_", &ruleset)
        },
        RulesetEdit("policy flipped", inGate) { ruleset, random in
            let places = ruleset.gate.chains.indices.filter { ruleset.gate.chains[$0].hook != nil }
            let place = random.pick(places)
            guard let policy = ruleset.gate.chains[place].hook?.policy else { return false }
            ruleset.gate.chains[place].hook?.policy = policy == 0 ? 1 : 0
            return true
        },
        RulesetEdit("priority moved", [.place]) { ruleset, random in
            let places = ruleset.gate.chains.indices.filter { ruleset.gate.chains[$0].hook != nil }
            ruleset.gate.chains[random.pick(places)].hook?.priority += Int32.random(in: 1...20, using: &random)
            return true
        },
        RulesetEdit("priority before conntrack", inGate) { ruleset, random in
            let places = ruleset.gate.chains.indices.filter { ruleset.gate.chains[$0].hook != nil }
            ruleset.gate.chains[random.pick(places)].hook?.priority = -300
            return true
        },
        RulesetEdit("hook removed", inGate) { ruleset, random in
            let places = ruleset.gate.chains.indices.filter { ruleset.gate.chains[$0].hook != nil }
            ruleset.gate.chains[random.pick(places)].hook = nil
            return true
        },
        RulesetEdit("table dormant", inGate) { ruleset, _ in
            ruleset.gate.flags |= 1
            return true
        },
    ]

    private static func accept(in chain: String, _ ruleset: inout LiveRuleset) -> Bool {
        insert([.verdict(.accept)], in: chain, &ruleset)
    }

    private static func insert(_ expressions: [LiveExpression], in chain: String, _ ruleset: inout LiveRuleset) -> Bool
    {
        guard let place = ruleset.gate.chainIndex(chain) else { return false }
        ruleset.gate.chains[place].rules.insert(LiveRule(handle: 9999, expressions: expressions), at: 0)
        return true
    }

    // MARK: Other tables

    private static let ofForeigners: [RulesetEdit] = [
        RulesetEdit("foreign mark before the gate", [.policy]) { ruleset, random in
            ruleset.tables.append(
                Bytecode.table(.inet, hook: random.pick([0, 3]), priority: -160, [Bytecode.setMark(0xa100_0000)]))
            return true
        },
        RulesetEdit("foreign drop behind the gate", [.policy]) { ruleset, random in
            let port = declaredPort(ruleset, &random)
            let (family, hook) = (random.pick([LiveFamily.inet, .ip, .ip6]), random.pick([UInt32(1), 0]))
            ruleset.tables.append(
                Bytecode.table(family, hook: hook, priority: 10, [Bytecode.port(port) + [.verdict(.drop)]]))
            return true
        },
        RulesetEdit("foreign policy drop", [.policy]) { ruleset, _ in
            ruleset.tables.append(Bytecode.table(.inet, hook: 1, priority: 0, policy: 0, []))
            return true
        },
        RulesetEdit("foreign port rewritten before the gate", [.policy]) { ruleset, random in
            let port = declaredPort(ruleset, &random)
            let first = Bytecode.register(0)
            let write: LiveExpression = .payloadWrite(
                base: .transport, offset: 2, length: 2, from: first, checksumType: 1, checksumOffset: 16,
                checksumFlags: 0)
            ruleset.tables.append(
                Bytecode.table(
                    .inet, hook: 0, priority: -180, [Bytecode.port(port) + [.immediate(first, [0xff, 0x01]), write]]))
            return true
        },
        RulesetEdit("foreign notrack", [.policy]) { ruleset, _ in
            ruleset.tables.append(Bytecode.table(.ip, hook: 0, priority: -300, policy: 0, [[.notrack]]))
            return true
        },
        RulesetEdit("foreign queue", [.policy]) { ruleset, random in
            let port = declaredPort(ruleset, &random)
            let queue: LiveExpression = .queue(first: 3, total: 1, flags: 0, from: nil)
            ruleset.tables.append(Bytecode.table(.inet, hook: 1, priority: 5, [Bytecode.port(port) + [queue]]))
            return true
        },
    ]

    /// A port that the gate's maps name.
    static func declaredPort(_ ruleset: LiveRuleset, _ random: inout SeededGenerator) -> UInt16 {
        guard let map = ruleset.gate.sets.first(where: { $0.name == "pg_remote" }), map.elements.count > 0 else {
            return 1
        }
        let tcp = (0..<map.elements.count).filter { Array(map.elements.key(at: $0))[0] == 6 }
        let key = Array(map.elements.key(at: tcp.isEmpty ? 0 : random.pick(tcp)))
        return UInt16(key[4]) << 8 | UInt16(key[5])
    }
}
