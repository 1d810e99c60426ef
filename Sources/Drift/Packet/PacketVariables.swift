import Nftables
import PacketSpace

/// The variables that stand for packets in one space: each quantity that rules or policy ask for is constant, a row of bits, or
/// (when it is wide, and asked for by intervals only) the number of a class of values that nothing asked tells apart.
///
/// First everything is demanded that will be asked for, then ``settle()`` decides, then nodes are made. What is constant in some
/// packets only is said afterwards, of a copy that shares the rest.
final class PacketVariables {
    /// The place of a quantity among the variables.
    typealias Index = Int

    /// How a quantity is represented.
    enum Representation {
        case constant(UInt128)
        case bits(PacketSpace.Field)
        case classes(ValueClasses, PacketSpace.Field)
    }

    private struct Entry {
        let quantity: Quantity
        let width: Int
        var demanded: Set<IntervalList> = []
        var needsBits = false
        var isWritten = false
        var representation: Representation?
    }

    /// The packets whose quantity lies in intervals, as far as that was asked: the same for all that share a representation.
    private final class Members {
        var nodes: [Index: [IntervalList: Node]] = [:]
    }

    /// Quantities from so many bits on are numbered by classes where that is possible.
    private static let wide = 24

    let space: PacketSpace
    let reading: PacketReading
    private var entries: [Entry] = []
    private var indices: [Quantity: Index] = [:]
    private var slots: [UInt32: UInt32] = [:]
    /// What quantities begin with that rules write.
    private var beginnings: [Index: UInt128] = [:]
    private var isOverfull = false
    private let members: Members
    /// What may be written: no constant of the context is one of all packets when it is among them.
    private let written: Set<Quantity>
    private(set) var isSettled = false
    /// How many quantities were there when it was settled: those behind them mean something else in each copy.
    private var sharedCount = 0

    /// Stands for the packets of a context. What is constant in them, and not `written`, is so from the beginning.
    init(space: PacketSpace, context: PacketContext, written: Set<Quantity>) {
        self.space = space
        self.written = written
        reading = PacketReading(context: context)
        members = Members()
    }

    /// Takes what has been settled for all packets of a family for those of a context, whose constants are then known.
    init(sharing base: PacketVariables, context: PacketContext) {
        space = base.space
        reading = PacketReading(context: context)
        members = base.members
        written = base.written
        entries = base.entries
        indices = base.indices
        slots = base.slots
        isOverfull = base.isOverfull
        isSettled = base.isSettled
        beginnings = base.beginnings
        sharedCount = base.sharedCount
        for index in entries.indices {
            if let value = context.constant(of: entries[index].quantity) { fix(index, value) }
        }
    }

    var context: PacketContext { reading.context }

    /// Returns the place of a quantity.
    func index(of quantity: Quantity) -> Index {
        let quantity = context.resolved(quantity)
        if let known = indices[quantity] { return known }
        var entry = Entry(quantity: quantity, width: quantity.width(for: context.family))
        if isSettled { entry.needsBits = true }
        if let constant = context.constant(of: quantity), isSettled || isFixed(quantity) {
            entry.representation = .constant(constant)
        }
        entries.append(entry)
        indices[quantity] = entries.count - 1
        return entries.count - 1
    }

    /// Whether rules write a quantity, or hooks do.
    func isWritten(_ quantity: Quantity) -> Bool {
        written.contains(quantity) || indices[quantity].map { entries[$0].isWritten } ?? false
    }

    /// Whether a constant of the context is one whatever rules do. What sets hold they may change.
    private func isFixed(_ quantity: Quantity) -> Bool {
        if case .atom = quantity { return false }
        return !written.contains(quantity)
    }

    /// Whether anything has asked for a quantity.
    func isKnown(_ quantity: Quantity) -> Bool { indices[context.resolved(quantity)] != nil }

    /// The quantity at a place.
    func quantity(_ index: Index) -> Quantity { entries[index].quantity }
    /// The number of bits of a quantity's value.
    func width(_ index: Index) -> Int { entries[index].width }
    /// All that has been asked for.
    var quantities: [Quantity] { entries.map(\.quantity) }

    // MARK: Demands

