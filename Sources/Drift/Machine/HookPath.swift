import Nftables
import PacketSpace

/// The hooks that a packet passes, in order, and what changes between them.
struct HookPath: Hashable, Sendable {
    /// A step on the way.
    enum Step: Hashable, Sendable {
        /// Ingress of the device it came by: netdev tables, and inet tables at ingress.
        case ingress
        /// A hook of the IP families (NF_INET_*).
        case hook(UInt32)
        /// To a socket of this host; what was translated to another host, on to that one.
        case delivery
        /// From here on something has a value.
        case becomes(Quantity, UInt128)
        /// From here on something has the value that something else has now.
        case copies(Quantity, of: Quantity)
    }

    let steps: [Step]

    /// From another host to a socket of this one.
    static let arriving = HookPath(steps: beginning + [.ingress, .hook(0), .hook(1)])
    /// From another host through this one.
    static let forwarded = HookPath(steps: beginning + [.ingress, .hook(0), .hook(2), .hook(4)])
    /// From a socket of this host to another host.
    static let leaving = HookPath(steps: beginning + [.hook(3), .hook(4)])
    /// From a socket of this host to a socket of it.
    static let own = HookPath(
        steps: beginning + [
            .hook(3), .hook(4), .becomes(.meta(MetaKey.inputInterfaceName.rawValue), HookPath.loopbackName),
            .becomes(.meta(MetaKey.inputInterface.rawValue), 1), .ingress, .hook(0), .hook(1),
        ])

    /// Conntrack remembers what was asked for first.
    static let beginning: [Step] = [
        .copies(.connection(ConnectionKeyNumber.destination.rawValue, 0), of: .destination),
        .copies(.connection(ConnectionKeyNumber.destinationPort.rawValue, 0), of: .destinationPort),
    ]

    /// `lo` as a name in a register.
    static let loopbackName = interfaceName("lo")

    /// Returns a name of an interface as the number that a register holds: 16 bytes, filled with zeros.
    static func interfaceName(_ name: String) -> UInt128 {
        var number: UInt128 = 0
        let bytes = Array(name.utf8.prefix(15))
        for place in 0..<16 { number = number << 8 | UInt128(place < bytes.count ? bytes[place] : 0) }
        return number
    }
}

/// A base chain at a hook.
struct BaseChainPlace {
    let table: LiveTable
    let chain: LiveChain
    let hook: LiveChain.Hook
    let hookState: HookState
}

extension LiveRuleset {
    /// Returns the base chains that judge at a step, in the order in which they run: by priority, at the same priority the one
    /// that was registered last first (nf_hook_entries_grow, net/netfilter/core.c). Chains of type nat stand where the
    /// translation does (nf_nat_inet_fn), in the order of their priorities.
    func baseChains(at step: HookPath.Step, sees: (LiveTable) -> Bool) -> [BaseChainPlace] {
        var found: [(order: (Int64, Int64), place: BaseChainPlace)] = []
        for table in tables where !table.isDormant && sees(table) {
            for chain in table.chains {
                guard let hook = chain.hook, table.isAt(step, hook) else { continue }
                var order = (Int64(hook.priority), Int64(hook.priority))
                if hook.type == "nat" { order.0 = hook.number == 0 || hook.number == 3 ? -100 : 100 }
                found.append(
                    (
                        order,
                        BaseChainPlace(
                            table: table, chain: chain, hook: hook, hookState: table.hookState(of: hook))
                    ))
            }
        }
        // Stable, and the last registered first.
        return found.enumerated().sorted { one, other in
            one.element.order != other.element.order
                ? one.element.order < other.element.order : one.offset > other.offset
        }.map(\.element.place)
    }
}

extension LiveTable {
    /// Where a base chain of the table is met: before conntrack at ingress, and at prerouting and output up to its own priority,
    /// -200; with an output interface at forward, output and postrouting.
    fileprivate func hookState(of hook: LiveChain.Hook) -> HookState {
        if isIngress(hook) { return HookState(isBeforeConntrack: true, hasOutput: false) }
        return HookState(
            isBeforeConntrack: (hook.number == 0 || hook.number == 3) && hook.type != "nat" && hook.priority <= -200,
            hasOutput: (2...4).contains(hook.number))
    }

    private func isIngress(_ hook: LiveChain.Hook) -> Bool {
        (family == .netdev && hook.number == 0) || (family == .inet && hook.number == 5)
    }

