/// What a rule demands beside its sources. Rules that demand the same are one term whose sources are united.
struct Demand: Hashable, Sendable {
    /// When, by its number in the catalog.
    let time: Int
    /// Request types, any of them; nil lets in whatever is spoken, known or not.
    let requests: [RequestKey]?
    /// A proof, by its number in the catalog; nil asks for none.
    let atom: Int?
    /// How much it lets in: ranks of rates from 1, ``DemandCatalog/unlimited`` without one.
    let level: Int
}

/// The sources for which one side of a comparison lets in what fulfils a demand.
struct AccessTerm: Sendable {
    let demand: Demand
    let sources: SourceSet
    /// Indexes of the port's rules that it comes from; empty when nothing judges.
    let rules: [Int]
}

/// Everything that the demands of both sides of a comparison refer to by number.
struct DemandCatalog: Sendable {
    /// The level without a rate.
    static let unlimited = Int.max

    let line: TimeLine
    private(set) var times: [TimeSet] = []
    private(set) var atoms: [ProofAtom] = []
    /// Rates without those as fast as another, the slowest first; a rate's rank counts from 1.
    private let rates: [Rate]
    private var timeNumbers: [TimeSet: Int] = [:]
    private var atomNumbers: [ProofAtom: Int] = [:]

    init(line: TimeLine, rates: some Sequence<Rate>) {
        self.line = line
        var bySpeed: [Int: Rate] = [:]
        for rate in rates where bySpeed[rate.perDay] == nil { bySpeed[rate.perDay] = rate }
        self.rates = bySpeed.values.sorted { $0.perDay < $1.perDay }
    }

    mutating func number(of time: TimeSet) -> Int {
        if let known = timeNumbers[time] { return known }
        timeNumbers[time] = times.count
        times.append(time)
        return times.count - 1
    }

    mutating func number(of atom: ProofAtom) -> Int {
        if let known = atomNumbers[atom] { return known }
        atomNumbers[atom] = atoms.count
        atoms.append(atom)
        return atoms.count - 1
    }

    func level(of rate: Rate?) -> Int {
        rate.map { rate in (rates.firstIndex { $0.perDay == rate.perDay } ?? 0) + 1 } ?? Self.unlimited
    }

    /// The rate of a level; nil without one, and for 0, where nobody is let in.
    func rate(of level: Int) -> Rate? { level > 0 && level <= rates.count ? rates[level - 1] : nil }

    /// The atoms that hold wherever an atom does, itself among them.
    func closure(of atom: Int) -> [Int] { atoms.indices.filter { atoms[atom].implies(atoms[$0]) } }
}

extension Rate {
    /// Events in a day, which orders rates of every unit.
    var perDay: Int {
        switch per {
        case .second: Int(count) * 86_400
        case .minute: Int(count) * 1_440
        case .hour: Int(count) * 24
        case .day: Int(count)
        }
    }
}

/// One policy, made ready to be taken apart into terms.
struct TermBuilder {
    let policy: Policy
    let identities: [Name: IdentityProof]
    private let windows: [Name: Window]
    let signatures: [Name: [Signature.Part]]
    private var openings: [Name: [InstantRange]] = [:]
    private var times: [TimeQuestion: Int] = [:]

    private struct TimeQuestion: Hashable {
        let windows: [Name]?
        let expires: Instant?
    }

