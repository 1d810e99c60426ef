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
                reader.ports[index].reach.formUnion(TableReader.reach[map.name] ?? [])
                reader.follow(chain, port: index)
            }
        }
        reader.noteEndedRules()
        ports = reader.ports.map(reader.completed).sorted { $0.name < $1.name }
        for index in ports.indices {
            ports[index].services.sort { ($0.transport, $0.first) < ($1.transport, $1.first) }
        }
        let marks = table.chains.first { $0.name == "pg_cut" }?.rules.flatMap(\.statements) ?? []
        for case .setConnectionMark(let mask, _) in marks { markMask = mask }
    }

    /// Follows the chains of a table from its verdict maps to the rules that they lead to.
    fileprivate struct TableReader {
        /// Jumps followed one after another, at most: portgate's own are three deep.
        private static let deepest = 12
        /// The paths that stand for the maps of what comes from outside.
        static let reach: [String: Set<String>] = [
            "pg_remote": ["host", "forwarded"], "pg_host": ["host"], "pg_forwarded": ["forwarded"],
        ]
        /// The chains that a judge leads to for a rule: by address, for now, by payload, by payload for now, observed.
        private static let ends = ["pg_a_", "pg_t_", "pg_w_", "pg_wt_", "pg_o_"]
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
            for rule in chain.rules {
                budget -= 1
                guard budget > 0 else { return }
                var all = conditions
                for statement in rule.statements {
                    switch statement {
                    case .noRouteBack(let same) where name.hasPrefix("pg_p_"):
                        ports[port].sourceCheck = same ? "strict" : "loose"
                        all.append(statement)
                    case .verdict(let verdict):
                        guard let next = verdict.chain else { continue }
                        if let path = Self.name(of: next, prefixes: Self.ends), path.contains("/") {
                            allow(path, port: port, conditions: all, isOwn: isOwn)
                        } else if next.hasPrefix("pg_v_") {
                            ports[port].isGranted = true
                        } else if !["pg_d_", "pg_u_", "pg_j_"].contains(where: { next.hasPrefix($0) }) {
                            follow(next, port: port, conditions: all, isOwn: isOwn, depth: depth + 1)
                        }
                    default: all.append(statement)
                    }
                }
            }
        }

        private mutating func allow(_ path: String, port: Int, conditions: [Statement], isOwn: Bool) {
            let rule = path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
            var index = ports[port].rules.firstIndex { $0.name == rule }
            if index == nil {
                ports[port].rules.append(RuleView(name: rule))
                index = ports[port].rules.count - 1
            }
            guard let index else { return }
            add(conditions, to: &ports[port].rules[index], isOwn: isOwn)
        }

        /// Notes rules whose chain nothing leads to: they have ended.
        mutating func noteEndedRules() {
            for name in chains.keys.sorted() {
                guard let path = Self.name(of: name, prefixes: Self.ends), let slash = path.lastIndex(of: "/"),
                    let port = indexes[String(path[..<slash])]
                else { continue }
                let rule = String(path[path.index(after: slash)...])
                if !ports[port].rules.contains(where: { $0.name == rule }) {
                    ports[port].rules.append(RuleView(name: rule))
                }
            }
        }

        private func add(_ conditions: [Statement], to view: inout RuleView, isOwn: Bool) {
            var v4: IntervalSet<UInt32>?
            var v6: IntervalSet<UInt128>?
            var hours: IntervalSet<UInt64>?
            var rest: [Statement] = []
            var families: Set<AddressFamily> = [.v4, .v6]
            for condition in conditions {
                switch condition {
                case .sourceInSet(let family, let set):
                    families = families.intersection([family])
                    switch sets[set]?.content {
                    case .ipv4(let ranges):
                        v4 = IntervalSet(ranges.map { Interval($0.first, $0.last) })
                    case .ipv6(let ranges):
                        v6 = IntervalSet(ranges.map { Interval($0.first, $0.last) })
                    default: rest.append(condition)
                    }
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
                let told = v4 == nil && v6 == nil && rest.isEmpty && families.count == 1
                view.own.insert(
                    GateView.ProvenWay(conditions: told ? families.map { .family($0) } : rest, v4: v4, v6: v6))
            } else if !rest.isEmpty {
                view.proven.insert(ProvenWay(conditions: rest, v4: v4, v6: v6))
            } else {
                if families.contains(.v4) { view.v4 = view.v4.union(v4 ?? .full) }
                if families.contains(.v6) { view.v6 = view.v6.union(v6 ?? .full) }
            }
        }
    }
}

// MARK: - What stands behind the judges

extension GateView.TableReader {
    /// Returns a port with what its own chains say, those of its rules among them.
    func completed(_ port: GateView.PortView) -> GateView.PortView {
        var port = port
        let refusal = statements(of: "pg_r_\(port.name)")
        let rejects = refusal.contains { $0 == .rejectReset || $0 == .rejectProhibited }
        port.observes = refusal.contains(.verdict(.accept))
        if rejects || refusal.contains(.verdict(.drop)) { port.refusal = rejects ? "reject" : "drop" }
        let denied = statements(of: "pg_d_\(port.name)")
        for case .log(_, let group, _, _) in denied {
            port.deniedLog = "every packet"
            port.logGroups.insert(group)
        }
        if port.deniedLog != "nothing" {
            for case .meter(_, _, let limit) in denied { port.deniedLog = "\(limit.count)/\(limit.unit) per source" }
        }
        port.serves = forms(of: ["pg_s_\(port.name)"]) { $0.last != .verdict(.drop) }
        for index in port.rules.indices {
            let path = "\(port.name)/\(port.rules[index].name)"
            let own = ["pg_a_", "pg_t_", "pg_w_", "pg_wt_", "pg_y_", "pg_o_"].map { $0 + path }
            for case .log(_, let group, _, _) in own.flatMap(statements) {
                port.rules[index].logged = true
                port.logGroups.insert(group)
            }
            for case .meter(let set, _, let limit) in own.flatMap(statements) where set.hasPrefix("pg_c") {
                port.rules[index].rate = limit
            }
            port.rules[index].observes = chains["pg_o_\(path)"] != nil
            if chains["pg_w_\(path)"] != nil || chains["pg_wt_\(path)"] != nil {
                port.rules[index].requests =
                    forms(of: ["pg_w_\(path)", "pg_wt_\(path)", "pg_x_\(path)"]) { statements in
                        statements.last?.isForward ?? false
                    } ?? GateView.PayloadForms()
            }
        }
        return port
    }

    private func statements(of chain: String) -> [Statement] { chains[chain]?.rules.flatMap(\.statements) ?? [] }

    /// Returns the comparisons of payload in chains, rule by rule, where a rule ends as it should; nil when there is no chain.
    private func forms(of names: [String], where isRight: ([Statement]) -> Bool) -> GateView.PayloadForms? {
        let found = names.compactMap { chains[$0] }
        guard !found.isEmpty else { return nil }
        var forms = GateView.PayloadForms()
        for chain in found {
            for rule in chain.rules {
                var transport: UInt8 = 6
                var matches: [PayloadMatch] = []
                for statement in rule.statements {
                    if case .transport(let number) = statement { transport = number }
                    if case .payload(let match) = statement { matches.append(match) }
                }
                guard !matches.isEmpty, isRight(rule.statements) else { continue }
                forms.byTransport[transport, default: []].insert(matches)
            }
        }
        return forms
    }
}

extension Statement {
    /// Whether it leads on without coming back.
    fileprivate var isForward: Bool {
        if case .verdict(.goto) = self { return true }
        return false
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
