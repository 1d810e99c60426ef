import Nftables
import Policy

extension GateView {
    /// Reads a table. What stands in it beyond portgate's own shape stays out of sight here; ``TableDeviation`` sees it.
    init(_ table: Table?) {
        guard let table else { return }
        var reader = TableReader(table)
        for chain in table.chains where chain.name == "pg_about" {
            facts = chain.rules.compactMap(\.comment)
        }
        // What comes from outside first: the order of the rules there is the order of the policy.
        for map in table.maps.sorted(by: { $0.name > $1.name }) {
            for element in map.elements {
                guard let chain = element.verdict.chain,
                    let name = TableReader.name(of: chain, prefixes: ["pg_p_", "pg_l_"])
                else { continue }
                let service = Service(transport: element.transport, first: element.first, last: element.last)
                let index = reader.index(ofPort: name)
                if !reader.ports[index].services.contains(service) { reader.ports[index].services.append(service) }
                reader.follow(chain, port: index)
            }
        }
        reader.noteEndedRules()
        ports = reader.ports.sorted { $0.name < $1.name }
        for index in ports.indices {
            ports[index].services.sort { ($0.transport, $0.first) < ($1.transport, $1.first) }
        }
    }

    /// Follows the chains of a table from its verdict maps to where packets are allowed or refused.
    private struct TableReader {
        /// Jumps followed one after another, at most: portgate's own are three deep.
        private static let deepest = 12
        /// Rules visited, at most: a foreign hand can make chains lead in circles, or to one another in many ways.
        private var budget = 1_000_000
        /// The chains that led here.
        private var active: Set<String> = []
        private let chains: [String: Chain]
        private let sets: [String: NamedSet]
        private var followed: Set<String> = []
        var ports: [PortView] = []
        private var indexes: [String: Int] = [:]

        init(_ table: Table) {
            chains = Dictionary(table.chains.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
            sets = Dictionary(table.sets.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        }

        static func name(of chain: String, prefixes: [String]) -> String? {
            prefixes.first { chain.hasPrefix($0) }.map { String(chain.dropFirst($0.count)) }
        }

        mutating func index(ofPort name: String) -> Int {
            if let index = indexes[name] { return index }
            ports.append(PortView(name: name))
            indexes[name] = ports.count - 1
            return ports.count - 1
        }

        mutating func follow(_ chain: String, port: Int) {
            guard followed.insert(chain).inserted else { return }
            follow(chain, port: port, conditions: [], isOwn: chain.hasPrefix("pg_l_"), depth: 0)
        }

        private mutating func follow(
            _ name: String, port: Int, conditions: [Statement], isOwn: Bool, depth: Int
        ) {
            // What is staged beside a port decides nothing.
            guard !name.hasPrefix("pg_sj_"), !name.hasPrefix("pg_sl_") else { return }
            guard depth < Self.deepest, let chain = chains[name], active.insert(name).inserted else { return }
            defer { active.remove(name) }
            if let allowed = Self.name(of: name, prefixes: ["pg_a_"]) {
                allow(allowed, chain: chain, port: port, conditions: conditions, isOwn: isOwn)
                return
            }
            readRefusal(chain, port: port)
            for rule in chain.rules {
                budget -= 1
                guard budget > 0 else { return }
                var all = conditions
                for statement in rule.statements {
                    if case .verdict(let verdict) = statement {
                        guard let next = verdict.chain else { continue }
                        follow(next, port: port, conditions: all, isOwn: isOwn, depth: depth + 1)
                    } else {
                        all.append(statement)
                    }
                }
            }
        }

        /// Notes what a chain on the way says of refusing, and of logging what is refused.
        private mutating func readRefusal(_ chain: Chain, port: Int) {
            let statements = chain.rules.flatMap(\.statements)
            let rejects = statements.contains { $0 == .rejectReset || $0 == .rejectProhibited }
            if rejects || statements.contains(.verdict(.drop)) { ports[port].refusal = rejects ? "reject" : "drop" }
            let isLogged = statements.contains { if case .log = $0 { true } else { false } }
            guard isLogged else { return }
            ports[port].deniedLog = "every packet"
            for case .meter(_, _, let limit) in statements {
                ports[port].deniedLog = "\(limit.count)/\(limit.unit) per source"
            }
        }

        private mutating func allow(
            _ name: String, chain: Chain, port: Int, conditions: [Statement], isOwn: Bool
        ) {
            let rule = name.lastIndex(of: "/").map { String(name[name.index(after: $0)...]) } ?? name
            var index = ports[port].rules.firstIndex { $0.name == rule }
            if index == nil {
                ports[port].rules.append(RuleView(name: rule))
                index = ports[port].rules.count - 1
            }
            guard let index else { return }
            var view = ports[port].rules[index]
            add(conditions, to: &view, isOwn: isOwn)
            for step in chain.rules {
                for case .log in step.statements { view.logged = true }
            }
            ports[port].rules[index] = view
        }

        /// Notes rules whose chain nothing leads to: they have ended.
        mutating func noteEndedRules() {
            for name in chains.keys.sorted() {
                guard let path = Self.name(of: name, prefixes: ["pg_a_"]), let slash = path.lastIndex(of: "/"),
                    let port = indexes[String(path[..<slash])]
                else { continue }
                let rule = String(path[path.index(after: slash)...])
                if !ports[port].rules.contains(where: { $0.name == rule }) {
                    ports[port].rules.append(RuleView(name: rule))
                }
            }
        }

        private func add(_ conditions: [Statement], to view: inout RuleView, isOwn: Bool) {
            var v4: IntervalSet<UInt32>? = nil
            var v6: IntervalSet<UInt128>? = nil
            var hours: IntervalSet<UInt64>?
            var rest: [Statement] = []
            var families: Set<AddressFamily> = [.v4, .v6]
            for condition in conditions {
                switch condition {
                case .sourceInSet(let family, let set):
                    families = families.intersection([family])
                    switch sets[set]?.content {
                    case .ipv4(let ranges): v4 = IntervalSet(ranges.map { Interval($0.first, $0.last) })
                    case .ipv6(let ranges): v6 = IntervalSet(ranges.map { Interval($0.first, $0.last) })
                    default: rest.append(condition)
                    }
                    if isOwn { rest.append(condition) }
                case .family(let family): families = families.intersection([family])
                case .timeInSet(let set):
                    guard case .time(let ranges)? = sets[set]?.content else {
                        rest.append(condition)
                        continue
                    }
                    hours = IntervalSet(
                        ranges.map { Interval(UInt64(clamping: $0.first), UInt64(clamping: $0.last)) })
                case .timeBefore(let end): view.expires = max(view.expires ?? end, end)
                case .counter, .log, .meter, .transport, .connectionState, .connectionUnconfirmed: continue
                default: rest.append(condition)
                }
            }
            if let hours { view.hours = view.hours.map { $0.union(hours) } } else { view.hours = nil }
            if isOwn {
                view.own.insert(rest.isEmpty ? families.count == 2 ? [] : families.map { .family($0) } : rest)
                return
            }
            if families.contains(.v4) { view.v4 = view.v4.union(v4 ?? .full) }
            if families.contains(.v6) { view.v6 = view.v6.union(v6 ?? .full) }
            if !rest.isEmpty { view.other.insert(rest) }
        }
    }
}

extension Verdict {
    /// The chain that a jump or goto leads to.
    var chain: String? {
        switch self {
        case .jump(let chain), .goto(let chain): chain
        case .accept, .drop, .return: nil
        }
    }
}
