import Nftables
import PacketSpace

/// One rule under symbolic execution: which packets are still in it, what registers hold, and what has been written.
///
/// A test that does not hold ends the rule; what stood before it keeps its effect. All sets are in terms of the packet as it
/// enters the rule.
struct RuleWalk {
    let machine: SymbolicMachine
    let place: RulePlace
    /// For each expression how many equal ones stand before it in the chain: each has a state of its own.
    private let ordinals: [Int]
    /// For each expression the number of what it loads; nil where it loads nothing.
    private let loads: [Int?]
    private let expressions: [LiveExpression]
    /// The index of the expression that is run.
    private var current = 0

    private(set) var registers = Registers()
    /// The packets that are still in the rule.
    var packets = Node.full
    /// What has been written to a quantity.
    private struct Written {
        /// Most significant bit first.
        let bits: [SymbolicBit]
        /// In which packets; nil when in all.
        let node: Node?
    }
    private var overlay: [PacketVariables.Index: Written] = [:]
    /// The packets for which the rule ended after something was written.
    private var ended = Way.nothing
    private var hasWritten = false
    private var parts: [Summary] = []
    private var events: [Event: Node] = [:]

    /// The place of the rule in its chain.
    let index: Int

    init(_ machine: SymbolicMachine, _ place: RulePlace, _ rules: ChainRules, _ index: Int) {
        self.machine = machine
        self.place = place
        self.index = index
        expressions = rules.rules[index].expressions
        ordinals = rules.ordinals[index]
        loads = rules.loads[index]
    }

    var variables: PacketVariables { machine.variables }
    var space: PacketSpace { machine.variables.space }
    var tests: SymbolicTests { SymbolicTests(variables: machine.variables) }
    var isCollecting: Bool { !machine.variables.isSettled }

    /// Runs the rule to its end and returns what becomes of packets.
    mutating func run() throws -> Summary {
        for index in expressions.indices {
            guard !packets.isEmpty else { break }
            current = index
            if let number = loads[index] {
                try load(machine.program.loads[number])
            } else {
                try execute(expressions[index])
            }
        }
        return try finish()
    }

    private mutating func finish() throws -> Summary {
        if isCollecting || (packets.isEmpty && parts.isEmpty && !hasWritten && events.isEmpty) { return .passes }
        if !packets.isEmpty { try leave(.onward) }
        if !ended.packets.isEmpty { parts.append(Summary(exits: [.onward: ended])) }
        var summary = try space.parallel(parts[...])
        if !hasWritten {
            let accounted = try space.union(of: summary.exits.values.map(\.packets))
            summary.exits[.onward] = try space.join(summary[.onward], Way(packets: !accounted))
        }
        for (event, packets) in events {
            summary.events[event] = try space.union(summary.events[event] ?? .empty, packets)
        }
        return summary
    }

    // MARK: Tests

    /// Goes on with the packets of which something holds; for the others the rule ends.
    mutating func require(_ node: Node) throws {
        guard !isCollecting, !node.isFull else { return }
        let passing = try space.intersection(packets, node)
        if hasWritten {
            let failing = try space.difference(packets, node)
            ended = try space.join(ended, Way(packets: failing, writes: try writes()))
        }
        packets = try concerns(passing) ? passing : .empty
    }

    /// Whether any of the packets that are asked about are in a set.
    private func concerns(_ node: Node) throws -> Bool {
        try machine.relevant.isFull || !space.areDisjoint(node, machine.relevant)
    }

    /// Goes on where something holds that is not modelled.
    mutating func require(_ atom: Atom, negated: Bool = false) throws {
        let node = try self.node(atom)
        try require(negated ? !node : node)
    }

    /// Returns the packets for which something holds that is not modelled, at this point of the rule.
    func node(_ atom: Atom) throws -> Node {
        guard let bit = try bits(of: .atom(atom)).first else { return .full }
        return try tests.node(bit)
    }

    /// Returns an atom with a state of its own, told by its words and by how many of its equals stand before it.
    func ownAtom(_ kind: Atom.Kind, _ words: String) -> Atom {
        Atom(kind, "\(words) (\(place.chain) no. \(ordinal))", of: owner)
    }