    fileprivate func isAt(_ step: HookPath.Step, _ hook: LiveChain.Hook) -> Bool {
        switch step {
        // Without a device nothing is met there.
        case .ingress: isIngress(hook) && !hook.devices.isEmpty
        case .hook(let number): [.inet, .ip, .ip6].contains(family) && hook.number == number
        case .becomes, .copies, .delivery: false
        }
    }
}

extension SymbolicMachine {
    /// Returns the base chains of a path, wherever its packets are delivered.
    func baseChains(of path: HookPath) -> [BaseChainPlace] {
        path.steps.flatMap { step -> [BaseChainPlace] in
            guard step == .delivery else { return ruleset.baseChains(at: step, sees: sees) }
            return baseChains(of: HookPath(steps: Self.toSocket + Self.onward))
        }
    }

    /// Says what a path will ask for.
    func collect(_ path: HookPath) {
        for step in path.steps {
            switch step {
            case .becomes(let quantity, let value):
                let index = variables.index(of: quantity)
                variables.demandWritable(index)
                variables.demand(index, IntervalList(value, value))
            case .copies(let quantity, let source):
                guard variables.isKnown(quantity) else { continue }
                let index = variables.index(of: quantity)
                variables.demandWritable(index)
                variables.demandBits(index)
                variables.demandBits(variables.index(of: source))
            case .delivery:
                _ = variables.index(of: .translation)
                collect(HookPath(steps: Self.toSocket + Self.onward))
            case .ingress, .hook:
                for place in ruleset.baseChains(at: step, sees: sees) {
                    if place.hook.type == "nat" {
                        let state = variables.index(of: .connection(ConnectionKeyNumber.state.rawValue, nil))
                        for value: UInt128 in [4, 8] { variables.demand(state, IntervalList(value, value)) }
                    }
                    for device in place.hook.devices {
                        let index = variables.index(of: .meta(MetaKey.inputInterfaceName.rawValue))
                        let name = HookPath.interfaceName(device)
                        variables.demand(index, IntervalList(name, name))
                    }
                }
            }
        }
    }

    private static let toSocket: [HookPath.Step] = [.hook(1)]
    private static let onward: [HookPath.Step] = [.hook(2), .hook(4)]

    /// Returns what becomes of packets that are delivered, here or elsewhere.
    private func delivery() throws -> Summary {
        let space = variables.space
        let isElsewhere = try variables.node(.translation, is: 1)
        if isElsewhere.isEmpty { return try summary(of: HookPath(steps: Self.toSocket)) }
        return try space.parallel([
            try space.sequence(
                Summary(exits: [.onward: Way(packets: !isElsewhere)]), try summary(of: HookPath(steps: Self.toSocket))),
            try space.sequence(
                Summary(exits: [.onward: Way(packets: isElsewhere)]), try summary(of: HookPath(steps: Self.onward))),
        ])
    }

    /// Packets as they come: a set, and bits that all of them have.
    struct Beginning {
        var packets = Node.full
        var bits: [UInt32: Bool] = [:]
    }

    /// Returns what becomes of packets on a path: those that go on at its end pass by `onward`. What becomes of others than those that
    /// begin it is left open.
    func summary(of path: HookPath, from beginning: Beginning = Beginning()) throws -> Summary {
        let space = variables.space
        let asked = relevant
        defer { relevant = asked }
        var parts: [Summary] = []
        for step in path.steps {
            switch step {
            case .becomes(let quantity, let value): parts.append(summary(of: quantity, becoming: value))
            case .copies(let quantity, let source): parts.append(try summary(of: quantity, copying: source))
            case .delivery:
                let places = baseChains(of: HookPath(steps: [.delivery]))
                if places.contains(where: isLong) { relevant = try narrowed(asked, from: beginning, by: parts) }
                parts.append(try delivery())
            case .ingress, .hook:
                for place in ruleset.baseChains(at: step, sees: sees) {
                    if isLong(place) { relevant = try narrowed(asked, from: beginning, by: parts) }
                    parts.append(try summary(of: place))
                }
            }
        }
        return try space.sequence(of: parts[...])
    }

    private func summary(of quantity: Quantity, becoming value: UInt128) -> Summary {
        var way = Way.everything
        for (level, isSet) in variables.assignment(variables.index(of: quantity), value: value) {
            way.writes[level] = isSet ? .full : .empty
        }
        return Summary(exits: [.onward: way])
    }

