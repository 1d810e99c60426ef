/// Compares what two declarations of a port let in.
struct PortComparison {
    /// One side: a declaration, or none, which lets in everybody or nobody.
    struct Side {
        var terms: [AccessTerm]
        /// The declaration, of whose rules the terms speak.
        var port: Port?
    }

    /// One line of the result, before it is put in words.
    struct Finding: Sendable {
        let change: CellChange
        let requests: [RequestKey]
        let atoms: [Int]
        let points: TimeSet
        let sources: SourceSet
        let transports: [TransportProtocol]
        /// Rules of the side that lets in.
        let rules: [Int]
        /// The class of sources and of time of which a witness is made.
        let sampleSources: SourceSet
    }

    let catalog: DemandCatalog
    let old: Side
    let new: Side

    /// Returns the changes over protocols, and takes what it cost from `budget`: when nothing is left of that, not all of
    /// them were found.
    func findings(over transports: [TransportProtocol], budget: inout Int) -> [Finding] {
        let region = differingSources()
        guard !region.isEmpty else { return [] }
        let terms = old.terms + new.terms
        let classes = SourceClasses(of: terms.map(\.sources), within: region)
        var timeClasses: [[Int]: TimeClasses] = [:]
        var facts: [Fact] = []
        for (sourceClass, members) in classes.members.enumerated() {
            let times = Array(Set(members.map { terms[$0].demand.time })).sorted()
            if timeClasses[times] == nil {
                timeClasses[times] = TimeClasses(of: times.map { catalog.times[$0] }, on: catalog.line, budget: &budget)
            }
            guard let division = timeClasses[times] else { return [] }
            for timeClass in division.points.indices {
                let active = members.filter { member in
                    times.firstIndex(of: terms[member].demand.time).map { division.membership[timeClass][$0] } ?? false
                }
                budget -= members.count + 1
                facts += self.facts(
                    active, terms, sourceClass: sourceClass, points: division.points[timeClass], over: transports,
                    budget: &budget)
                guard budget > 0 else { return [] }
            }
        }
        return gathered(facts, classes)
    }

    // MARK: Facts

    /// What was found in one class of sources and one of time, over one protocol.
    private struct Fact {
        let sourceClass: Int
        let points: TimeSet
        let transport: TransportProtocol
        let change: CellChange
        let rules: [Int]
    }

    /// The sources for which the sides demand different things at all.
    private func differingSources() -> SourceSet {
        var pairs: [Demand: (old: SourceSet, new: SourceSet)] = [:]
        for term in old.terms { pairs[term.demand, default: (.empty, .empty)].old = term.sources }
        for term in new.terms { pairs[term.demand, default: (.empty, .empty)].new = term.sources }
        return .union(of: pairs.values.map { $0.old.symmetricDifference($0.new) }[...])
    }

    private func facts(
        _ active: [Int], _ terms: [AccessTerm], sourceClass: Int, points: TimeSet,
        over transports: [TransportProtocol], budget: inout Int
    ) -> [Fact] {
        // Whether a demand's time was another one no longer matters here.
        func demand(_ index: Int) -> Demand {
            let demand = terms[index].demand
            return Demand(time: 0, requests: demand.requests, atom: demand.atom, level: demand.level)
        }
        let before = active.filter { $0 < old.terms.count }
        let after = active.filter { $0 >= old.terms.count }
        let (oldDemands, newDemands) = (Set(before.map(demand)), Set(after.map(demand)))
        guard oldDemands != newDemands else { return [] }
        let judge = CellVerdicts(catalog: catalog)
        var found: [Fact] = []
        for transport in transports {
            let changes = judge.changes(
                from: before.map(demand), to: after.map(demand), over: transport, budget: &budget)
            for change in changes {
                // The rules of the side that lets in, or lets in more.
                let held = change.atom.map { catalog.closure(of: $0) } ?? []
                let rules = (change.new > change.old ? after : before).filter { index in
                    let demand = terms[index].demand
                    guard demand.atom.map(held.contains) ?? true else { return false }
                    guard let requests = demand.requests else { return true }
                    return change.request.map { spoken in requests.contains { $0.admits(spoken) } } ?? false
                }.flatMap { terms[$0].rules }
                found.append(
                    Fact(
                        sourceClass: sourceClass, points: points, transport: transport, change: change,
                        rules: Array(Set(rules)).sorted()))
            }
        }
        return found
    }

