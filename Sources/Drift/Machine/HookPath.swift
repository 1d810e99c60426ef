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
    let surroundings: Surroundings
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
                            table: table, chain: chain, hook: hook, surroundings: table.surroundings(of: hook))
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
    fileprivate func surroundings(of hook: LiveChain.Hook) -> Surroundings {
        if isIngress(hook) { return Surroundings(isBeforeConntrack: true, hasOutput: false) }
        return Surroundings(
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

    /// Returns what becomes of packets on a path: those that go on at its end pass by `onward`.
    func summary(of path: HookPath) throws -> Summary {
        var parts: [Summary] = []
        for step in path.steps {
            if case .becomes(let quantity, let value) = step {
                var way = Way.everything
                let index = variables.index(of: quantity)
                for (level, isSet) in variables.assignment(index, value: value) {
                    way.writes[level] = isSet ? .full : .empty
                }
                parts.append(Summary(exits: [.onward: way]))
                continue
            }
            if case .copies(let quantity, let source) = step {
                guard variables.isKnown(quantity),
                    case .bits(let field) = variables.representation(variables.index(of: quantity))
                else {
                    continue
                }
                var way = Way.everything
                for (place, bit) in variables.bits(variables.index(of: source)).enumerated() {
                    way.writes[field.firstLevel + UInt32(place)] = try SymbolicTests(variables: variables).node(bit)
                }
                parts.append(Summary(exits: [.onward: way]))
                continue
            }
            if step == .delivery {
                parts.append(try delivery())
                continue
            }
            for place in ruleset.baseChains(at: step, sees: sees) { parts.append(try summary(of: place)) }
        }
        return try variables.space.sequence(of: parts[...])
    }

    /// Returns what becomes of packets at one base chain.
    func summary(of place: BaseChainPlace) throws -> Summary {
        let inner = try summary(of: place.chain, in: place.table, place.surroundings)
        let space = variables.space
        var result = inner
        result.exits[.onward] = nil
        result.exits[.back] = nil
        result.exits[.accept] = nil
        let undecided = try space.join(inner[.onward], inner[.back])
        if let watched, watched.index == nil, isWatched(place.chain, in: place.table) {
            result.events[.watched] = undecided.packets
        }
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