    /// Says that a quantity will be asked whether it lies in intervals.
    func demand(_ index: Index, _ intervals: IntervalList) {
        guard entries[index].width >= Self.wide else { return }
        entries[index].demanded.insert(intervals)
    }

    /// Says that a quantity's bits will be asked for one by one.
    func demandBits(_ index: Index) { entries[index].needsBits = true }

    /// Says that rules write a quantity: then it is no constant, though it begins as one.
    func demandWritable(_ index: Index) {
        entries[index].isWritten = true
        if case .constant(let value)? = entries[index].representation {
            beginnings[index] = value
            entries[index].representation = nil
        }
    }

    /// Decides how every quantity is represented.
    func settle() {
        for index in entries.indices {
            if let value = context.constant(of: entries[index].quantity) { fix(index, value) }
            represent(index)
        }
        isSettled = true
        sharedCount = entries.count
    }

    /// Says that a quantity has a value in all packets; when rules write it, that it begins with it.
    func fix(_ quantity: Quantity, _ value: UInt128) { fix(index(of: quantity), value) }

    private func fix(_ index: Index, _ value: UInt128) {
        if entries[index].isWritten {
            beginnings[index] = value
        } else {
            entries[index].representation = .constant(value)
        }
    }

    private func represent(_ index: Index) {
        guard entries[index].representation == nil else { return }
        let entry = entries[index]
        if entry.width >= Self.wide, !entry.needsBits {
            let classes = ValueClasses(width: entry.width, distinguishedBy: Array(entry.demanded))
            let field = PacketSpace.Field(firstLevel: level(for: entry.quantity), width: classes.codeWidth)
            entries[index].representation = .classes(classes, field)
        } else {
            let field = PacketSpace.Field(firstLevel: level(for: entry.quantity), width: entry.width)
            entries[index].representation = .bits(field)
        }
        entries[index].demanded = []
    }

    /// Takes the next 128 levels of the rank of a quantity.
    private func level(for quantity: Quantity) -> UInt32 {
        let rank = quantity.rank
        let slot = slots[rank, default: 0]
        slots[rank] = slot + 1
        if slot > Self.lastSlot { isOverfull = true }
        return rank << 24 | min(slot, Self.lastSlot) << 7
    }

    /// As many quantities of one rank have levels of their own.
    private static let lastSlot: UInt32 = 0x1_ffff

    /// Two quantities must never share levels.
    private func checkRoom() throws { if isOverfull { throw Undecided.tooManyQuantities } }

    /// What is known of packets as they come, of quantities that rules may write meanwhile.
    var initialValues: [UInt32: Bool] {
        var found: [UInt32: Bool] = [:]
        for (index, value) in beginnings { found.merge(assignment(index, value: value)) { first, _ in first } }
        return found
    }

    // MARK: Nodes

    /// Tells how a quantity is represented.
    func representation(_ index: Index) -> Representation {
        represent(index)
        // represent() always leaves one.
        return entries[index].representation ?? .constant(0)
    }

    /// Returns a quantity's bits, the most significant first.
    func bits(_ index: Index) -> [SymbolicBit] {
        let width = entries[index].width
        if case .constant(let value)? = entries[index].representation {
            return (0..<width).map { .constant(value >> UInt128(width - 1 - $0) & 1 == 1) }
        }
        return (0..<width).map { .variable(index, $0) }
    }

    /// Returns the packets of which a quantity's bit is set. The quantity is represented by bits.
    func node(_ index: Index, bit: Int) throws -> Node {
        try checkRoom()
        switch representation(index) {
        case .constant(let value): return value >> UInt128(entries[index].width - 1 - bit) & 1 == 1 ? .full : .empty
        case .bits(let field): return try space.variable(field.firstLevel + UInt32(bit))
        case .classes: throw Undecided.notDemanded(entries[index].quantity)
        }
    }

