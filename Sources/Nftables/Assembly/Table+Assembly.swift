extension Table {
    /// Returns what a kernel runs once nft 1.0.6 has loaded the rendered table: the same expressions in the same order, with the
    /// dependencies that nft adds and the payload comparisons that it joins.
    ///
    /// Differences to a live dump, none of which has a meaning: handles are 0; the elements of interval sets ascend and have no
    /// end mark at zero before the first interval; sets that come and go have no elements. Anonymous sets are numbered as in
    /// a table loaded at once. Numbers in host order are those of a little-endian host.
    ///
    /// - Throws: ``AssemblyError`` when the table cannot be rendered, or nft would refuse a rule.
    public func assembled() throws(AssemblyError) -> LiveTable {
        do throws(TableError) { try validate() } catch { throw .notRenderable(error) }
        var table = LiveTable(family: .inet, name: name, comment: comment)
        table.objects = counters.map { LiveObject(type: LiveObject.counterType, name: $0.name, comment: $0.comment) }
        table.sets = sets.map { $0.assembled() } + maps.map { $0.assembled() }
        var assembler = RuleAssembler(rangeMaps: Set(maps.lazy.filter(\.takesRanges).map(\.name)))
        for chain in chains {
            var live = LiveChain(name: chain.name, hook: chain.hook.map(LiveChain.Hook.init))
            if chain.hook != nil { live.flags = LiveChain.baseFlag }
            live.rules.reserveCapacity(chain.rules.count)
            for (index, rule) in chain.rules.enumerated() {
                guard let expressions = assembler.assemble(rule) else {
                    throw .conflictingProtocols(chain: chain.name, rule: index)
                }
                live.rules.append(LiveRule(expressions: expressions, comment: rule.comment))
            }
            table.chains.append(live)
        }
        table.sets += assembler.anonymous.sets
        return table
    }
}

extension LiveObject {
    /// NFT_OBJECT_COUNTER.
    static let counterType: UInt32 = 1
}

extension LiveChain {
    /// NFT_CHAIN_BASE.
    static let baseFlag: UInt32 = 1
}

extension LiveChain.Hook {
    /// Where a chain of the table is registered.
    init(_ hook: Chain.Hook) {
        let number: UInt32 =
            switch hook.point {
            case .prerouting: 0
            case .input: 1
            case .forward: 2
            case .output: 3
            case .postrouting: 4
            }
        self.init(number: number, priority: hook.priority, policy: hook.policy == .accept ? 1 : 0)
    }
}

extension LiveVerdict {
    /// A verdict of the table.
    init(_ verdict: Verdict) {
        self =
            switch verdict {
            case .accept: .accept
            case .drop: .drop
            case .return: .return
            case .jump(let chain): .jump(chain)
            case .goto(let chain): .goto(chain)
            }
    }
}