    /// Tells of sets and objects of the rule's table from others.
    var owner: Atom.Owner { Atom.Owner(family: place.table.family, table: place.table.name) }

    /// The place of the expression among its equals, in words.
    var occurrence: String { "\(place.table.family) \(place.table.name) \(place.chain) no. \(ordinal)" }

    private var ordinal: Int { ordinals[current] }

    /// Does what a load's conditions say.
    mutating func require(_ conditions: [LoadCondition]) throws {
        for condition in conditions {
            switch condition {
            case .never: try require(isCollecting ? .full : .empty)
            case .atom(let atom): try require(atom)
            case .tracked: try require(try tracked())
            case .atLeast(let quantity, let least): try require(try number(quantity, least, .max))
            case .among(let quantity, let values):
                var nodes: [Node] = []
                for value in values { nodes.append(try number(quantity, value, value)) }
                try require(isCollecting ? .full : try space.union(of: nodes))
            case .segmentOrLength(let least):
                let isSegment = try number(.transport, 6, 6)
                let isLong = try number(.transportLength, least, .max)
                try require(isCollecting ? .full : try space.union(isSegment, isLong))
            }
        }
    }

    /// Returns the packets of which conntrack knows the connection: not `invalid`, not `untracked`.
    func tracked() throws -> Node {
        let bits = try self.bits(of: .connection(ConnectionKeyNumber.state.rawValue, nil))[...]
        let invalid = try tests.equal(bits, 1)
        let untracked = try tests.equal(bits, 0x40)
        return isCollecting ? .full : try space.intersection(!invalid, !untracked)
    }

    private func number(_ quantity: Quantity, _ first: UInt128, _ last: UInt128) throws -> Node {
        try tests.within(try bits(of: quantity)[...], first, last)
    }

    // MARK: Values

    /// Returns a quantity's bits at this point of the rule.
    func bits(of quantity: Quantity) throws -> [SymbolicBit] {
        let index = variables.index(of: quantity)
        guard let written = overlay[index] else { return variables.bits(index) }
        guard let node = written.node else { return written.bits }
        if isCollecting {
            variables.demandBits(index)
            return written.bits
        }
        return try zip(written.bits, variables.bits(index)).map { new, old in
            if new == old { return new }
            return .node(try space.ifThenElse(node, try tests.node(new), try tests.node(old)))
        }
    }

    mutating func write(_ register: LiveRegister, _ bits: [SymbolicBit]) { registers.write(register, bits) }

    /// Does what a load does.
    private mutating func load(_ load: Program.Load) throws {
        try require(load.conditions)
        // Where nothing was written the bits are the same for every rule.
        if overlay.isEmpty, let bits = machine.loadedBits[load.number] { return write(load.into, bits) }
        var bits: [SymbolicBit] = []
        bits.reserveCapacity(load.bytes.count * 8)
        var last: (quantity: Quantity, bits: [SymbolicBit])?
        for source in load.bytes {
            switch source {
            case .constant(let byte): bits += Self.constants(byte)
            case .quantity(let quantity, let byte):
                let all = last?.quantity == quantity ? last?.bits ?? [] : try self.bits(of: quantity)
                last = (quantity, all)
                let missing = max(0, 8 - all.count)
                bits += Array(repeating: .constant(false), count: missing)
                bits += all.dropFirst(byte * 8).prefix(8 - missing)
            }
        }
        if overlay.isEmpty { machine.loadedBits[load.number] = bits }
        write(load.into, bits)
    }

    static func constants(_ byte: UInt8) -> [SymbolicBit] { (0..<8).map { .constant(byte >> UInt8(7 - $0) & 1 == 1) } }

    // MARK: Writing

    /// Writes a quantity in all packets, or in those of a set.
    mutating func set(_ quantity: Quantity, _ new: [SymbolicBit], where node: Node? = nil) throws {
        let index = variables.index(of: quantity)
        let width = variables.width(index)
        guard new.count == width else { return }
        if isCollecting {
            variables.demandWritable(index)
            if let value = Self.number(new) {
                variables.demand(index, IntervalList(value, value))
            } else {
                variables.demandBits(index)
                for bit in new { if let (other, _) = bit.variable { variables.demandBits(other) } }
            }
        }
        if !hasWritten {
            hasWritten = true
            // Whoever left the rule before this left it untouched.
            let accounted = try space.union(of: [packets] + parts.flatMap { $0.exits.values.map(\.packets) })
            if !isCollecting { ended = Way(packets: !accounted) }
        }
        overlay[index] = Written(bits: new, node: node == .full && !isCollecting ? nil : node)
    }

