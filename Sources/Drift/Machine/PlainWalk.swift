import Nftables

/// The rules of a chain, run on one packet one after another.
struct PlainWalk {
    let machine: PlainMachine
    let table: LiveTable
    let chain: LiveChain
    let hookState: HookState
    let depth: Int
    var packet: PlainPacket
    var trace: PlainTrace

    private let ordinals: [[Int]]
    /// The numbers of what the expressions of each rule load, where they do.
    private let loads: [[Int?]]
    /// What loads found, by their numbers, since something was last written to the packet.
    private var loaded: [Int: Loaded] = [:]
    /// The rule that is run, and the place of the expression.
    private(set) var rule: LiveRule
    private(set) var index = 0
    private var current = 0

    /// What the rule has put into registers.
    var registers = PlainRegisters()
    /// Where the bits of what the rule has written come from.
    var written: [Quantity: [Origin]] = [:]

    init(
        machine: PlainMachine, table: LiveTable, chain: LiveChain, hookState: HookState, depth: Int,
        packet: PlainPacket, trace: PlainTrace
    ) {
        self.machine = machine
        self.table = table
        self.chain = chain
        self.hookState = hookState
        self.depth = depth
        self.packet = packet
        self.trace = trace
        ordinals = machine.program.ordinals(of: chain, in: table)
        loads = machine.program.loads(of: chain, in: table, hookState, packet.context.family)
        rule = LiveRule(expressions: [])
    }

    private var place: Responsible {
        Responsible(
            family: table.family, table: table.name, chain: chain.name, handle: rule.handle, comment: rule.comment)
    }

    /// Runs the rule at a place of the chain; nil from an expression means that the rule goes on, an exit that it ends.
    mutating func run(_ index: Int) -> Exit {
        self.index = index
        rule = chain.rules[index]
        registers.clear()
        if !written.isEmpty { written = [:] }
        for (place, expression) in rule.expressions.enumerated() {
            current = place
            if let number = loads[index][place] {
                guard load(number) else { return .onward }
            } else if let exit = execute(expression) {
                return exit
            }
        }
        return .onward
    }

    /// What a load finds in the packet: nil when it ends the rule.
    private typealias Loaded = [UInt8]?

    /// Does what a load does; false when it ends the rule.
    private mutating func load(_ number: Int) -> Bool {
        let load = machine.program.loads[number]
        let found: Loaded
        if let known = loaded[number] {
            found = known
        } else {
            found = load.conditions.allSatisfy { holds($0) } ? bytes(of: load.bytes) : nil
            loaded[number] = .some(found)
        }
        guard let found else { return false }
        registers.write(load.into, found) { .loaded(number, $0) }
        return true
    }

    /// Something is about to be written to the packet: what was loaded is no more what is there.
    mutating func settle() {
        loaded = [:]
        for (place, byte) in registers.unsettled { registers.settle(place, origins(of: byte)) }
    }

