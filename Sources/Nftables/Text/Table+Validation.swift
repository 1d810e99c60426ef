extension Table {
    /// Checks that the table can be rendered, that nft reads the text as this very table, and that the kernel lists it so.
    ///
    /// - Throws: ``TableError`` for the first thing outside the bounds.
    public func validate() throws(TableError) {
        guard isPlainIdentifier(name) else { throw .badName(name) }
        guard !isDormant, foreign.isEmpty else { throw .foreign(in: name) }
        if let comment, !TextBounds.isComment(comment) { throw .badComment(on: name) }

        let names = TableNames(self)
        try checkNames(counters.map(\.name))
        try checkNames(sets.map(\.name) + maps.map(\.name))
        try checkNames(chains.map(\.name))
        for counter in counters {
            if let comment = counter.comment, !TextBounds.isComment(comment) { throw .badComment(on: counter.name) }
        }
        for set in sets { try set.validate() }
        for map in maps { try map.validate(names) }
        for chain in chains { try chain.validate(names) }
    }

    private func isPlainIdentifier(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 31 else { return false }
        return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first)
            && name.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "_")
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
            }
    }

    private func checkNames(_ names: [String]) throws(TableError) {
        var seen: Set<String> = []
        for name in names {
            guard TextBounds.isObjectName(name) else { throw .badName(name) }
            guard seen.insert(name).inserted else { throw .duplicateName(name) }
        }
    }
}

/// The names that rules and maps of a table may refer to.
struct TableNames {
    let counters: Set<String>
    let maps: Set<String>
    let sets: [String: NamedSet.Kind]
    /// Chains without a hook: only these can be jumped to.
    let plainChains: Set<String>

    init(_ table: Table) {
        counters = Set(table.counters.map(\.name))
        maps = Set(table.maps.map(\.name))
        sets = Dictionary(table.sets.map { ($0.name, $0.kind) }, uniquingKeysWith: { first, _ in first })
        plainChains = Set(table.chains.lazy.filter { $0.hook == nil }.map(\.name))
    }

    func check(_ verdict: Verdict, from owner: String) throws(TableError) {
        switch verdict {
        case .accept, .drop, .return: return
        case .jump(let chain), .goto(let chain):
            guard plainChains.contains(chain) else { throw .danglingReference(from: owner, to: chain) }
        }
    }

    /// Makes sure that the set holds addresses of the family, declared ones or such that come and go.
    func checkAddresses(set: String, _ family: AddressFamily, from owner: String) throws(TableError) {
        let declared: NamedSet.Kind = family == .v4 ? .ipv4 : .ipv6
        guard sets[set] == declared || sets[set] == .timed(family) else {
            throw .danglingReference(from: owner, to: set)
        }
    }

    func check(set: String, is kind: NamedSet.Kind, from owner: String) throws(TableError) {
        guard sets[set] == kind else { throw .danglingReference(from: owner, to: set) }
    }
}
