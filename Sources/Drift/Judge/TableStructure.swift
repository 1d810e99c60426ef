import Nftables
import PacketSpace

/// A table without what means nothing: handles, the names of anonymous sets, the order of elements.
struct TableStructure {
    /// A rule in a form in which equal rules are equal.
    struct RuleForm: Hashable {
        let expressions: [LiveExpression]
        let comment: String?
    }

    let table: LiveTable
    private let anonymous: [String: String]

    init(_ table: LiveTable) {
        self.table = table
        var anonymous: [String: String] = [:]
        for set in table.sets where set.flags.contains(.anonymous) { anonymous[set.name] = Self.words(set) }
        self.anonymous = anonymous
    }

    /// Returns the rules of a chain.
    func rules(of chain: LiveChain) -> [RuleForm] {
        chain.rules.map { RuleForm(expressions: $0.expressions.map(form), comment: $0.comment) }
    }

    private func form(_ expression: LiveExpression) -> LiveExpression {
        switch expression {
        case .lookup(let set, let from, let into, let negated):
            .lookup(set: anonymous[set] ?? set, from: from, into: into, negated: negated)
        case .objectOf(let map, let key): .objectOf(map: anonymous[map] ?? map, key: key)
        default: expression
        }
    }

    /// Returns the first rule of this table that acted on a packet and that does not stand in the same chain of another.
    func firstNew(in trace: PlainTrace, comparedWith applied: TableStructure) -> Responsible? {
        for step in trace.steps {
            guard step.rule.family == table.family, step.rule.table == table.name, let index = step.index,
                let chain = table.chains.first(where: { $0.name == step.rule.chain }),
                chain.rules.indices.contains(index)
            else { continue }
            let form = rules(of: chain)[index]
            let other = applied.table.chains.first { $0.name == chain.name }
            if other.map({ !applied.rules(of: $0).contains(form) }) ?? true { return step.rule }
        }
        return nil
    }

    /// All that a set says, so that equal contents have equal words.
    private static func words(_ set: LiveSet) -> String {
        let elements = set.elements
        let order = (0..<elements.count).sorted { one, other in
            let left = elements.key(at: one)
            let right = elements.key(at: other)
            return left.elementsEqual(right)
                ? elements.flags[one] < elements.flags[other] : left.lexicographicallyPrecedes(right)
        }
        let parts = order.filter { elements.flags[$0] & 1 == 0 || elements.key(at: $0).contains { $0 != 0 } }.map {
            index in
            "\(Array(elements.key(at: index)))-\(Array(elements.keyEnd(at: index)))/\(elements.flags[index])="
                + "\(elements.details[index].map { "\($0.verdict.map { "\($0)" } ?? "") \($0.data ?? [])" } ?? "")"
        }
        return "{\(set.flags.rawValue & ~3) \(set.keyLength) " + parts.joined(separator: " ") + "}"
    }

    /// Tells whether a declared set holds the same here and there.
    static func haveSameElements(_ one: LiveSet, _ other: LiveSet) -> Bool {
        if one.elements == other.elements { return true }
        guard let first = SetContents(one), let second = SetContents(other) else { return false }
        if let left = first.plain, let right = second.plain {
            return left == right && (first.catchAll == nil) == (second.catchAll == nil)
        }
        return words(one) == words(other)
    }
}

/// A place at which a table is not what was applied.
struct StructureDeviation: Hashable, Sendable {
    enum Weight: Hashable, Sendable {
        /// What is judged may differ.
        case meaning
        /// A comment, a counter, a name.
        case appearance
    }

    let weight: Weight
    /// In words.
    let words: String
    /// The chain it is in, and the rule's handle in the live table.
    let place: Responsible?
}

extension TableStructure {
    /// Returns every place at which this table is not what another is.
    func deviations(
        from applied: TableStructure, isRuntime: (LiveTable, LiveSet) -> Bool
    ) -> [StructureDeviation] {
        var found: [StructureDeviation] = []
        let live = table
        let meant = applied.table
        if live.isDormant != meant.isDormant {
            found.append(
                StructureDeviation(
                    weight: .meaning,
                    words: live.isDormant
                        ? "the table is dormant: none of its chains judges" : "the table is not dormant",
                    place: place()))
        }
        if live.flags & ~1 != meant.flags & ~1 {
            found.append(.init(weight: .appearance, words: "the table has flags \(live.flags & ~1)", place: place()))
        }
        if live.comment != meant.comment {
            found.append(.init(weight: .appearance, words: "the comment of the table differs", place: place()))
        }
        found += chainDeviations(from: applied)
        found += setDeviations(from: applied, isRuntime: isRuntime)
        let objects = Set(live.objects.map { "\($0.type) \($0.name)" })
        let others = Set(meant.objects.map { "\($0.type) \($0.name)" })
        for name in others.subtracting(objects).sorted() {
            found.append(.init(weight: .appearance, words: "object \(name) is missing", place: place()))
        }
        for name in objects.subtracting(others).sorted() {
            found.append(.init(weight: .appearance, words: "object \(name) was added", place: place()))
        }
        if !live.flowtables.isEmpty {
            found.append(
                .init(
                    weight: .meaning, words: "flowtables were added: \(live.flowtables.joined(separator: ", "))",
                    place: place()))
        }
        return found
    }