    private func summary(of quantity: Quantity, copying source: Quantity) throws -> Summary {
        guard variables.isKnown(quantity),
            case .bits(let field) = variables.representation(variables.index(of: quantity))
        else { return .passes }
        var way = Way.everything
        for (place, bit) in variables.bits(variables.index(of: source)).enumerated() {
            way.writes[field.firstLevel + UInt32(place)] = try SymbolicTests(variables: variables).node(bit)
        }
        return Summary(exits: [.onward: way])
    }

    /// Whether it pays to find out first which packets get to a base chain. The gate looks ports up, and does not ask for each in turn.
    private func isLong(_ place: BaseChainPlace) -> Bool {
        var count = 0
        for chain in place.table.chains { count += chain.rules.count }
        return count >= longTable && Atom.Owner(family: place.table.family, table: place.table.name) != .gate
    }

    /// A diagram that rules are held against has at most so many nodes.
    private static let mostNodes = 4_096
    /// By what most rules tell packets, and whether rules may write it.
    private var telling: [Quantity] {
        let known = [Quantity.transport, .destinationPort, .source].filter { !variables.isWritten($0) }
        // Hooks write it, and no rule can.
        return (known + [.meta(MetaKey.inputInterfaceName.rawValue)]).filter(variables.isKnown)
    }

    /// Returns those of the packets asked about that go on so far, as they are then, as far as they are told by what no rule writes.
    private func narrowed(_ asked: Node, from beginning: Beginning, by parts: [Summary]) throws -> Node {
        let space = variables.space
        let way = try space.sequence(of: parts[...])[.onward]
        var kept: [UInt32] = []
        var fixed = Node.full
        for quantity in telling {
            for level in variables.levels(variables.index(of: quantity)).ranges.joined() {
                switch way.writes[level] {
                case nil: kept.append(level)
                case .full?: fixed = try space.intersection(fixed, try space.variable(level))
                case .empty?: fixed = try space.difference(fixed, try space.variable(level))
                default: continue
                }
            }
        }
        let onward = try space.restrict(try space.intersection(way.packets, beginning.packets), beginning.bits)
        let passing = try space.exists(onward, LevelSet(levels: kept).complement())
        guard space.size(of: passing) <= Self.mostNodes else { return asked }
        return try space.intersection(asked, try space.intersection(passing, fixed))
    }

    /// Returns what becomes of packets at one base chain.
    func summary(of place: BaseChainPlace) throws -> Summary {
        // Who gets to the policy is only asked where it is watched.
        let watchesPolicy = watched.map { $0.index == nil && isWatched(place.chain, in: place.table) } ?? false
        let end: ChainEnd = watchesPolicy ? .onward : place.hook.policy == 0 ? .drop : .accept
        let inner = try summary(of: place.chain, in: place.table, place.hookState, to: end)
        let space = variables.space
        var result = inner
        result.exits[.onward] = nil
        result.exits[.back] = nil
        result.exits[.accept] = nil
        let undecided = try space.join(inner[.onward], inner[.back])
        if watchesPolicy { result.events[.watched] = undecided.packets }
        var passing = inner[.accept]
        if place.hook.policy == 0 {
            result.exits[.drop] = try space.join(inner[.drop], undecided)
        } else {
            passing = try space.join(passing, undecided)
        }
        result.exits[.onward] = passing
        var meets = Node.full
        if place.hook.type == "nat" {
            // Only a connection's first packet, and only until something translates it.
            let state = Quantity.connection(ConnectionKeyNumber.state.rawValue, nil)
            meets = try space.union(
                try variables.node(state, is: 8), try variables.node(state, is: 4))
            if place.hook.number == 0 || place.hook.number == 3 {
                meets = try space.intersection(meets, try variables.node(.translation, is: 0))
            }
        }
        if !place.hook.devices.isEmpty {
            let name = Quantity.meta(MetaKey.inputInterfaceName.rawValue)
            var devices: [Node] = []
            for device in place.hook.devices {
                devices.append(try variables.node(name, is: HookPath.interfaceName(device)))
            }
            meets = try space.intersection(meets, try space.union(of: devices))
        }
        if meets.isFull { return result }
        let entering = Summary(exits: [.onward: Way(packets: meets)])
        let passingBy = Summary(exits: [.onward: Way(packets: !meets)])
        return try space.parallel([try space.sequence(entering, result), passingBy])
    }
}