    /// Bits that are the same in every packet, as a number.
    static func number(_ bits: [SymbolicBit]) -> UInt128? {
        var number: UInt128 = 0
        for bit in bits {
            guard case .constant(let isSet) = bit else { return nil }
            number = number << 1 | (isSet ? 1 : 0)
        }
        return number
    }

    /// What has been written, by level.
    private func writes() throws -> [UInt32: Node] {
        var found: [UInt32: Node] = [:]
        guard !isCollecting else { return found }
        for (index, written) in overlay {
            let bits = written.bits
            switch variables.representation(index) {
            case .constant: continue
            case .bits(let field):
                for (place, bit) in bits.enumerated() where bit != .variable(index, place) {
                    found[field.firstLevel + UInt32(place)] = try tests.node(bit)
                }
            case .classes:
                guard let value = Self.number(bits) else {
                    if bits == variables.bits(index) { continue }
                    throw Undecided.notDemanded(variables.quantity(index))
                }
                for (level, isSet) in variables.assignment(index, value: value) {
                    found[level] = isSet ? .full : .empty
                }
            }
            guard let node = written.node else { continue }
            for level in variables.levels(index).ranges.joined() {
                guard let new = found[level] else { continue }
                found[level] = try space.ifThenElse(node, new, try space.variable(level))
            }
        }
        return found
    }

    // MARK: Leaving

    /// All packets that are still in the rule leave it.
    mutating func leave(_ exit: Exit) throws {
        try leave(with: Summary(exits: [exit: .everything]), where: .full)
        packets = .empty
    }

    /// Those packets that are in a set meet a summary and are gone; the others stay.
    mutating func leave(with summary: Summary, where node: Node) throws {
        guard !isCollecting else { return }
        let taken = try space.intersection(packets, node)
        guard try !taken.isEmpty && concerns(taken) else { return }
        if place.isWatched(at: index) { events[.watched] = try space.union(events[.watched] ?? .empty, taken) }
        let first = Summary(exits: [.onward: Way(packets: taken, writes: try writes())])
        parts.append(try space.sequence(first, summary))
    }

    /// Goes on with the packets outside a set, which have left.
    mutating func stay(outside node: Node) throws {
        guard !isCollecting else { return }
        packets = try space.difference(packets, node)
    }

    /// Notes that something is done to the packets that are still in the rule.
    mutating func note(_ kind: Event.Kind, _ words: @autoclosure () -> String) throws {
        guard !isCollecting, place.notesEvents else { return }
        let event = Event(kind: kind, words: words())
        events[event] = try space.union(events[event] ?? .empty, packets)
    }
}

/// Where a rule stands. One for all rules of a chain.
final class RulePlace {
    let table: LiveTable
    let chain: String
    /// Where it is met.
    let hookState: HookState
    /// Whether it is told what rules do beside deciding.
    let notesEvents: Bool
    /// The rule of which it is told whose packets it decides, when it stands in this chain; nil otherwise.
    var watched: Int?

    init(table: LiveTable, chain: String, hookState: HookState, notesEvents: Bool) {
        self.table = table
        self.chain = chain
        self.hookState = hookState
        self.notesEvents = notesEvents
    }

    func isWatched(at index: Int) -> Bool { watched == index }
}

extension PacketSpace {
    /// Joins summaries of disjoint packets.
    func parallel(_ summaries: ArraySlice<Summary>) throws -> Summary {
        guard summaries.count > 1 else { return summaries.first ?? Summary(exits: [:]) }
        let middle = summaries.startIndex + summaries.count / 2
        var result = try parallel(summaries[..<middle])
        let other = try parallel(summaries[middle...])
        for (exit, way) in other.exits { result.exits[exit] = try join(result[exit], way) }
        for (event, packets) in other.events {
            result.events[event] = try union(result.events[event] ?? .empty, packets)
        }
        return result
    }
}