    mutating func execute(_ expression: LiveExpression) -> Exit? {
        switch expression {
        case .meta(MetaKey.random.rawValue, let into): make("random number (\(occurrence))", into)
        case .verdict(let verdict): return take(verdict)
        case .compare(let comparison, let register, let data):
            guard let value = registers.read(register, data.count) else {
                return unknown("comparison of an empty register")
            }
            return comparison.holds(value, data) ? nil : .onward
        case .range(let register, let from, let to, let negated):
            guard let value = registers.read(register, from.count), from.count == to.count else {
                return unknown("range of an empty register")
            }
            let isWithin = !value.lexicographicallyPrecedes(from) && !to.lexicographicallyPrecedes(value)
            return isWithin != negated ? nil : .onward
        case .lookup(let set, let from, let into, let negated): return lookup(set, from, into, negated)
        case .bitwise(let from, let into, let length, let operation): combine(from, into, length, operation)
        case .byteOrder(let from, let into, let size, let length): turn(from, into, size, length)
        case .hash(let type, let from, let length, let modulus, let seed, let offset, let into):
            let words = words(from.flatMap { readOrigins($0, length) })
            make("\(type == 0 ? "jhash" : "symhash") \(words) mod \(modulus) seed \(seed ?? 0) offset \(offset)", into)
        case .number(let type, let modulus, let offset, let into):
            make("numgen \(type == 0 ? "inc" : "random") mod \(modulus) offset \(offset) (\(occurrence))", into)
        case .dynamicSet(let set, let operation, let key, _, _, let negated, let inner):
            return update(set, operation, key, negated, inner)
        case .limit(let rate, let seconds, let burst, let type, let flags):
            let words = "limit \(rate) \(type == 0 ? "packets" : "bytes") in \(seconds) s, burst \(burst)"
            return answer(own(.limit, words)) != (flags & 1 != 0) ? nil : .onward
        case .quota(let bytes, let flags):
            return answer(own(.limit, "quota \(bytes) bytes")) != (flags & 1 != 0) ? nil : .onward
        case .connectionLimit(let count, let flags):
            return answer(own(.limit, "ct count \(count)")) != (flags & 1 != 0) ? nil : .onward
        case .object(let type, let name): return object(type, name)
        case .objectOf(let map, let key): return lookup(map, key, nil, false)
        case .log(let prefix, let group, _, _, _, _):
            act("log prefix \"\(prefix)\"" + (group.map { " group \($0)" } ?? ""))
            trace.logs.append(prefix)
        case .payloadWrite, .extensionHeaderWrite, .metaWrite, .connectionWrite, .notrack: write(expression)
        case .reject(let type, let code):
            return end(RuleWalk.rejection(type, code), .reject(RuleWalk.rejection(type, code)))
        case .nat, .masquerade, .redirect: return translate(expression)
        case .transparentProxy: return answer(own(.presence, "socket of a transparent proxy")) ? nil : .onward
        case .forward: return end("fwd", .elsewhere("fwd"))
        case .queue(let first, let total, _, _):
            let words = total > 1 ? "queue \(first)-\(Int(first) + Int(total) - 1)" : "queue \(first)"
            return end(words, .elsewhere(words))
        case .synproxy: return end("synproxy", .elsewhere("synproxy"))
        case .match(let name, let revision, let info):
            if name == "comment" { return nil }
            return unknown("xt match \(name) revision \(revision) \(RuleWalk.digest(info))")
        case .target(let name, let revision, let info): return target(name, revision, info)
        case .unknown(let name, let attributes):
            let words = "expression \(name) \(RuleWalk.digest(attributes))"
            return endUnknown(words) ?? unknown(words)
        case .counter, .last, .duplicate, .flowOffload: break
        default: break
        }
        return nil
    }

    // MARK: Ends

    mutating func act(_ action: String) { trace.steps.append(.init(rule: place, index: index, action: action)) }

    mutating func end(_ action: String, _ exit: Exit) -> Exit {
        act(action)
        trace.responsible = place
        return exit
    }

    mutating func take(_ verdict: LiveVerdict) -> Exit? {
        switch verdict {
        case .accept: return end("accept", .accept)
        case .drop: return end("drop", .drop)
        case .stolen: return end("stolen", .elsewhere("stolen"))
        case .queue: return end("queue", .elsewhere("queue"))
        case .continue: return nil
        case .break: return .onward
        case .return:
            act("return")
            return .back
        case .jump(let name), .goto(let name):
            let isJump = if case .jump = verdict { true } else { false }
            act("\(isJump ? "jump" : "goto") \(name)")
            guard let target = machine.program.chain(name, in: table) else {
                return .elsewhere("chain \(name), which is not there")
            }
            loaded = [:]
            let exit = machine.run(target, in: table, hookState, &packet, &trace, depth: depth + 1)
            guard exit == .onward || exit == .back else { return exit }
            return isJump ? .onward : .back
        case .unknown(let code): return end("verdict \(code)", .elsewhere("verdict \(code)"))
        }
    }

    /// Whether something holds that is not modelled.
    func answer(_ atom: Atom) -> Bool { machine.answers?(atom, packet) ?? packet.holds(atom) }

    func unknown(_ words: String) -> Exit? { answer(own(.foreign, words)) ? nil : .onward }

    /// Something that is not known may decide; nil when it lets the packet go on.
    mutating func endUnknown(_ words: String) -> Exit? {
        answer(own(.foreign, "\(words) lets go on")) ? nil : end(words, .elsewhere(words))
    }

    var owner: Atom.Owner { Atom.Owner(family: table.family, table: table.name) }
    private var ordinal: Int { ordinals[index][current] }
    var occurrence: String { "\(table.family) \(table.name) \(chain.name) no. \(ordinal)" }
    func own(_ kind: Atom.Kind, _ words: String) -> Atom {
        Atom(kind, "\(words) (\(chain.name) no. \(ordinal))", of: owner)
    }
}
