/// A change at one place of the space: for sources and moments of one class, for a request and for somebody with a proof.
struct CellChange: Hashable, Sendable {
    /// What is spoken; nil when that is not known, which only rules for any request let in.
    let request: RequestKey?
    /// What is proven; nil when nothing is.
    let atom: Int?
    /// The level before, 0 when refused.
    let old: Int
    /// The level after, 0 when refused.
    let new: Int
    /// Requests for which nothing of the kind changes although ``request`` is nil: they were, or still are, let in.
    let otherRequests: [RequestKey]
    /// Proofs with which nothing of the kind changes although ``atom`` is nil.
    let otherAtoms: [Int]
}

/// Judges what two lists of demands let in, request by request and proof by proof.
///
/// Rules only ever let in, so both sides are monotone: whoever proves more, or says more exactly what is spoken, is let in
/// wherever somebody who does less is. It is therefore enough to ask for each request type that is named, and for none,
/// and for each proof that is named with all that it implies, and for none. No combination of proofs can add anything.
struct CellVerdicts {
    let catalog: DemandCatalog

    /// Returns the least places at which the sides differ, and takes what it cost from `budget`.
    func changes(
        from old: [Demand], to new: [Demand], over transport: TransportProtocol, budget: inout Int
    ) -> [CellChange] {
        let (old, new) = (spoken(old, over: transport), spoken(new, over: transport))
        if old == new { return [] }
        var requests: [RequestKey] = []
        var atoms: [Int] = []
        for demand in old + new {
            for request in demand.requests ?? [] where !requests.contains(request) { requests.append(request) }
            if let atom = demand.atom, !atoms.contains(atom) { atoms.append(atom) }
        }
        budget -= (requests.count + 1) * (atoms.count + 1) * (old.count + new.count)
        guard budget > 0 else { return [] }
        let askedRequests: [RequestKey?] = [nil] + requests
        let askedAtoms: [Int?] = [nil] + atoms
        let holding = askedAtoms.map { $0.map { catalog.closure(of: $0) } ?? [] }
        // levels[r][a] before and after.
        let levels = askedRequests.map { request in
            holding.map { held in
                (old: level(old, request, held), new: level(new, request, held))
            }
        }
        var found: [CellChange] = []
        for (r, request) in askedRequests.enumerated() {
            for (a, atom) in askedAtoms.enumerated() {
                let here = levels[r][a]
                guard here.old != here.new else { continue }
                // Said already for any request, for anybody, or for anybody with any request.
                if r > 0, levels[0][a] == here { continue }
                if a > 0, levels[r][0] == here { continue }
                if r > 0, a > 0, levels[0][0] == here { continue }
                let otherRequests =
                    r == 0 ? requests.indices.filter { levels[$0 + 1][a] != here }.map { requests[$0] } : []
                let otherAtoms = a == 0 ? atoms.indices.filter { levels[r][$0 + 1] != here }.map { atoms[$0] } : []
                found.append(
                    CellChange(
                        request: request, atom: atom, old: here.old, new: here.new, otherRequests: otherRequests,
                        otherAtoms: otherAtoms))
            }
        }
        return found
    }

    /// The demands without request types that the protocol does not carry.
    private func spoken(_ demands: [Demand], over transport: TransportProtocol) -> [Demand] {
        demands.compactMap { demand in
            guard let requests = demand.requests else { return demand }
            let carried = requests.filter { $0.isSpoken(over: transport) }
            guard !carried.isEmpty else { return nil }
            return Demand(time: 0, requests: carried, atom: demand.atom, level: demand.level)
        }
    }

    private func level(_ demands: [Demand], _ request: RequestKey?, _ held: [Int]) -> Int {
        var best = 0
        for demand in demands where demand.level > best {
            if let atom = demand.atom, !held.contains(atom) { continue }
            if let requests = demand.requests {
                guard let request, requests.contains(where: { $0.admits(request) }) else { continue }
            }
            best = demand.level
        }
        return best
    }
}