    private func place(_ chain: String = "", _ rule: LiveRule? = nil) -> Responsible {
        Responsible(family: table.family, table: table.name, chain: chain, handle: rule?.handle, comment: rule?.comment)
    }

    private func chainDeviations(from applied: TableStructure) -> [StructureDeviation] {
        var found: [StructureDeviation] = []
        for chain in applied.table.chains where !table.chains.contains(where: { $0.name == chain.name }) {
            found.append(.init(weight: .meaning, words: "chain \(chain.name) is missing", place: place(chain.name)))
        }
        for chain in table.chains {
            guard let other = applied.table.chains.first(where: { $0.name == chain.name }) else {
                found.append(.init(weight: .meaning, words: "chain \(chain.name) was added", place: place(chain.name)))
                continue
            }
            if chain.hook != other.hook {
                found.append(
                    .init(
                        weight: .meaning,
                        words:
                            "chain \(chain.name) is registered otherwise: \(chain.hook.words), not \(other.hook.words)",
                        place: place(chain.name)))
            }
            let live = rules(of: chain)
            let meant = applied.rules(of: other)
            guard live != meant else { continue }
            // What is the same at both ends; the rest differs.
            var start = 0
            while start < live.count, start < meant.count, live[start] == meant[start] { start += 1 }
            var end = 0
            while end < live.count - start, end < meant.count - start,
                live[live.count - 1 - end] == meant[meant.count - 1 - end]
            {
                end += 1
            }
            let mine = start..<(live.count - end)
            let theirs = start..<(meant.count - end)
            let isAppearance = live.map(\.essence) == meant.map(\.essence)
            let rule = mine.isEmpty ? nil : chain.rules[mine.lowerBound]
            let words: String
            switch (mine.isEmpty, theirs.isEmpty) {
            case (false, true):
                words =
                    mine.count == 1
                    ? "1 rule was added to chain \(chain.name) as rule \(start + 1)"
                    : "\(mine.count) rules were added to chain \(chain.name) from rule \(start + 1) on"
            case (true, false):
                words =
                    "\(theirs.count) \(theirs.count == 1 ? "rule is" : "rules are") missing from chain \(chain.name) "
                    + (start == 0 ? "at its beginning" : "after rule \(start)")
            default:
                if isAppearance {
                    words = "comments or counters differ in chain \(chain.name) from rule \(start + 1) on"
                } else if mine.count == 1 {
                    words = "rule \(start + 1) of chain \(chain.name) is not what was applied"
                } else {
                    words = "rules \(start + 1) to \(start + mine.count) of chain \(chain.name) are not those applied"
                }
            }
            found.append(
                .init(weight: isAppearance ? .appearance : .meaning, words: words, place: place(chain.name, rule)))
        }
        return found
    }

    private func setDeviations(
        from applied: TableStructure, isRuntime: (LiveTable, LiveSet) -> Bool
    ) -> [StructureDeviation] {
        var found: [StructureDeviation] = []
        let mine = table.sets.filter { !$0.flags.contains(.anonymous) }
        let theirs = Dictionary(
            applied.table.sets.filter { !$0.flags.contains(.anonymous) }.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first })
        let names = Set(mine.map(\.name))
        for name in theirs.keys.sorted() where !names.contains(name) {
            found.append(.init(weight: .meaning, words: "set \(name) is missing", place: place()))
        }
        for set in mine {
            guard let other = theirs[set.name] else {
                found.append(.init(weight: .appearance, words: "set \(set.name) was added", place: place()))
                continue
            }
            if set.flags != other.flags || set.keyLength != other.keyLength || set.dataType != other.dataType
                || set.timeoutMilliseconds != other.timeoutMilliseconds || set.size != other.size
            {
                found.append(.init(weight: .meaning, words: "set \(set.name) is of another kind", place: place()))
            }
            if set.flags.contains(.dynamic) || isRuntime(table, set) { continue }
            if let why = set.unreadElements {
                found.append(
                    .init(weight: .meaning, words: "set \(set.name) could not be read: \(why)", place: place()))
            } else if !Self.haveSameElements(set, other) {
                found.append(
                    .init(weight: .meaning, words: "set \(set.name) does not hold what was applied", place: place()))
            }
        }
        return found
    }
}

extension TableStructure.RuleForm {
    /// What decides, without counters and comments.
    fileprivate var essence: [LiveExpression] {
        expressions.filter { expression in
            switch expression {
            case .counter, .last, .object(type: 1, _): false
            default: true
            }
        }
    }
}

extension LiveChain.Hook? {
    /// In words.
    fileprivate var words: String {
        guard let self else { return "at no hook" }
        return
            "type \(self.type), hook \(self.number), priority \(self.priority), policy \(self.policy == 0 ? "drop" : "accept")"
            + (self.devices.isEmpty ? "" : ", devices \(self.devices.joined(separator: " "))")
    }
}