    // MARK: Gathering

    /// A line of the result in the making: what its facts have in common, and what of them was united.
    private struct Row {
        var change: CellChange
        var sourceClasses: [Int]
        var points: TimeSet
        var requests: [RequestKey]
        var atoms: [Int]
        var transports: [TransportProtocol]
        var rules: [Int]
    }

    /// The levels and exceptions of a change, without its request and proof.
    private struct Levels: Hashable {
        let old: Int
        let new: Int
        let otherRequests: [RequestKey]
        let otherAtoms: [Int]

        init(_ change: CellChange) {
            (old, new) = (change.old, change.new)
            (otherRequests, otherAtoms) = (change.otherRequests, change.otherAtoms)
        }
    }

    private struct RowKey: Hashable {
        let levels: Levels
        let sourceClasses: [Int]
        let points: TimeSet
        let requests: [RequestKey]
        let atoms: [Int]
        let transports: [TransportProtocol]
    }

    /// Unites facts that differ in one dimension alone, one dimension after the other.
    private func gathered(_ facts: [Fact], _ classes: SourceClasses) -> [Finding] {
        var rows = facts.map { fact in
            Row(
                change: fact.change, sourceClasses: [fact.sourceClass], points: fact.points,
                requests: fact.change.request.map { [$0] } ?? [], atoms: fact.change.atom.map { [$0] } ?? [],
                transports: [fact.transport], rules: fact.rules)
        }
        func key(
            _ row: Row, sourceClasses: Bool = true, points: Bool = true, requests: Bool = true, atoms: Bool = true,
            transports: Bool = true
        ) -> RowKey {
            RowKey(
                levels: Levels(row.change), sourceClasses: sourceClasses ? row.sourceClasses : [],
                points: points ? row.points : .never,
                requests: requests ? row.requests : row.requests.isEmpty ? [] : [.known(.any)],
                atoms: atoms ? row.atoms : row.atoms.isEmpty ? [] : [-1],
                transports: transports ? row.transports : [])
        }
        // Each time those are one group that have all but one dimension in common.
        rows = Self.united(rows, by: { key($0, points: false) }, { $0.points = $0.points.union($1.points) })
        rows = Self.united(
            rows, by: { key($0, sourceClasses: false) },
            { $0.sourceClasses = Array(Set($0.sourceClasses + $1.sourceClasses)).sorted() })
        rows = Self.united(rows, by: { key($0, transports: false) }, { $0.transports += $1.transports })
        rows = Self.united(rows, by: { key($0, requests: false) }, { $0.requests += $1.requests })
        rows = Self.united(rows, by: { key($0, atoms: false) }, { $0.atoms += $1.atoms })
        return rows.map { row in
            Finding(
                change: row.change, requests: row.requests, atoms: row.atoms, points: row.points,
                sources: .union(of: row.sourceClasses.map { classes.sources[$0] }[...]),
                transports: row.transports.sorted { $0.rawValue < $1.rawValue }, rules: row.rules,
                sampleSources: row.sourceClasses.first.map { classes.sources[$0] } ?? .empty)
        }
    }

    private static func united(_ rows: [Row], by key: (Row) -> RowKey, _ unite: (inout Row, Row) -> Void) -> [Row] {
        var numbers: [RowKey: Int] = [:]
        var result: [Row] = []
        for row in rows {
            let key = key(row)
            if let number = numbers[key] {
                unite(&result[number], row)
                result[number].rules = Array(Set(result[number].rules + row.rules)).sorted()
            } else {
                numbers[key] = result.count
                result.append(row)
            }
        }
        return result
    }
}