    init(_ policy: Policy) {
        self.policy = policy
        identities = Dictionary(policy.identities.map { ($0.name, $0.proof) }, uniquingKeysWith: { first, _ in first })
        windows = Dictionary(policy.windows.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        signatures = Dictionary(
            policy.signatures.map { ($0.name, $0.parts) }, uniquingKeysWith: { first, _ in first })
    }

    /// Forgets the numbers of times, for a catalog of its own.
    mutating func forgetTimes() { times = [:] }

    /// The terms of rules, in the order they first appear. Rules that can match nobody or never have none.
    mutating func terms(of rules: [(index: Int, rule: AccessRule)], _ catalog: inout DemandCatalog) -> [AccessTerm] {
        var order: [Demand] = []
        var parts: [Demand: (sources: [SourceSet], rules: [Int])] = [:]
        for (index, rule) in rules {
            let time = time(of: rule, &catalog)
            guard !catalog.times[time].isEmpty else { continue }
            let requests = requests(of: rule)
            let level = catalog.level(of: rule.rate)
            for (atom, sources) in sources(of: rule, &catalog) where !sources.isEmpty {
                let demand = Demand(time: time, requests: requests, atom: atom, level: level)
                if parts[demand] == nil { order.append(demand) }
                parts[demand, default: ([], [])].sources.append(sources)
                if parts[demand]?.rules.last != index { parts[demand]?.rules.append(index) }
            }
        }
        return order.compactMap { demand in
            parts[demand].map { AccessTerm(demand: demand, sources: .union(of: $0.sources[...]), rules: $0.rules) }
        }
    }

    private mutating func time(of rule: AccessRule, _ catalog: inout DemandCatalog) -> Int {
        var names: [Name]?
        if case .only(let listed) = rule.windows { names = listed.sorted() }
        let question = TimeQuestion(windows: names, expires: rule.expires)
        if let known = times[question] { return known }
        let ranges = names.map { $0.flatMap { openings(of: $0, on: catalog.line) } }
        let number = catalog.number(of: catalog.line.points(openings: ranges, until: rule.expires))
        times[question] = number
        return number
    }

    /// The stretches in which a window is open before the horizon; none when it is not declared.
    mutating func openings(of name: Name, on line: TimeLine) -> [InstantRange] {
        if let known = openings[name] { return known }
        let found = windows[name].map { $0.schedule.openings(in: $0.zone, from: line.start, to: line.horizon) } ?? []
        openings[name] = found
        return found
    }

    /// The request types of a rule without those that another one admits, in an order of their own.
    private func requests(of rule: AccessRule) -> [RequestKey]? {
        guard case .only(let types) = rule.requests else { return nil }
        var kept: [RequestKey] = []
        for key in types.flatMap({ RequestKey.keys(of: $0, signatures: signatures) })
        where !kept.contains(where: { $0.admits(key) }) {
            kept.removeAll { key.admits($0) }
            kept.append(key)
        }
        return kept.map { ("\($0)", $0) }.sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// The sources of a rule by the proof that it asks of them.
    private func sources(of rule: AccessRule, _ catalog: inout DemandCatalog) -> [(atom: Int?, sources: SourceSet)] {
        let networks: SourceSet
        switch rule.networks {
        case .only(let addresses): networks = SourceSet(addresses)
        // The loader refuses a rule that states no source; it matches nobody.
        case .unrestricted where rule.identities == .unrestricted: return []
        case .unrestricted: networks = .all
        }
        guard case .only(let names) = rule.identities else { return [(nil, networks)] }
        var told: [SourceSet] = []
        var proven: [(atom: Int?, sources: SourceSet)] = []
        for leaf in leaves(of: names) {
            guard let proof = identities[leaf] else { continue }
            switch proof {
            case .addresses(let addresses): told.append(SourceSet(addresses))
            case .wireguard(_, let addresses):
                guard let atom = proof.atom else { continue }
                proven.append((catalog.number(of: atom), networks.intersection(SourceSet(addresses))))
            case .process, .ipsec, .link, .session:
                guard let atom = proof.atom else { continue }
                proven.append(
                    (catalog.number(of: atom), atom.isOfThisHost ? networks.intersection(.ownHost) : networks))
            case .members: continue
            }
        }
        if !told.isEmpty { proven.insert((nil, networks.intersection(.union(of: told[...]))), at: 0) }
        return proven
    }

    func leaves(of names: [Name]) -> [Name] {
        var leaves: [Name] = []
        var seen: Set<Name> = []
        var waiting = Array(names.reversed())
        while let name = waiting.popLast() {
            guard seen.insert(name).inserted else { continue }
            if case .members(let members) = identities[name] {
                waiting += members.reversed()
            } else {
                leaves.append(name)
            }
        }
        return leaves
    }
}

extension TermBuilder {
    /// What the people behind names are told by, whatever they are called.
    func proofs(_ names: [Name]) -> Set<IdentityProof> {
        Set(
            leaves(of: names).compactMap { name in
                identities[name].map { proof in
                    guard case .process(let process) = proof else { return proof }
                    // Where a proof stands does not make it another one.
                    return .process(
                        ProcessProof(
                            user: process.user, group: process.group, cgroup: process.cgroup,
                            span: SourceSpan(file: 0, line: 1, column: 1)))
                }
            })
    }

    /// The names behind names, groups replaced by their members, in order.
    func people(_ names: [Name]) -> [String] { leaves(of: names).map(\.text).sorted() }

    /// The identities of the policy that are told by one of some proofs.
    func names(provenBy atoms: [ProofAtom]) -> [Name] {
        policy.identities.filter { identity in identity.proof.atom.map(atoms.contains) ?? false }.map(\.name)
    }

    /// The policy's word for a request type, or one that it has no type for.
    func request(_ key: RequestKey) -> RequestType {
        switch key {
        case .known(let type): return type
        case .signature(let parts):
            if let signature = policy.signatures.first(where: { $0.parts == parts }) {
                return .signature(signature.name)
            }
            var text = "x"
            while let name = Name(text), signatures[name] != nil { text += "x" }
            return Name(text).map { .signature($0) } ?? .any
        }
    }

    /// The policy's name for a request type; nil when it has none.
    func words(_ key: RequestKey) -> String? {
        switch key {
        case .known(let type): type.description
        case .signature(let parts): policy.signatures.first { $0.parts == parts }?.name.text
        }
    }
}
