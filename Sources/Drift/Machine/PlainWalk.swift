import Nftables

/// One rule run on one packet.
struct PlainWalk {
    let machine: PlainMachine
    let table: LiveTable
    let chain: LiveChain
    let rule: LiveRule
    let index: Int
    let surroundings: Surroundings
    let ordinals: [Int]
    var packet: PlainPacket
    var trace: PlainTrace

    var bytes = [UInt8](repeating: 0, count: LiveRegister.byteCount)
    /// Where the bits of the registers come from, as far as they were written.
    var origins: [Origin?] = []
    /// Where the bits of what this rule has written come from.
    var written: [Quantity: [Origin]] = [:]
    private var current = 0

    init(
        machine: PlainMachine, table: LiveTable, chain: LiveChain, rule: LiveRule, index: Int,
        surroundings: Surroundings, ordinals: [Int], packet: PlainPacket, trace: PlainTrace
    ) {
        self.machine = machine
        self.table = table
        self.chain = chain
        self.rule = rule
        self.index = index
        self.surroundings = surroundings
        self.ordinals = ordinals
        self.packet = packet
        self.trace = trace
    }

    private var place: Responsible {
        Responsible(
            family: table.family, table: table.name, chain: chain.name, handle: rule.handle, comment: rule.comment)
    }

    /// Runs the rule; nil from an expression means that the rule goes on, an exit that it ends.
    mutating func run(depth: Int) -> Exit {
        for (index, expression) in rule.expressions.enumerated() {
            current = index
            if let exit = execute(expression, depth: depth) { return exit }
        }
        return .onward
    }

    mutating func execute(_ expression: LiveExpression, depth: Int) -> Exit? {
        let reading = PacketReading(context: packet.context)
        if case .meta(MetaKey.random.rawValue, let into) = expression {
            make("random number (\(occurrence))", into)
            return nil
        }
        if let (load, into) = reading.load(expression, in: surroundings) {
            guard load.conditions.allSatisfy(holds) else { return .onward }
            write(into, load.bytes.map(byte), load.bytes.flatMap(origin))
            return nil
        }
        switch expression {
        case .verdict(let verdict): return take(verdict, depth: depth)
        case .compare(let comparison, let register, let data):
            guard let value = read(register, data.count) else { return unknown("comparison of an empty register") }
            return comparison.holds(value, data) ? nil : .onward
        case .range(let register, let from, let to, let negated):
            guard let value = read(register, from.count), from.count == to.count else {
                return unknown("range of an empty register")
            }
            let isWithin = !value.lexicographicallyPrecedes(from) && !to.lexicographicallyPrecedes(value)
            return isWithin != negated ? nil : .onward
        case .lookup(let set, let from, let into, let negated): return lookup(set, from, into, negated, depth)
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
        case .objectOf(let map, let key): return lookup(map, key, nil, false, depth)
        case .log(let prefix, let group, _, _, _, _):
            act("log prefix \"\(prefix)\"" + (group.map { " group \($0)" } ?? ""))
            trace.logs.append(prefix)
        case .payloadWrite, .extensionHeaderWrite, .metaWrite, .connectionWrite, .notrack: write(expression, reading)
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

    mutating func take(_ verdict: LiveVerdict, depth: Int) -> Exit? {
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
            let exit = machine.run(target, in: table, surroundings, &packet, &trace, depth: depth + 1)
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
    private var ordinal: Int { ordinals.indices.contains(current) ? ordinals[current] : 0 }
    var occurrence: String { "\(table.family) \(table.name) \(chain.name) no. \(ordinal)" }
    func own(_ kind: Atom.Kind, _ words: String) -> Atom {
        Atom(kind, "\(words) (\(chain.name) no. \(ordinal))", of: owner)
    }
}