    /// Returns the packets of which a quantity lies in intervals that were demanded, or that its representation can tell.
    func node(_ index: Index, in intervals: IntervalList) throws -> Node {
        try checkRoom()
        let isShared = index < sharedCount
        if case .constant(let value) = representation(index) { return intervals.contains(value) ? .full : .empty }
        if isShared, let known = members.nodes[index]?[intervals] { return known }
        let node: Node
        switch representation(index) {
        case .constant: return .empty
        case .bits(let field): node = try space.intervals(field, intervals)
        case .classes(let classes, let field):
            guard let codes = classes.codes(of: intervals) else {
                throw Undecided.notDemanded(entries[index].quantity)
            }
            node = try space.intervals(
                field, IntervalList(codes.map { (UInt128($0.lowerBound), UInt128($0.upperBound)) }))
        }
        if isShared { members.nodes[index, default: [:]][intervals] = node }
        return node
    }

    /// Whether a quantity is always represented by bits.
    func isNarrow(_ index: Index) -> Bool { entries[index].width < Self.wide }

    /// Returns the packets of which some bits of a quantity that is represented by bits lie within bounds.
    func node(_ index: Index, bitsFrom place: Int, count: Int, _ first: UInt128, _ last: UInt128) throws -> Node {
        try checkRoom()
        switch representation(index) {
        case .constant(let value):
            let rest = UInt128(entries[index].width - place - count)
            let part = value >> rest & (UInt128.max >> UInt128(128 - count))
            return first <= part && part <= last ? .full : .empty
        case .bits(let field):
            let part = PacketSpace.Field(firstLevel: field.firstLevel + UInt32(place), width: count)
            return try space.interval(part, first, last)
        case .classes: throw Undecided.notDemanded(entries[index].quantity)
        }
    }

    /// Returns the packets of which a quantity has a value.
    func node(_ quantity: Quantity, is value: UInt128) throws -> Node {
        try node(index(of: quantity), in: IntervalList(value, value))
    }

    /// The levels of a quantity; none of a constant.
    func levels(_ index: Index) -> LevelSet {
        switch representation(index) {
        case .constant: LevelSet()
        case .bits(let field), .classes(_, let field): field.levels
        }
    }

    /// Returns a quantity's value in a packet that bits tell of; a bit that is missing is 0.
    func value(_ index: Index, _ bit: (UInt32) -> Bool) -> UInt128 {
        switch representation(index) {
        case .constant(let value): return value
        case .bits(let field): return Self.number(field, bit)
        case .classes(let classes, let field):
            let code = Self.number(field, bit)
            return classes.representative(of: UInt32(min(code, UInt128(classes.count - 1))))
        }
    }

    private static func number(_ field: PacketSpace.Field, _ bit: (UInt32) -> Bool) -> UInt128 {
        var number: UInt128 = 0
        for level in field.firstLevel...field.lastLevel { number = number << 1 | (bit(level) ? 1 : 0) }
        return number
    }

    /// Returns, for each level of a quantity, whether it is set where the quantity has a value.
    func assignment(_ index: Index, value: UInt128) -> [UInt32: Bool] {
        let (field, number): (PacketSpace.Field, UInt128)
        switch representation(index) {
        case .constant: return [:]
        case .bits(let bits): (field, number) = (bits, value)
        case .classes(let classes, let codes): (field, number) = (codes, UInt128(classes.code(of: value)))
        }
        var found: [UInt32: Bool] = [:]
        for bit in 0..<field.width {
            found[field.firstLevel + UInt32(bit)] = number >> UInt128(field.width - 1 - bit) & 1 == 1
        }
        return found
    }
}

extension Quantity {
    /// Where its bits stand in the order of variables: what splits rulesets into parts that have nothing to do with each other
    /// comes first, what single rules ask for comes last.
    var rank: UInt32 {
        switch self {
        case .meta(4), .meta(5), .meta(6), .meta(7): 1
        case .transport: 2
        case .translation: 3
        case .connection(0, _), .connection(1, _), .connection(2, _): 3
        case .byte(.transport, _): 4
        case .destinationPort: 5
        case .connection(8, _), .connection(9, _), .connection(11, _), .connection(12, _): 6
        case .meta(3), .connection(3, _): 7
        case .route, .meta(10), .meta(11), .socket: 8
        case .source: 9
        case .destination: 10
        case .meta(30): 11
        case .sourcePort: 12
        case .meta, .connection: 13
        case .routing, .ipsec, .option, .made, .linkSource, .linkDestination: 14
        case .payloadLength, .transportLength, .byte: 15
        case .atom: 16
        }
    }
}
